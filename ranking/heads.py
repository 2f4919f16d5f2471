"""The heads: calibrated probabilities of what a viewer will do with a video."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BrokenArtifact
from ranking.features import FEATURES
from ranking.trees import Trees

HEADS_FILE = "heads.json"

# head -> what its probability means. The declared priors serve while no head has been trained.
HEADS: dict[str, str] = {
    "create": "they create or remix something within a day",
    "connect": "they like, comment on or share something of a person they know",
    "satisfied": "asked in the feed, they say it was worth it (4 or 5 of 5)",
    "like": "they like it",
    "share": "they share it",
    "follow": "they follow its creator",
    "hide": "they hide it",
    "report": "they report it",
    "regret": "asked days later, they say it was not worth it (1 or 2 of 5)",
}
PRIORS: dict[str, float] = {
    "create": 0.01, "connect": 0.02, "satisfied": 0.5, "like": 0.06, "share": 0.01, "follow": 0.01, "hide": 0.01,
    "report": 0.001, "regret": 0.2,
}  # fmt: skip
UNWANTED = ("hide", "report", "regret")
# Trained and reported beside the heads, so that an operator can see what completion would have told; never loaded
# for serving, because finishing a video is time spent.
MEASURED: dict[str, str] = {"complete": "they watch it to its end"}

Probabilities = NDArray[np.float64]


class Calibration(BaseModel):
    """Platt's sigmoid over raw scores: p = 1 / (1 + exp(-(slope * raw + intercept)))."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slope: float = Field(default=1.0, description="Factor on the raw score.")
    intercept: float = Field(default=0.0, description="Added to it.")

    def probability(self, raw: Probabilities) -> Probabilities:
        """Return calibrated probabilities of the same shape."""
        clipped = np.clip(self.slope * raw + self.intercept, -30.0, 30.0)
        calibrated: Probabilities = 1.0 / (1.0 + np.exp(-clipped))
        return calibrated


class HeadsFile(BaseModel):
    """What ``heads.json`` holds: the features the trees were trained on, and each head's calibration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: list[str] = Field(description="Names of the feature columns, in order.")
    calibrations: dict[str, Calibration] = Field(description="Head -> calibration; its trees are in `<head>.txt`.")
    metrics: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Head -> figures on later days.")
    learned_until: float = Field(
        default=0.0, description="Seconds since 1970: nothing after it was trained or calibrated on."
    )


@dataclass(frozen=True)
class Heads:
    """All trained heads of a snapshot; those that are not trained answer with their declared prior."""

    trained: Mapping[str, Calibration]
    trees: Trees  # of the trained heads, in the order of ``trained``
    metrics: Mapping[str, Mapping[str, Any]]
    learned_until: float = 0.0

    @classmethod
    def open(cls, folder: Path) -> "Heads":
        """Load the heads below ``folder``. Raises ``BrokenArtifact`` if they were trained on other features.

        What was only measured (``MEASURED``) is not loaded.
        """
        if not (folder / HEADS_FILE).exists():
            return cls({}, Trees([]), {})
        try:
            described = HeadsFile.model_validate_json((folder / HEADS_FILE).read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise _broken(folder, "has a malformed heads.json") from error
        if described.features != list(FEATURES):
            raise _broken(folder, "has heads that were trained on other features")
        if unknown := sorted(set(described.calibrations) - set(HEADS) - set(MEASURED)):
            raise _broken(folder, f"has unknown heads: {', '.join(unknown)}")
        serving = {name: item for name, item in described.calibrations.items() if name in HEADS}
        trees = Trees([folder / f"{name}.txt" for name in serving])
        return cls(serving, trees, described.metrics, described.learned_until)

    @property
    def untrained(self) -> frozenset[str]:
        """The heads that answer with their declared prior."""
        return frozenset(HEADS) - set(self.trained)

    def probabilities(self, features: NDArray[np.float32]) -> dict[str, Probabilities]:
        """Return head -> probabilities of shape (n,) for features of shape (n, f)."""
        raw = dict(zip(self.trained, self.trees.raw(features), strict=True)) if self.trained else {}
        return {
            name: self.trained[name].probability(raw[name]) if name in raw else np.full(len(features), PRIORS[name])
            for name in HEADS
        }


def describe(calibrations: Mapping[str, Calibration], metrics: Mapping[str, Any], learned_until: float) -> str:
    """Return the text of a ``heads.json``."""
    described = HeadsFile(
        features=list(FEATURES), calibrations=dict(calibrations), metrics=dict(metrics), learned_until=learned_until
    )
    return json.dumps(described.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


def _broken(folder: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="broken_artifact",
        detail=f"The snapshot {folder.parent.name} {what}.",
        expected="Train the heads again with `kindling train heads`.",
        path=str(folder),
    )
