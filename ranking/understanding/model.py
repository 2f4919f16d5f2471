"""The attribute heads: logistic regressions over the text encoder's vector and the text's own words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import open_artifact
from core.errors import BrokenArtifact
from ranking.understanding.attributes import NAMES, Matrix
from ranking.understanding.kept import stored_record
from ranking.words import side_by_side, stem_hashes

ARTIFACT_NAME = "attribute-heads"
ARTIFACT_SCHEMA = 2
SHIPPED = Path(__file__).parent / "artifact"


class AttributeModel:
    """Reads attributes off texts. Needs NumPy only; about 10 microseconds a video.

    ``vocabulary`` holds the hashes of the word stems that count, in order; a text's words share one unit of weight.
    """

    def __init__(self, weights: Matrix, bias: Matrix, vocabulary: NDArray[Any], words: Matrix, revision: str) -> None:
        self._weights = weights
        self._bias = bias
        self._vocabulary = vocabulary
        self._begins = np.searchsorted(vocabulary, np.arange(1 << 16, dtype=np.uint32) << np.uint32(16))
        self._most = int(np.bincount(vocabulary >> np.uint32(16)).max(initial=0))  # words that begin with the same bits
        self._words = words
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
            return cls(
                data["weights"], data["bias"], data["vocabulary"], data["words"].astype(np.float32), manifest.revision
            )

    def probabilities(self, vectors: Matrix, owners: NDArray[Any], stems: NDArray[Any]) -> Matrix:
        """Return the probability of every attribute, (n, len(NAMES)).

        ``vectors`` is (n, 384); ``stems`` are hashes of the texts' word stems side by side, ``owners`` whose each is.
        """
        scores = vectors @ self._weights.T + self._bias
        scores += self._of_words(owners, stems, len(vectors))
        result: Matrix = (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)
        return result

    def of_texts(self, vectors: Matrix, texts: Sequence[str]) -> Matrix:
        """Return the probability of every attribute for texts and their vectors, (n, len(NAMES))."""
        return self.probabilities(vectors, *side_by_side([stem_hashes(text) for text in texts]))

    def records(self, vectors: Matrix, texts: Sequence[str]) -> Sequence[dict[str, Any]]:
        """Return the attribute record to store with each video."""
        return [stored_record(row, self.revision) for row in self.of_texts(vectors, texts).tolist()]

    def _of_words(self, owners: NDArray[Any], stems: NDArray[Any], count: int) -> Matrix:
        """What the words that count add to each score; (n, len(NAMES))."""
        total = np.zeros((count, self._words.shape[1]), dtype=np.float32)
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
                np.add.reduceat(self._words.take(places, axis=0), starts, axis=0) / np.sqrt(found[first])[:, None]
            )
        return total

    def _places(self, stems: NDArray[Any]) -> NDArray[Any]:
        """Return where each stem stands in the vocabulary, or would stand: a few steps from its first bits' place."""
        last = len(self._vocabulary) - 1
        places = np.minimum(self._begins.take(stems >> np.uint32(16)), last)
        for _ in range(self._most):
            places = np.minimum(places + (self._vocabulary.take(places) < stems), last)
        return places
