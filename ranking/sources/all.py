"""All candidate sources, and the pool they fill together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from core.vocabulary import Reason
from ranking.among import among, distinct, firsts
from ranking.sources.base import CandidateSource, Query, SourceConfig
from ranking.sources.content import (
    FreshSource,
    InspiringConfig,
    InspiringSource,
    SimilarConfig,
    SimilarSource,
    SteerConfig,
    SteerSource,
    TrendingSource,
)
from ranking.sources.goals import GoalConfig, GoalSource
from ranking.sources.social import FollowingConfig, FollowingSource, NearbyConfig, NearbySource
from ranking.value import SourceLimits

Array = NDArray[Any]
_log = structlog.get_logger(__name__)


def make_sources(limits: SourceLimits) -> list[CandidateSource[Any]]:
    """Return every source, the one whose reason is told first where several bring a video."""
    return [
        SteerSource(SteerConfig(limit=limits.steer)),
        FollowingSource(FollowingConfig(limit=limits.following)),
        NearbySource(NearbyConfig(limit=limits.nearby)),
        InspiringSource(InspiringConfig(limit=limits.inspiring)),
        SimilarSource(SimilarConfig(limit=limits.similar)),
        TrendingSource(SourceConfig(limit=limits.trending)),
        FreshSource(SourceConfig(limit=limits.fresh)),
        GoalSource(GoalConfig(limit=limits.goal)),
    ]


REASONS = tuple(Reason)
_CODES = {reason: code for code, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates with the reason that brought each; rows are distinct."""

    rows: Array  # (n,) int64
    codes: Array  # (n,) int8: places in ``REASONS``

    @classmethod
    def of(cls, rows: Array, reason: Reason) -> "Pool":
        """Return candidates that were all brought for one reason."""
        return cls(rows, np.full(len(rows), _CODES[reason], dtype=np.int8))

    def only(self, keep: Array) -> "Pool":
        """Return the candidates for which ``keep`` (bool or places) holds."""
        return Pool(self.rows[keep], self.codes[keep])

    def joined(self, other: "Pool") -> "Pool":
        """Return these candidates, and behind them those of another pool that are not among them."""
        return self.beside(other.only(~among(other.rows, distinct(self.rows))))

    def beside(self, other: "Pool") -> "Pool":
        """Return these candidates, and behind them those of a pool that has none of them."""
        return Pool(np.concatenate([self.rows, other.rows]), np.concatenate([self.codes, other.codes]))

    def reason(self, place: int) -> Reason:
        """Return what brought a candidate."""
        return REASONS[int(self.codes[place])]


def gather(sources: Sequence[CandidateSource[Any]], query: Query) -> Pool:
    """Ask every source in turn. One that fails is logged and left out: the page is made of the others."""
    found = [Pool.of(np.zeros(0, dtype=np.int64), Reason.FRESH)]
    for source in sources:
        try:
            found.append(Pool.of(source.candidates(query), source.reason))
        except Exception:  # a lost source must never cost the page
            _log.exception("candidate_source_failed", source=str(source.reason))
    rows = np.concatenate([pool.rows for pool in found])
    codes = np.concatenate([pool.codes for pool in found])
    return Pool(rows, codes).only(firsts(rows))
