"""Heads over an open_clip model's picture vectors: a calibrated probability per category. Tied to one checkpoint."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, open_artifact
from core.errors import BrokenArtifact

ARTIFACT_NAME = "moderation-picture"
ARTIFACT_SCHEMA = 1

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PictureHeads:
    """One linear layer, calibrated. D is the width of the model's vectors, C the number of categories."""

    weights_DC: Array  # noqa: N815 - shapes are named
    offset_C: Array  # noqa: N815
    categories: tuple[str, ...]
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "PictureHeads":
        """Load an artifact. Raises ``BrokenArtifact``."""
        manifest = open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
        categories = tuple(json.loads((folder / "heads.json").read_text(encoding="utf-8"))["categories"])
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            weights, offset = stored["weights_DC"].astype(np.float32), stored["offset_C"].astype(np.float32)
        if weights.shape[1] != len(categories) or offset.shape != (len(categories),):
            raise _broken(folder, "has weights of another shape than its categories")
        return cls(weights, offset, categories, manifest)

    @property
    def checkpoint(self) -> str:
        """The checkpoint whose vectors these heads were trained on."""
        return str(self.manifest.data.get("checkpoint", ""))

    def require(self, checkpoint: str, folder: Path) -> None:
        """Raise ``BrokenArtifact`` unless these heads belong to the checkpoint in use: to another they say nothing."""
        if self.checkpoint != checkpoint:
            raise _broken(folder, f"was trained on checkpoint {self.checkpoint!r}; in use is {checkpoint!r}")

    def scores(self, vectors_ND: Array) -> list[dict[str, float]]:  # noqa: N803
        """Return for each of N unit vectors a probability per category."""
        logits = np.clip(vectors_ND @ self.weights_DC + self.offset_C, -30, 30)
        return [dict(zip(self.categories, row, strict=True)) for row in (1 / (1 + np.exp(-logits))).tolist()]


def write_heads(folder: Path, weights_DC: Array, offset_C: Array, categories: tuple[str, ...]) -> None:  # noqa: N803
    """Store weights and categories; ``core.artifacts.seal`` makes them an artifact."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "weights.npz", weights_DC=weights_DC, offset_C=offset_C)
    said = json.dumps({"categories": list(categories)}, indent=1) + "\n"
    (folder / "heads.json").write_text(said, encoding="utf-8")


def _broken(folder: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="broken_artifact", detail=f"The picture heads in {folder} {what}.", path=str(folder),
        expected="Heads made for this checkpoint: `kindling train picture-heads`.",
    )  # fmt: skip
