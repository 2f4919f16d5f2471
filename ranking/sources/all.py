"""All candidate sources, and the pool they fill together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from core.vocabulary import Reason
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
    ]


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates with the reason that brought each; rows are distinct."""

    rows: Array
    reasons: tuple[Reason, ...]

    def only(self, keep: Array) -> "Pool":
        """Return the candidates for which ``keep`` (bool or places) holds."""
        places = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Pool(self.rows[places], tuple(self.reasons[place] for place in places))


def gather(sources: Sequence[CandidateSource[Any]], query: Query) -> Pool:
    """Ask every source in turn. One that fails is logged and left out: the page is made of the others."""
    rows: list[Array] = []
    reasons: list[Reason] = []
    for source in sources:
        try:
            found = source.candidates(query)
        except Exception:  # a lost source must never cost the page
            _log.exception("candidate_source_failed", source=str(source.reason))
            continue
        rows.append(found)
        reasons.extend([source.reason] * len(found))
    if not reasons:
        return Pool(np.zeros(0, dtype=np.int64), ())
    joined = np.concatenate(rows)
    _, first = np.unique(joined, return_index=True)
    first = np.sort(first)
    return Pool(joined[first], tuple(reasons[place] for place in first))
