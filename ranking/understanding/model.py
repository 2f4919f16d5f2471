"""The attribute heads: logistic regressions over the text encoder's vector and the text's own words.

There are two of each: over the plain encoder's vector, which every video has, and over that of the encoder adapted to
attributes (``CloseReader``), which reads a text better and is run once, when a video is published.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.artifacts import open_artifact
from core.errors import BrokenArtifact
from ranking.understanding.attributes import NAMES, Matrix
from ranking.words import side_by_side, stem_hashes

ARTIFACT_NAME = "attribute-heads"
ARTIFACT_SCHEMA = 3
SHIPPED = Path(__file__).parent / "artifact"
ADAPTER = Path(__file__).parent / "adapter"
ADAPTER_NAME, ADAPTER_SCHEMA = "attribute-adapter", 1
ADAPTED = "adapted_"  # begins the names of the arrays of heads over the adapted encoder
ENCODER_VARIANT = "attributes"
"""The encoder with the adapter added: a folder of this name inside the encoder's."""


class Heads(NamedTuple):
    """``weights`` (attributes, 384), ``bias`` (attributes,); ``words`` (words, attributes): what each of them adds."""

    weights: Matrix
    bias: Matrix
    words: Matrix


class AttributeModel:
    """Reads attributes off texts. Needs NumPy only; about 10 microseconds a video.

    ``vocabulary`` holds the hashes of the word stems that count, in order; a text's words share one unit of weight.
    """

    def __init__(self, plain: Heads, adapted: Heads, vocabulary: NDArray[Any], revision: str) -> None:
        self._plain, self._adapted = plain, adapted
        self._vocabulary = vocabulary
        self._begins = np.searchsorted(vocabulary, np.arange(1 << 16, dtype=np.uint32) << np.uint32(16))
        self._most = int(np.bincount(vocabulary >> np.uint32(16)).max(initial=0))  # words that begin with the same bits
        self.revision = revision

    @classmethod
    def open(cls, folder: Path = SHIPPED) -> "AttributeModel":
        """Load the heads. Raises ``BrokenArtifact`` if they are damaged or name other attributes."""
        manifest = open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
        with np.load(folder / "heads.npz") as data:
            if tuple(data["names"].tolist()) != NAMES:
                raise BrokenArtifact(
                    code="broken_artifact",
                    detail="The attribute heads name other attributes than this program.",
                    expected="Run `kindling train attributes`.",
                    path=str(folder),
                )
            plain, adapted = (
                Heads(data[f"{of}weights"], data[f"{of}bias"], data[f"{of}words"].astype(np.float32))
                for of in ("", ADAPTED)
            )
            return cls(plain, adapted, data["vocabulary"], manifest.revision)

    def probabilities(self, vectors: Matrix, owners: NDArray[Any], stems: NDArray[Any]) -> Matrix:
        """Return the probability of every attribute, (n, len(NAMES)).

        ``vectors`` is (n, 384); ``stems`` are hashes of the texts' word stems side by side, ``owners`` whose each is.
        """
        return self._read(self._plain, vectors, owners, stems)

    def of_texts(self, vectors: Matrix, texts: Sequence[str]) -> Matrix:
        """Return the probability of every attribute for texts and their vectors, (n, len(NAMES))."""
        return self.probabilities(vectors, *side_by_side([stem_hashes(text) for text in texts]))

    def closely(self, adapted: Matrix, texts: Sequence[str]) -> Matrix:
        """Return the same, read better: off vectors of the encoder adapted to attributes (``ENCODER_VARIANT``)."""
        return self._read(self._adapted, adapted, *side_by_side([stem_hashes(text) for text in texts]))

    def _read(self, heads: Heads, vectors: Matrix, owners: NDArray[Any], stems: NDArray[Any]) -> Matrix:
        scores = vectors @ heads.weights.T + heads.bias
        scores += self._of_words(heads.words, owners, stems, len(vectors))
        result: Matrix = (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)
        return result

    def _of_words(self, of_words: Matrix, owners: NDArray[Any], stems: NDArray[Any], count: int) -> Matrix:
        """What the words that count add to each score; (n, len(NAMES))."""
        total = np.zeros((count, of_words.shape[1]), dtype=np.float32)
        if not len(self._vocabulary) or not len(stems):
            return total
        places = self._places(stems)
        counts = self._vocabulary.take(places) == stems
        owners, places = owners[counts], places[counts]
        found = np.bincount(owners, minlength=count)
        first = np.flatnonzero(found)  # owners come in order, so each one's words are a run
        if len(first):
            starts = np.concatenate([[0], np.cumsum(found[first])[:-1]])
            total[first] = (
                np.add.reduceat(of_words.take(places, axis=0), starts, axis=0) / np.sqrt(found[first])[:, None]
            )
        return total

    def _places(self, stems: NDArray[Any]) -> NDArray[Any]:
        """Return where each stem stands in the vocabulary, or would stand: a few steps from its first bits' place."""
        last = len(self._vocabulary) - 1
        places = np.minimum(self._begins.take(stems >> np.uint32(16)), last)
        for _ in range(self._most):
            places = np.minimum(places + (self._vocabulary.take(places) < stems), last)
        return places
