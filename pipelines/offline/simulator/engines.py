"""The engines that are compared: Kindling as shipped, the same engine after watch time, and newest first.

The engine after watch time exists here alone. Nothing that serves can be told to do the same: the value policy refuses
the weight, and the head is not loaded.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.encoder import TextEncoder
from core.vocabulary import FeedMode
from ranking.features import FEATURES
from ranking.goals import Goals, load_goals
from ranking.heads import HEADS_FILE, MEASURED, Heads, HeadsFile
from ranking.ranker import Ranker
from ranking.snapshot import Snapshot
from ranking.sources.all import make_sources
from ranking.steering.concepts import load_concepts
from ranking.steering.matching import Steering
from ranking.trees import Trees
from ranking.understanding.model import AttributeModel
from ranking.value import ValuePolicy, load_value

Array = NDArray[Any]
_COMPLETE = next(iter(MEASURED))
_SECONDS = FEATURES.index("seconds")


class Arm(StrEnum):
    """Which engine makes the pages."""

    KINDLING = "kindling"
    WATCH_TIME = "watch_time"
    CHRONOLOGICAL = "chronological"


@dataclass(frozen=True)
class WatchTime(Heads):
    """Heads that know one thing: how many seconds somebody will probably watch to the end."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Load what was measured below ``folder``."""
        described = HeadsFile.model_validate_json((folder / HEADS_FILE).read_text(encoding="utf-8"))
        measured = {_COMPLETE: described.calibrations[_COMPLETE]}
        trees = Trees([folder / f"{_COMPLETE}.txt"])
        return cls(measured, trees, described.metrics, described.learned_until)

    def probabilities(self, features: NDArray[np.float32]) -> dict[str, Array]:
        """Return expected seconds under the measured head's name; shape (n,)."""
        completing = self.trained[_COMPLETE].probability(self.trees.raw(features)[0])
        return {_COMPLETE: completing * features[:, _SECONDS]}


@dataclass(frozen=True, slots=True)
class Engine:
    """One way of making pages."""

    arm: Arm
    ranker: Ranker

    @property
    def mode(self) -> FeedMode:
        """The feed mode that the engine answers with."""
        return FeedMode.CHRONOLOGICAL if self.arm is Arm.CHRONOLOGICAL else FeedMode.RANKED

    def over(self, snapshot: Snapshot, heads: Path) -> Snapshot:
        """Return the snapshot with the heads that this engine goes by."""
        return replace(snapshot, heads=WatchTime.open(heads)) if self.arm is Arm.WATCH_TIME else snapshot


def make_engine(arm: Arm, encoder: TextEncoder) -> Engine:
    """Return an engine; sources, filters, spacing and exploration are the same for all."""
    policy = load_value()
    if arm is Arm.WATCH_TIME:
        policy = _after_watch_time(policy)
    encode, attributes = lru_cache(256)(encoder.encode_one), AttributeModel.open()
    steering, goals = Steering(load_concepts(), encode, attributes), Goals(load_goals(), encode, attributes)
    return Engine(arm, Ranker(policy, make_sources(policy.sources), steering, goals))


def _after_watch_time(policy: ValuePolicy) -> ValuePolicy:
    """Return a policy that no file can say: seconds watched alone, and the social graph weighs nothing."""
    network = policy.network.model_copy(
        update={
            "in_network": 1,
            "mutual": 1,
            "out_of_network": 1,
            "near_you": 1,
            "friends_share": 0,
            "followed_share": 0,
        }
    )
    return policy.model_copy(update={"weights": {_COMPLETE: 1.0}, "network": network})
