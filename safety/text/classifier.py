"""The text classifier as it is served: sentence vectors and hashed words in, a calibrated probability per category out.

Two small layers over the frozen encoder, plus one row per hashed feature, all in numpy: no torch, no scikit-learn.
``pipelines/offline/moderation`` trains it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, open_artifact, sha256_of
from core.encoder import TextEncoder
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS
from safety.text.features import buckets
from safety.text.minors import minor_cue
from safety.text.names import NAMED, NAMED_ANY, NameList
from safety.text.names import SHIPPED as NAMES
from safety.text.normalise import Unmasker, forms, windows

ARTIFACT_NAME = "moderation-text"
ARTIFACT_SCHEMA = 1
SHIPPED = Path(__file__).parent.parent / "artifacts" / "text"
ANY = "any"
# The encoder reads 256 tokens: longer texts are read in parts, and the harshest part holds.
_WINDOW_CHARACTERS, _MOST_WINDOWS, _MOST_CHARACTERS = 800, 12, 40_000

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers. H hidden units, C heads, B buckets."""

    hidden_DH: Array  # noqa: N815 - shapes are named
    hidden_bias_H: Array  # noqa: N815
    out_HC: Array  # noqa: N815
    out_bias_C: Array  # noqa: N815
    words_BC: NDArray[np.int8]  # noqa: N815
    words_scale_C: Array  # noqa: N815
    slope_C: Array  # noqa: N815
    offset_C: Array  # noqa: N815
    heads: tuple[str, ...]

    def logits(self, vector_D: Array, rows: NDArray[np.int64]) -> Array:  # noqa: N803
        """Return the calibrated log-odds of every head for one text, shape (C,)."""
        hidden = np.maximum(vector_D @ self.hidden_DH + self.hidden_bias_H, 0)
        raw = hidden @ self.out_HC + self.out_bias_C
        if rows.size:
            raw = raw + self.words_BC[rows].sum(axis=0, dtype=np.int32) * self.words_scale_C / np.sqrt(rows.size)
        calibrated: Array = raw * self.slope_C + self.offset_C
        return calibrated


class TextClassifier:
    """Scores texts. The harsher of a text's two forms (as written, and with disguises undone) holds."""

    def __init__(self, encoder: TextEncoder, folder: Path = SHIPPED) -> None:
        self.manifest: Manifest = open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
        # A changed list of names changes verdicts, so it is part of what verdicts record.
        self.revision = f"{self.manifest.revision}-{sha256_of(NAMES)[:6]}"
        self._encoder = encoder
        self._weights = read_weights(folder)
        self._unmask = Unmasker((folder / "words.txt").read_text(encoding="utf-8").split()).unmask
        self._names = NameList.open()
        self._remembered = lru_cache(maxsize=4096)(self._score)

    @cached_property
    def untrained(self) -> frozenset[str]:
        """Categories that no training text speaks of; their scores are always 0, and the manifest says so."""
        return frozenset(CATEGORIES) - set(self._weights.heads) - {SEXUAL_MINORS}

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return for each text a probability per category, and ``any`` for harm of any kind."""
        return [dict(self._remembered(text)) for text in texts]

    def _score(self, text: str) -> tuple[tuple[str, float], ...]:
        readings = [
            part
            for reading in forms(text[:_MOST_CHARACTERS], self._unmask)
            for part in windows(reading, _WINDOW_CHARACTERS, _MOST_WINDOWS)
            if part
        ]
        scores = dict.fromkeys((*CATEGORIES, ANY), 0.0)
        for reading in readings:
            logits = self._weights.logits(self._encoder.encode_one(reading), buckets(reading))
            for head, p in zip(self._weights.heads, _sigmoid(with_any(logits, self._weights.heads)), strict=True):
                scores[head] = max(scores[head], float(p))
            for name in self._names.categories(reading):
                scores[name] = max(scores[name], NAMED)
                scores[ANY] = max(scores[ANY], NAMED_ANY)
        scores[SEXUAL_MINORS] = scores["sexual"] * max(map(minor_cue, readings), default=0.0)
        return tuple(scores.items())


def with_any(logits_C: Array, heads: Sequence[str]) -> Array:  # noqa: N803 - shapes are named
    """Return log-odds (..., C) where ``any`` is the mean of its own head and the strongest category's.

    Its own head ranks general text better; the categories catch harm that is rare in training.
    """
    place = list(heads).index(ANY)
    mixed = logits_C.copy()
    mixed[..., place] = (logits_C[..., place] + np.delete(logits_C, place, axis=-1).max(axis=-1)) / 2
    return mixed


def _sigmoid(logits: Array) -> Array:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)


def read_weights(folder: Path) -> Weights:
    """Return the weights stored in ``folder`` by ``write_weights``."""
    heads = tuple(json.loads((folder / "heads.json").read_text(encoding="utf-8"))["heads"])
    with np.load(folder / "weights.npz", allow_pickle=False) as stored:
        arrays = {
            name: stored[name] if stored[name].dtype == np.int8 else stored[name].astype(np.float32)
            for name in stored.files
        }
    return Weights(**arrays, heads=heads)


def write_weights(weights: Weights, folder: Path) -> None:
    """Store weights as ``weights.npz`` (float16, words int8) and ``heads.json``."""
    arrays = {name: getattr(weights, name) for name in Weights.__slots__ if name != "heads"}
    kept = {name: array if array.dtype == np.int8 else array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(folder / "weights.npz", **kept)
    (folder / "heads.json").write_text(json.dumps({"heads": list(weights.heads)}, indent=1) + "\n", encoding="utf-8")
