"""What every candidate source is: a config, a reason, and one question it answers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.vocabulary import Reason
from ranking.among import firsts
from ranking.catalogue import Catalogue
from ranking.goals import Goal
from ranking.state import ViewerState
from ranking.steering.demand import Demand

Array = NDArray[Any]


class SourceConfig(BaseModel):
    """What every source can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(default=100, ge=0, le=5000, description="Most candidates that the source brings.")


@dataclass(frozen=True, slots=True)
class Query:
    """What sources are asked about: a viewer, all videos, what the viewer wishes for, and their goals."""

    state: ViewerState
    catalogue: Catalogue
    demands: Sequence[Demand] = ()
    goals: Sequence[Goal] = ()

    @property
    def wishes(self) -> bool:
        """Whether a steer asks for something: such a page holds no lots."""
        return any(demand.wants or demand.friends or demand.more_from for demand in self.demands)


C = TypeVar("C", bound=SourceConfig)


class CandidateSource(ABC, Generic[C]):
    """Brings videos for one reason, best first. What may be shown at all is decided elsewhere."""

    reason: ClassVar[Reason]

    def __init__(self, config: C) -> None:
        self.config = config

    def candidates(self, query: Query) -> Array:
        """Return at most ``config.limit`` distinct rows of the catalogue, best first; int64."""
        if self.config.limit == 0:
            return np.zeros(0, dtype=np.int64)
        rows = self.find(query)
        return rows[firsts(rows)][: self.config.limit].astype(np.int64)

    @abstractmethod
    def find(self, query: Query) -> Array:
        """Return rows of the catalogue, best first; repeats and more than the limit are cut off by the caller."""


def newest_first(catalogue: Catalogue, rows: Array) -> Array:
    """Return rows in order of publication, newest first; of equals the later row first."""
    if len(rows) and rows.max() < catalogue.snapshot.video_count:
        return np.sort(rows)[::-1]  # a snapshot's rows are in this order themselves
    order = np.lexsort((-rows, -catalogue.take("published_at", rows)))
    return rows[order]


def best_first(rows: Array, scores: Array) -> Array:
    """Return rows in order of score, best first; of equals the newer row first."""
    return rows[np.lexsort((-rows, -scores))]
