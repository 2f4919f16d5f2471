"""Which candidates the heads look at: what sources bring, less what may not stand on the page, the likeliest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import FeedMode, Reason
from ranking.among import among
from ranking.filters import Filters
from ranking.first_stage import looked_at_first
from ranking.sources.all import Pool, gather
from ranking.sources.base import CandidateSource, Query, newest_first
from ranking.steering.demand import Demand
from ranking.steering.matching import Effect, Steering
from ranking.value import ValuePolicy

Array = NDArray[Any]
_SCORED_SHARE = 0.9  # of what the heads may look at; when refusals leave fewer, the next best are looked at too


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the heads look at, and what steers do to it."""

    pool: Pool
    effect: Effect
    brought: int  # how many candidates the sources brought


class Chooser:
    """Chooses candidates under one policy. Holds no state of its own."""

    def __init__(self, policy: ValuePolicy, sources: Sequence[CandidateSource[Any]], steering: Steering) -> None:
        self._policy = policy
        self._sources = sources
        self._steering = steering
        self._filters = Filters(steering, policy.diversity.film_window)

    def chosen(self, query: Query, demands: tuple[Demand, ...], mode: FeedMode, size: int) -> Chosen:
        """Candidates that may be shown; filled up with the newest, and at last with the oldest seen."""
        sourced = pool = self._sourced(query, mode)
        pool = pool.only(self._filters.allowed(query.state, query.catalogue, pool.rows))
        pool = pool.only(self._filters.unseen(query.state, query.catalogue, pool.rows))
        chosen = replace(self._looked_at(pool, query, demands, mode), brought=len(sourced.rows))
        enough = 2 * size if mode == FeedMode.RANKED else size
        for fill in (self._backfill, self._oldest_seen):
            if len(chosen.pool.rows) < enough:
                filled = chosen.pool.joined(fill(query, demands))
                chosen = Chosen(filled, self._effect(query.demands, query, filled), chosen.brought)
        return chosen

    def _looked_at(self, pool: Pool, query: Query, demands: tuple[Demand, ...], mode: FeedMode) -> Chosen:
        """Choose what the heads look at, some hundreds at a time until enough of them are not refused."""
        limit = self._policy.sources.scored
        order = np.arange(len(pool.rows))
        if mode != FeedMode.CHRONOLOGICAL:
            is_known = among(query.catalogue.take("creator", pool.rows), query.state.follows)
            order = looked_at_first(pool, query, self._policy, is_known)
        chosen, effects = pool.only(order[:0]), [self._effect(demands, query, pool.only(order[:0]))]
        start = 0
        while start < len(order) and len(chosen.rows) < _SCORED_SHARE * limit:
            part = pool.only(np.sort(order[start : start + limit - len(chosen.rows)]))
            effect = self._effect(demands, query, part)
            stays = np.flatnonzero(~effect.refused)
            chosen, start = chosen.beside(part.only(stays)), start + len(part.rows)
            effects.append(effect_at(effect, stays))
        is_same = demands == query.demands
        effect = _side_by_side(effects) if is_same else self._effect(query.demands, query, chosen)
        return Chosen(chosen, effect, len(pool.rows))

    def _effect(self, demands: Sequence[Demand], query: Query, pool: Pool) -> Effect:
        is_known = among(query.catalogue.take("creator", pool.rows), query.state.follows)
        familiarity = None
        if query.state.viewer.is_personal and any(demand.novelty for demand in demands):
            familiarity = query.catalogue.take("vector", pool.rows) @ query.state.taste
        return self._steering.effect(demands, query.catalogue, pool.rows, is_known, familiarity)

    def _sourced(self, query: Query, mode: FeedMode) -> Pool:
        if mode != FeedMode.CHRONOLOGICAL:
            return gather(self._sources, query)
        limit = self._policy.sources.backfill
        followed = newest_first(query.catalogue, query.catalogue.newest_by(query.state.follows, each=limit))[:limit]
        rest = np.setdiff1d(query.catalogue.newest(limit), followed)
        rows = np.concatenate([followed, newest_first(query.catalogue, rest)])
        return Pool.of(rows, Reason.CHRONOLOGICAL)

    def _may_stand(self, query: Query, demands: tuple[Demand, ...], rows: Array) -> Array:
        allowed = self._filters.allowed(query.state, query.catalogue, rows)
        allowed[allowed] = self._filters.unrefused(demands, query.catalogue, rows[allowed])
        return allowed

    def _backfill(self, query: Query, demands: tuple[Demand, ...]) -> Pool:
        rows = query.catalogue.newest(self._policy.sources.backfill)
        rows = rows[self._filters.unseen(query.state, query.catalogue, rows)]
        return Pool.of(rows[self._may_stand(query, demands, rows)], Reason.FRESH)

    def _oldest_seen(self, query: Query, demands: tuple[Demand, ...]) -> Pool:
        seen = query.state.seen
        _, last = np.unique(seen, return_index=True)  # the first time a row comes up is when it was last seen
        rows = seen[np.sort(last)[::-1]]
        rows = rows[self._may_stand(query, demands, rows)][: self._policy.sources.scored]
        return Pool.of(rows, Reason.FRESH)


def effect_at(effect: Effect, places: Array) -> Effect:
    """Return the effect on some of the videos only."""
    return replace(effect, refused=effect.refused[places], additions=effect.additions[:, places])


def _side_by_side(effects: Sequence[Effect]) -> Effect:
    """Return the effects on several lists of videos as one on all of them."""
    return replace(
        effects[0],
        refused=np.concatenate([effect.refused for effect in effects]),
        additions=np.concatenate([effect.additions for effect in effects], axis=1),
    )
