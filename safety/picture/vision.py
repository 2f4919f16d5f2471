"""What frames show, by an open_clip model: zero-shot prompts and trained heads over its vectors.

This module is loaded in the model's own process (``safety/film/host.py``): nothing else imports torch for it.
CLIP: Radford et al. (2021), "Learning Transferable Visual Models From Natural Language Supervision".
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.artifacts import sha256_of
from core.errors import Unavailable
from core.media.film import Frame
from safety.picture.heads import PictureHeads
from safety.picture.prompts import PicturePrompts

_BATCH = 8
Array = NDArray[np.float32]


class ClipModel:
    """An open_clip model: pictures and words to unit vectors."""

    def __init__(self, source: str, *, weights: str = "", revision: str = "", device: str = "cpu") -> None:
        name, checkpoint = located(source, weights=weights, revision=revision)
        import open_clip
        import torch

        self.checkpoint = identity(checkpoint)
        self._torch, self._device = torch, device
        # A folder brings its own weights; an architecture's name needs a file of them. Random weights are never taken.
        pretrained = {} if name.startswith("local-dir:") else {"pretrained": str(checkpoint)}
        self._model, _, self._prepare = open_clip.create_model_and_transforms(
            name, device=device, require_pretrained=True, **pretrained
        )
        self._model.eval()
        self._tokens = open_clip.get_tokenizer(name)

    def look(self, frames: Sequence[Frame]) -> Array:
        """Return unit vectors of frames (H, W, 3), shape (N, D)."""
        batches = [frames[start : start + _BATCH] for start in range(0, len(frames), _BATCH)]
        return np.concatenate([self._look(batch) for batch in batches])

    def read(self, texts: Sequence[str]) -> Array:
        """Return unit vectors of words, shape (N, D)."""
        with self._torch.inference_mode():
            return self._units(self._model.encode_text(self._tokens(list(texts)).to(self._device)))

    def _look(self, frames: Sequence[Frame]) -> Array:
        with self._torch.inference_mode():
            batch = self._torch.stack([self._prepare(Image.fromarray(frame)) for frame in frames]).to(self._device)
            return self._units(self._model.encode_image(batch))

    def _units(self, vectors: Any) -> Array:
        units = (vectors / vectors.norm(dim=-1, keepdim=True)).float().cpu().numpy()
        return np.asarray(units, dtype=np.float32)


def located(source: str, *, weights: str = "", revision: str = "") -> tuple[str, Path]:
    """Return open_clip's name for a model, and its weights file.

    ``source`` is a folder with ``open_clip_config.json``, a hub id with a ``revision``, or, with ``weights``, the name
    of an architecture that open_clip knows. Raises ``Unavailable`` when there is no such file or hub.
    """
    if weights:
        return source, _existing(Path(weights))
    folder = Path(source)
    if not folder.is_dir():
        folder = _fetched(source, revision)
    files = sorted(path for path in folder.iterdir() if path.name.startswith("open_clip_") and path.suffix != ".json")
    if not files or not (folder / "open_clip_config.json").exists():
        raise _unavailable(f"{source} has no open_clip_config.json, or no weights beside it.")
    return f"local-dir:{folder}", files[0]


def _fetched(hub_id: str, revision: str) -> Path:
    if not revision:
        raise _unavailable(f"{hub_id} is no folder here, and a hub id needs a pinned revision.")
    from huggingface_hub import snapshot_download

    try:
        wanted = ["open_clip_*", "*.json", "*.txt"]
        return Path(snapshot_download(hub_id, revision=revision, allow_patterns=wanted))
    except Exception as error:
        raise _unavailable(f"{hub_id} at {revision} cannot be had: {error}") from error


def _existing(path: Path) -> Path:
    if not path.exists():
        raise _unavailable(f"There is no file {path}.")
    return path


def _unavailable(detail: str) -> Unavailable:
    return Unavailable(
        code="picture_model_missing", detail=detail,
        expected="KINDLING_CLIP_MODEL: a folder, a hub id with KINDLING_CLIP_REVISION, or an architecture with "
        "KINDLING_CLIP_WEIGHTS.",
    )  # fmt: skip


def identity(weights: Path) -> str:
    """Return what names a checkpoint for good: the first 16 hex digits of its file's sha256."""
    return sha256_of(weights)[:16]


class ZeroShot:
    """Scores vectors by prompts: of a softmax over what a category shows, what only looks like it, and the ordinary."""

    def __init__(self, prompts: PicturePrompts, read: Callable[[Sequence[str]], Array]) -> None:
        self._prompts = prompts
        self._ordinary = self._vectors(prompts.ordinary, read)
        self._shows = {item.category: self._vectors(item.shows, read) for item in prompts.category}
        self._looks_like = {item.category: self._vectors(item.looks_like, read) for item in prompts.category}

    def scores(self, vectors_ND: Array) -> list[dict[str, float]]:  # noqa: N803
        """Return for each of N unit vectors a score in [0, 1] per category. Not calibrated."""
        by_category = {
            name: _share(vectors_ND, shows, np.concatenate([self._looks_like[name], self._ordinary]), self.sharpness)
            for name, shows in self._shows.items()
        }
        return [{name: float(share[row]) for name, share in by_category.items()} for row in range(len(vectors_ND))]

    @property
    def sharpness(self) -> float:
        """How sharply cosines are told apart."""
        return self._prompts.sharpness

    def _vectors(self, words: Sequence[str], read: Callable[[Sequence[str]], Array]) -> Array:
        if not words:
            return np.zeros((0, self._ordinary.shape[1]), np.float32)
        many = [read([template.format(word) for template in self._prompts.templates]).mean(axis=0) for word in words]
        stacked = np.stack(many)
        units: Array = stacked / np.linalg.norm(stacked, axis=-1, keepdims=True)
        return units


def _share(vectors: Array, shows: Array, others: Array, sharpness: float) -> Array:
    close = sharpness * (vectors @ np.concatenate([shows, others]).T)
    mass = np.exp(close - close.max(axis=1, keepdims=True))
    share: Array = mass[:, : len(shows)].sum(axis=1) / mass.sum(axis=1)
    return share


class PictureReader:
    """What answers in the model's process: frames in; per frame, scores per category and which are calibrated."""

    def __init__(self, model: ClipModel, prompts: PicturePrompts, heads: PictureHeads | None) -> None:
        self._model = model
        self._zero_shot = ZeroShot(prompts, model.read)
        self._heads = heads

    def __call__(self, frames: Sequence[Frame]) -> list[tuple[dict[str, float], frozenset[str]]]:
        """Return (scores, calibrated categories) per frame."""
        if not frames:
            return []
        vectors = self._model.look(frames)
        asked = self._zero_shot.scores(vectors)
        trained: Sequence[Mapping[str, float]] = self._heads.scores(vectors) if self._heads else [{}] * len(asked)
        return [({**loose, **exact}, frozenset(exact)) for loose, exact in zip(asked, trained, strict=True)]


def open_picture_reader(
    source: str, weights: str, revision: str, device: str, heads: str, prompts: dict[str, Any]
) -> PictureReader:
    """Make what answers, in its own process. Raises ``Unavailable`` or ``BrokenArtifact``."""
    model = ClipModel(source, weights=weights, revision=revision, device=device)
    trained = PictureHeads.open(Path(heads)) if heads else None
    if trained is not None:
        trained.require(model.checkpoint, Path(heads))
    return PictureReader(model, PicturePrompts.model_validate(prompts), trained)
