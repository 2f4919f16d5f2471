"""A page, step by step: candidates, filters, heads, value, steer, diversity, exploration."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import VideoId
from core.vocabulary import FeedMode, Reason
from ranking.catalogue import Catalogue
from ranking.diversity import Candidates, Rules, arrange
from ranking.explanations import reason_for, reason_same_for_all, reason_seen_all, reason_steered
from ranking.exploration import Placed, explore
from ranking.features import matrix
from ranking.filters import Filters
from ranking.page import RankedItem, RankedPage, SteerPart
from ranking.snapshot import COUNTS
from ranking.sources.all import Pool, gather
from ranking.sources.base import CandidateSource, Query, newest_first
from ranking.state import facts_for, state_of
from ranking.steering.matching import Demand, Effect, Steering
from ranking.value import Valued, ValuePolicy, value_of
from ranking.viewer import Viewer

Array = NDArray[Any]
Visible = Callable[[Sequence[VideoId]], Set[VideoId]]
_IMPRESSION = COUNTS.index("impression")
_STEERED_FROM = 0.75  # a steer that adds this much is the reason an item is there
_CHECKED_AT_ONCE = 96


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates with their value and what steers add; ``scores`` is the sum, shape (n,)."""

    pool: Pool
    valued: Valued
    effect: Effect
    scores: Array
    is_known: Array
    is_mutual: Array
    is_seen: Array

    def only(self, places: Array) -> "Scored":
        """Return the candidates at these places, in that order."""
        valued = replace(
            self.valued,
            heads={name: values[places] for name, values in self.valued.heads.items()},
            head_sum=self.valued.head_sum[places],
            factors=tuple((name, values[places]) for name, values in self.valued.factors),
            value=self.valued.value[places],
        )
        effect = replace(self.effect, refused=self.effect.refused[places], additions=self.effect.additions[:, places])
        return Scored(
            self.pool.only(places), valued, effect, self.scores[places], self.is_known[places],
            self.is_mutual[places], self.is_seen[places],
        )  # fmt: skip


class Ranker:
    """Makes pages from one catalogue under one policy. Holds no state of its own."""

    def __init__(self, policy: ValuePolicy, sources: Sequence[CandidateSource[Any]], steering: Steering) -> None:
        self._policy = policy
        self._sources = sources
        self._steering = steering
        self._filters = Filters(steering, policy.diversity.film_window)

    def page(
        self,
        viewer: Viewer,
        catalogue: Catalogue,
        *,
        size: int,
        mode: FeedMode,
        now: datetime,
        page_id: str,
        visible: Visible,
    ) -> RankedPage:
        """Return a page of at most ``size`` items; ``visible``: which videos the database lets the viewer see now."""
        if mode == FeedMode.NON_PERSONALISED:
            viewer = viewer.anonymous()
        demands = self._steering.demands(viewer.steers)
        query = Query(state_of(viewer, catalogue, now), catalogue, demands if viewer.is_personal else ())
        scored = self._scored(self._pool(query, demands, mode, size), query, mode)
        scored = self._checked(scored, catalogue, visible, size)
        placed = self._placed(scored, query, size, mode, page_id)
        signals = (*viewer.signals_used, *(("steers",) if viewer.steers else ()))
        return RankedPage(
            mode=mode,
            snapshot=catalogue.snapshot.revision,
            policy_version=self._policy.version,
            items=tuple(self._item(item, scored, query, mode) for item in placed),
            signals_used=signals,
        )

    def _pool(self, query: Query, demands: tuple[Demand, ...], mode: FeedMode, size: int) -> Pool:
        """Candidates that may be shown; filled up with the newest, and at last with the oldest seen."""
        pool = self._sourced(query, mode)
        pool = pool.only(self._may_stand(query, demands, pool.rows))
        fresh = pool.only(self._filters.unseen(query.state, query.catalogue, pool.rows))
        enough = 2 * size if mode == FeedMode.RANKED else size
        if len(fresh.rows) < enough:
            fresh = _joined(fresh, self._backfill(query, demands))
        if len(fresh.rows) < enough:
            fresh = _joined(fresh, self._oldest_seen(query, demands))
        return fresh

    def _sourced(self, query: Query, mode: FeedMode) -> Pool:
        if mode != FeedMode.CHRONOLOGICAL:
            return _cut(gather(self._sources, query), self._policy.sources.scored)
        limit = self._policy.sources.backfill
        followed = newest_first(query.catalogue, query.catalogue.newest_by(query.state.follows, each=limit))[:limit]
        rest = np.setdiff1d(query.catalogue.newest(limit), followed)
        rows = np.concatenate([followed, newest_first(query.catalogue, rest)])
        return Pool(rows, (Reason.CHRONOLOGICAL,) * len(rows))

    def _may_stand(self, query: Query, demands: tuple[Demand, ...], rows: Array) -> Array:
        allowed = self._filters.allowed(query.state, query.catalogue, rows)
        allowed[allowed] = self._filters.unrefused(demands, query.catalogue, rows[allowed])
        return allowed

    def _backfill(self, query: Query, demands: tuple[Demand, ...]) -> Pool:
        rows = query.catalogue.newest(self._policy.sources.backfill)
        rows = rows[self._may_stand(query, demands, rows)]
        rows = rows[self._filters.unseen(query.state, query.catalogue, rows)]
        return Pool(rows, (Reason.FRESH,) * len(rows))

    def _oldest_seen(self, query: Query, demands: tuple[Demand, ...]) -> Pool:
        seen = query.state.seen
        _, last = np.unique(seen, return_index=True)  # the first time a row comes up is when it was last seen
        rows = seen[np.sort(last)[::-1]]
        rows = rows[self._may_stand(query, demands, rows)][: self._policy.sources.scored]
        return Pool(rows, (Reason.FRESH,) * len(rows))

    def _scored(self, pool: Pool, query: Query, mode: FeedMode) -> Scored:
        state, catalogue = query.state, query.catalogue
        creators = catalogue.take("creator", pool.rows)
        is_known = np.isin(creators, state.follows)
        is_mutual = is_known & np.isin(creators, state.followers)
        heads = catalogue.snapshot.heads.probabilities(matrix(facts_for(state, catalogue, pool.rows)))
        valued = value_of(
            self._policy, heads, follows=is_known, mutual=is_mutual, limited=catalogue.take("limited", pool.rows),
            personal=state.viewer.is_personal,
        )  # fmt: skip
        effect = self._steering.effect(query.demands, catalogue, pool.rows, is_known)
        is_seen = np.isin(pool.rows, state.seen)
        scores = valued.value + effect.total
        if mode == FeedMode.CHRONOLOGICAL:
            scores = -np.arange(len(pool.rows), dtype=np.float64)
        return Scored(pool, valued, effect, scores, is_known, is_mutual, is_seen)

    def _checked(self, scored: Scored, catalogue: Catalogue, visible: Visible, size: int) -> Scored:
        """Ask the database about the best, and about the rest only if too few of them may be shown."""
        order = np.lexsort((-scored.pool.rows, -scored.scores, scored.is_seen))
        order = _seen_in_turn(order, scored.is_seen)
        kept: list[int] = []
        for start in range(0, len(order), _CHECKED_AT_ONCE):
            part = order[start : start + _CHECKED_AT_ONCE]
            ids = {int(place): catalogue.video_id(int(scored.pool.rows[place])) for place in part}
            allowed = visible(list(ids.values()))
            kept.extend(place for place, video_id in ids.items() if video_id in allowed)
            if len(kept) >= 3 * size:
                break
        return scored.only(np.array(kept, dtype=np.int64))

    def _placed(self, scored: Scored, query: Query, size: int, mode: FeedMode, page_id: str) -> list[Placed]:
        if mode == FeedMode.CHRONOLOGICAL:
            films = query.catalogue.take("film", scored.pool.rows)
            _, first = np.unique(films, return_index=True)
            return [Placed(int(place), 1.0) for place in np.sort(first)[:size]]
        order = self._arranged(scored, query, size)
        wishes = any(demand.wants or demand.friends for demand in query.demands)
        if not query.state.viewer.is_personal or wishes:
            return [Placed(place, 1.0) for place in order]
        others = self._explorable(scored, query, order)
        return explore(order, others, self._policy.exploration, page_id)

    def _arranged(self, scored: Scored, query: Query, size: int) -> list[int]:
        """New videos by merit; what was seen before only behind them, longest ago first."""
        rules = Rules(self._policy.author, self._policy.diversity, self._share(query))
        fresh = np.flatnonzero(~scored.is_seen)
        pool = fresh[: max(self._policy.diversity.rerank, 3 * size)]
        order = [int(pool[place]) for place in arrange(self._candidates(scored, query, pool), size, rules)]
        taken = set(order)
        films = set(query.catalogue.take("film", scored.pool.rows[order]).tolist()) if order else set()
        for place in np.flatnonzero(scored.is_seen):
            film = int(query.catalogue.take("film", scored.pool.rows[[place]])[0])
            if len(order) < size and int(place) not in taken and film not in films:
                order.append(int(place))
                films.add(film)
        return order

    def _candidates(self, scored: Scored, query: Query, places: Array) -> Candidates:
        rows = scored.pool.rows[places]
        return Candidates(
            scores=scored.scores[places],
            creators=query.catalogue.take("creator", rows),
            films=query.catalogue.take("film", rows),
            families=query.catalogue.take("family", rows),
            vectors=query.catalogue.take("vector", rows),
            is_known=scored.is_known[places],
        )

    def _share(self, query: Query) -> float:
        asked = sum(demand.friends for demand in query.demands)
        share = self._policy.network.friends_share
        return share if asked == 0 else min(1.0, 2 * share) if asked > 0 else 0.0

    def _explorable(self, scored: Scored, query: Query, order: list[int]) -> list[int]:
        """Least shown candidates that would break no rule of the page wherever they stood."""
        others = np.setdiff1d(np.flatnonzero(~scored.is_seen), order)
        for column in ("film", "family", "creator"):
            there = query.catalogue.take(column, scored.pool.rows[order])
            others = others[~np.isin(query.catalogue.take(column, scored.pool.rows[others]), there)]
        shown = query.catalogue.take("counts", scored.pool.rows[others])[:, _IMPRESSION]
        ranked = others[np.lexsort((-scored.pool.rows[others], shown))]
        return [int(place) for place in ranked[: self._policy.exploration.pool]]

    def _item(self, placed: Placed, scored: Scored, query: Query, mode: FeedMode) -> RankedItem:
        place = placed.place
        row = int(scored.pool.rows[place])
        additions = scored.effect.additions[:, place]
        strongest = int(np.argmax(additions)) if len(additions) else -1
        is_steered = strongest >= 0 and additions[strongest] >= _STEERED_FROM
        source = scored.pool.reasons[place]
        if scored.is_seen[place]:
            reason = reason_seen_all(source)
        elif mode == FeedMode.NON_PERSONALISED or not query.state.viewer.is_personal:
            reason = reason_same_for_all(source)
        elif is_steered and mode == FeedMode.RANKED:
            reason = reason_steered(scored.effect.says[strongest])
        else:
            reason = reason_for(source, is_mutual=bool(scored.is_mutual[place]), is_exploring=placed.is_exploring)
        return RankedItem(
            video_id=query.catalogue.video_id(row),
            creator_id=query.catalogue.person_id(int(query.catalogue.take("creator", np.array([row]))[0])),
            reason=reason,
            score=float(scored.scores[place]),
            propensity=placed.propensity,
            steer_id=scored.effect.ids[strongest] if is_steered else None,
            heads={name: round(float(values[place]), 6) for name, values in scored.valued.heads.items()},
            parts=scored.valued.parts(place),
            steers=tuple(
                SteerPart(steer_id, says, float(addition))
                for steer_id, says, addition in zip(scored.effect.ids, scored.effect.says, additions, strict=True)
                if addition != 0.0
            ),
        )


def _cut(pool: Pool, limit: int) -> Pool:
    """Keep at most ``limit`` candidates, taking from every source in turn."""
    if len(pool.rows) <= limit:
        return pool
    turns: dict[Reason, int] = {}
    turn = np.zeros(len(pool.rows))
    for place, reason in enumerate(pool.reasons):
        turn[place] = turns[reason] = turns.get(reason, -1) + 1
    return pool.only(np.sort(np.argsort(turn, kind="stable")[:limit]))


def _joined(first: Pool, second: Pool) -> Pool:
    new = ~np.isin(second.rows, first.rows)
    extra = second.only(new)
    return Pool(np.concatenate([first.rows, extra.rows]), first.reasons + extra.reasons)


def _seen_in_turn(order: Array, is_seen: Array) -> Array:
    """Keep the order of new candidates; put seen ones behind them in the order the pool has them (oldest first)."""
    return np.concatenate([order[~is_seen[order]], np.flatnonzero(is_seen)])
