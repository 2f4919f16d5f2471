"""Fits the heads: two small layers over the frozen encoder and one row per hashed feature, labels masked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.encoder import Vectors
from safety.text.classifier import Weights
from safety.text.features import BUCKETS

if TYPE_CHECKING:
    import torch


class FitConfig(BaseModel):
    """How the heads are fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=7, description="Seed of everything random.")
    hidden: int = Field(default=256, gt=0, description="Hidden units over the sentence vector.")
    epochs: int = Field(default=30, gt=0, description="Passes over the training texts.")
    batch: int = Field(default=512, gt=0, description="Texts per step.")
    learning_rate: float = Field(default=2e-3, gt=0, description="Peak step size of AdamW.")
    dropout: float = Field(default=0.35, ge=0, lt=1, description="Share of hidden units left out in a step.")
    words_dropout: float = Field(default=0.4, ge=0, lt=1, description="Share of texts read without their words.")
    words_decay: float = Field(default=2e-5, ge=0, description="Pull of the word rows towards 0.")
    authored_weight: float = Field(default=2.0, gt=0, description="Weight of an authored text against a public one.")
    wish_weight: float = Field(default=3.0, gt=0, description="Further weight of a film wish written one by one.")
    ordinary_weight: float = Field(default=8.0, gt=0, description="Weight of an ordinary prompt or caption.")
    any_weight: float = Field(default=4.0, gt=0, description="Further weight of `any` on both: their order decides.")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Features of N texts: vectors (N, 384), and each text's hashed features one after another."""

    vectors: Vectors
    flat: NDArray[np.int64]
    starts: NDArray[np.int64]

    def words(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the hashed features of some rows, flat, and where each row starts."""
        parts = [self.flat[self.starts[row] : self.starts[row + 1]] for row in rows]
        lengths = np.asarray([part.size for part in parts])
        return np.concatenate(parts), np.concatenate([[0], np.cumsum(lengths)[:-1]])


def fit(
    inputs: Inputs, labels: NDArray[np.float32], weights: NDArray[np.float32], heads: tuple[str, ...], config: FitConfig
) -> Weights:
    """Return fitted, uncalibrated weights (slope 1, offset 0). ``labels`` and ``weights`` are (N, C)."""
    import torch

    torch.manual_seed(config.seed)
    order = np.random.default_rng(config.seed)
    model = _model(config, len(heads))
    steps = config.epochs * -(-len(labels) // config.batch)
    dense: dict[str, Any] = {"params": list(model["dense"].parameters()), "weight_decay": 1e-3}
    words: dict[str, Any] = {"params": list(model["words"].parameters())}
    optimiser = torch.optim.AdamW([dense, words], lr=config.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=steps, pct_start=0.15)
    model.train()
    for _ in range(config.epochs):
        shuffled = order.permutation(len(labels))
        for start in range(0, len(shuffled), config.batch):
            rows = shuffled[start : start + config.batch]
            loss = _loss(model, inputs, labels, weights, rows, config)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
    return _export(model, heads)


def _model(config: FitConfig, heads: int) -> "torch.nn.ModuleDict":
    from torch import nn

    dense = nn.Sequential(
        nn.Linear(384, config.hidden), nn.ReLU(), nn.Dropout(config.dropout), nn.Linear(config.hidden, heads)
    )
    words = nn.EmbeddingBag(BUCKETS, heads, mode="sum")
    nn.init.zeros_(words.weight)
    return nn.ModuleDict({"dense": dense, "words": words})


def _loss(
    model: "torch.nn.ModuleDict",
    inputs: Inputs,
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    rows: NDArray[np.int64],
    config: FitConfig,
) -> "torch.Tensor":
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    flat, starts = inputs.words(rows)
    lengths = np.diff(np.append(starts, flat.size))
    words, (table,) = model["words"], model["words"].parameters()
    bag = words(torch.from_numpy(flat), torch.from_numpy(starts))
    scale = torch.from_numpy((1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32))[:, None]
    keep = (torch.rand(len(rows), 1) >= config.words_dropout).float()
    logits = model["dense"](torch.from_numpy(inputs.vectors[rows])) + bag * scale * keep
    weight = torch.from_numpy(weights[rows])
    losses = binary_cross_entropy_with_logits(logits, torch.from_numpy(labels[rows]), weight=weight, reduction="none")
    return losses.sum() / len(rows) + config.words_decay * torch.square(table).sum()


def _export(model: "torch.nn.ModuleDict", heads: tuple[str, ...]) -> Weights:
    """Return the weights as numpy arrays, word rows rounded to int8 with one scale per head."""
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    table = state["words.weight"]
    scale = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
    return Weights(
        hidden_DH=state["dense.0.weight"].T.copy(),
        hidden_bias_H=state["dense.0.bias"],
        out_HC=state["dense.3.weight"].T.copy(),
        out_bias_C=state["dense.3.bias"],
        words_BC=np.rint(table / scale).astype(np.int8),
        words_scale_C=scale.astype(np.float32),
        slope_C=np.ones(len(heads), dtype=np.float32),
        offset_C=np.zeros(len(heads), dtype=np.float32),
        heads=heads,
    )
