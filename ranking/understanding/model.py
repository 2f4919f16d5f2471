"""The attribute heads: one logistic regression per attribute over the text encoder's vector."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.artifacts import open_artifact
from core.errors import BrokenArtifact
from ranking.understanding.attributes import NAMES, Matrix, record_of

ARTIFACT_NAME = "attribute-heads"
ARTIFACT_SCHEMA = 1
SHIPPED = Path(__file__).parent / "artifact"


class AttributeModel:
    """Reads attributes off text vectors. Needs NumPy only; about 10 microseconds a video."""

    def __init__(self, weights: Matrix, bias: Matrix, revision: str) -> None:
        self._weights = weights
        self._bias = bias
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
            return cls(data["weights"], data["bias"], manifest.revision)

    def probabilities(self, vectors: Matrix) -> Matrix:
        """Return the probability of every attribute: (n, 384) in, (n, len(NAMES)) out."""
        scores = vectors @ self._weights.T + self._bias
        result: Matrix = (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)
        return result

    def records(self, vectors: Matrix) -> Sequence[dict[str, Any]]:
        """Return the attribute record to store with each video."""
        return [record_of(row, self.revision) for row in self.probabilities(vectors).tolist()]
