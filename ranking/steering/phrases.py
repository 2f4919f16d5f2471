"""The phrase heads: which concept a phrase means that says none in known words, by the encoder's vector of it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import open_artifact

ARTIFACT_NAME = "phrase-heads"
ARTIFACT_SCHEMA = 1
SHIPPED = Path(__file__).parent / "artifact"
NOTHING = ""  # the class of phrases that ask for nothing a video could show

Array = NDArray[Any]


class PhraseModel:
    """A multinomial regression: ``names`` (k), ``weights`` (k, 384), ``bias`` (k,). About 30 microseconds a phrase."""

    def __init__(self, names: tuple[str, ...], weights: Array, bias: Array) -> None:
        self._names = names
        self._weights = weights.astype(np.float32)
        self._bias = bias

    @classmethod
    def open(cls, folder: Path = SHIPPED) -> "PhraseModel":
        """Load the heads. Raises ``BrokenArtifact`` if they are damaged."""
        open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
        with np.load(folder / "phrases.npz") as data:
            return cls(tuple(data["names"].tolist()), data["weights"], data["bias"])

    def save(self, path: Path) -> None:
        """Write the heads to a file."""
        np.savez_compressed(
            path, names=np.asarray(self._names), weights=self._weights.astype(np.float16), bias=self._bias
        )

    def likeliest(self, vector: Array) -> tuple[str | None, float]:
        """Return the likeliest concept of a phrase's vector, shape (384,), with its probability; None for nothing."""
        scores = self._weights @ vector + self._bias
        odds = np.exp(scores - scores.max())
        best = int(np.argmax(odds))
        return self._names[best] or None, float(odds[best] / odds.sum())


@lru_cache(maxsize=1)
def shipped_phrases() -> PhraseModel:
    """Return the heads that come with Kindling."""
    return PhraseModel.open()
