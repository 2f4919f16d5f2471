"""A page, step by step: candidates, filters, first stage, heads, value, steer, diversity, exploration."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import VideoId
from core.vocabulary import FeedMode, Reason
from ranking.among import among
from ranking.catalogue import Catalogue
from ranking.diversity import Candidates, Rules, arrange
from ranking.explanations import reason_for, reason_goal, reason_same_for_all, reason_seen_all, reason_steered
from ranking.exploration import Placed, explore
from ranking.features import matrix, unit
from ranking.filters import Filters
from ranking.first_stage import looked_at_first
from ranking.goals import GoalFit, Goals
from ranking.interests import CHAT_HISTORY
from ranking.page import RankedItem, RankedPage, SteerPart
from ranking.snapshot import COUNTS
from ranking.sources.all import Pool, gather
from ranking.sources.base import CandidateSource, Query, newest_first
from ranking.state import facts_for, state_of
from ranking.steering.demand import Demand
from ranking.steering.matching import Effect, Steering
from ranking.value import Valued, ValuePolicy, value_of
from ranking.viewer import Viewer

Array = NDArray[Any]
Visible = Callable[[Sequence[VideoId]], Set[VideoId]]
_IMPRESSION = COUNTS.index("impression")
_STEERED_FROM = 0.75  # a steer that adds this much is the reason an item is there
_CHECKED_AT_ONCE = 96
_SCORED_SHARE = 0.9  # of what the heads may look at; when refusals leave fewer, the next best are looked at too


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
    goals: GoalFit

    def only(self, places: Array) -> "Scored":
        """Return the candidates at these places, in that order."""
        valued = replace(
            self.valued,
            heads={name: values[places] for name, values in self.valued.heads.items()},
            head_sum=self.valued.head_sum[places],
            interest=self.valued.interest[places],
            factors=tuple((name, values[places]) for name, values in self.valued.factors),
            value=self.valued.value[places],
        )
        return Scored(
            self.pool.only(places), valued, _effect_at(self.effect, places), self.scores[places], self.is_known[places],
            self.is_mutual[places], self.is_seen[places], self.goals.only(places),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the heads look at, and what steers do to it."""

    pool: Pool
    effect: Effect
    brought: int  # how many candidates the sources brought


class Ranker:
    """Makes pages from one catalogue under one policy. Holds no state of its own."""

    def __init__(
        self, policy: ValuePolicy, sources: Sequence[CandidateSource[Any]], steering: Steering, goals: Goals
    ) -> None:
        self._policy = policy
        self._goals = goals
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
        query = Query(
            state_of(viewer, catalogue, now), catalogue, demands if viewer.is_personal else (),
            self._goals.ready(viewer.goals) if mode == FeedMode.RANKED else (),
        )  # fmt: skip
        chosen = self._candidates_for(query, demands, mode, size)
        scored = self._scored(chosen, query, mode)
        scored = self._checked(scored, catalogue, visible, size)
        placed = self._placed(scored, query, size, mode, page_id)
        asked = {"steers": viewer.steers, "goals": query.goals, CHAT_HISTORY: viewer.interests}
        signals = (*viewer.signals_used, *(name for name, given in asked.items() if given))
        return RankedPage(
            mode=mode,
            snapshot=catalogue.snapshot.revision,
            policy_version=self._policy.version,
            items=tuple(self._item(item, scored, query, mode) for item in placed),
            signals_used=signals,
            candidates=chosen.brought,
            scored=len(chosen.pool.rows),
        )

    def _candidates_for(self, query: Query, demands: tuple[Demand, ...], mode: FeedMode, size: int) -> Chosen:
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
            effects.append(_effect_at(effect, stays))
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

    def _scored(self, chosen: Chosen, query: Query, mode: FeedMode) -> Scored:
        state, catalogue, pool = query.state, query.catalogue, chosen.pool
        facts = facts_for(state, catalogue, pool.rows)
        is_known, is_mutual = facts.follows_creator > 0, facts.follows_creator * facts.followed_by_creator > 0
        valued = value_of(
            self._policy, catalogue.snapshot.heads.probabilities(matrix(facts)), follows=is_known, mutual=is_mutual,
            limited=catalogue.take("limited", pool.rows), personal=state.viewer.is_personal,
            interest=self._goals.interest(state.viewer.interests, catalogue, pool.rows),
            priors=catalogue.snapshot.heads.untrained,
        )  # fmt: skip
        is_seen = among(pool.rows, state.ever_seen)
        scores = valued.value + chosen.effect.total
        if mode == FeedMode.CHRONOLOGICAL:
            scores = -np.arange(len(pool.rows), dtype=np.float64)
        goals = self._goals.fit_of_rows(query.goals, catalogue, pool.rows, is_mutual)
        return Scored(pool, valued, chosen.effect, scores, is_known, is_mutual, is_seen, goals)

    def _checked(self, scored: Scored, catalogue: Catalogue, visible: Visible, size: int) -> Scored:
        """Ask the database about the best, and about the rest only if too few of them may be shown."""
        order = np.lexsort((-scored.pool.rows, -scored.scores, scored.is_seen))
        order = _goals_first(_seen_in_turn(order, scored.is_seen), scored, size)
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
        wishes = any(demand.wants or demand.friends or demand.more_from for demand in query.demands)
        if not query.state.viewer.is_personal or wishes:
            return [Placed(place, 1.0) for place in order]
        others = self._explorable(scored, query, order)
        return explore(order, others, self._policy.exploration, page_id)

    def _arranged(self, scored: Scored, query: Query, size: int) -> list[int]:
        """New videos by merit; what was seen before only behind them, longest ago first."""
        rules = Rules(self._policy.author, self._policy.diversity, self._share(query), self._goals.policy.page.share)
        fresh = np.flatnonzero(~scored.is_seen)
        pool = fresh[: max(self._policy.diversity.rerank, 3 * size)]
        order = [int(pool[place]) for place in arrange(self._candidates(scored, query, pool), size, rules)]
        taken = set(order)
        films = set(query.catalogue.take("film", scored.pool.rows[order]).tolist()) if order else set()
        for place in np.flatnonzero(scored.is_seen):
            if len(order) == size:
                break
            film = int(query.catalogue.take("film", scored.pool.rows[[place]])[0])
            if int(place) not in taken and film not in films:
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
            fits_goal=scored.goals.which[places] >= 0,
            contents=unit(query.catalogue.take("text", rows).astype(np.float32)),
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
        source = scored.pool.reason(place)
        if scored.is_seen[place]:
            reason = reason_seen_all(source)
        elif mode == FeedMode.NON_PERSONALISED or not query.state.viewer.is_personal:
            reason = reason_same_for_all(source)
        elif (goal := scored.goals.of(place)) is not None and not placed.is_exploring and not is_steered:
            reason = reason_goal(goal.text)
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


def _effect_at(effect: Effect, places: Array) -> Effect:
    return replace(effect, refused=effect.refused[places], additions=effect.additions[:, places])


def _side_by_side(effects: Sequence[Effect]) -> Effect:
    """Return the effects on several lists of videos as one on all of them."""
    return replace(
        effects[0],
        refused=np.concatenate([effect.refused for effect in effects]),
        additions=np.concatenate([effect.additions for effect in effects], axis=1),
    )


def _goals_first(order: Array, scored: Scored, size: int) -> Array:
    """Move a page's worth of the new videos that fit a goal to the front, so that the share kept for goals is met."""
    fits = order[(scored.goals.which[order] >= 0) & ~scored.is_seen[order]]
    best = fits[np.argsort(-scored.goals.fit[fits], kind="stable")][:size]
    return np.concatenate([best, order[~np.isin(order, best)]])


def _seen_in_turn(order: Array, is_seen: Array) -> Array:
    """Keep the order of new candidates; put seen ones behind them in the order the pool has them (oldest first)."""
    return np.concatenate([order[~is_seen[order]], np.flatnonzero(is_seen)])
