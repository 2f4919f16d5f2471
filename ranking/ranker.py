"""A page, step by step: candidates, filters, first stage, heads, value, steer, diversity, exploration."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import VideoId
from core.vocabulary import FeedMode, Reason
from ranking.among import among, distinct
from ranking.catalogue import Catalogue
from ranking.clear import contents, is_clear
from ranking.diversity import Candidates, Rules, arrange
from ranking.explanations import reason_for, reason_goal, reason_same_for_all, reason_seen_all, reason_steered
from ranking.exploration import Placed, explore
from ranking.features import matrix
from ranking.filters import Filters
from ranking.first_stage import looked_at_first
from ranking.goals import GoalFit, Goals
from ranking.interests import CHAT_HISTORY
from ranking.newcomers import draw, first_of_each, is_new, kept_positions
from ranking.page import RankedItem, RankedPage, SteerPart
from ranking.snapshot import COUNTS, place_number
from ranking.sources.all import Pool, gather
from ranking.sources.base import CandidateSource, Query, newest_first
from ranking.state import facts_for, state_of
from ranking.steering.demand import Demand
from ranking.steering.matching import Effect, Steering
from ranking.topic_mix import TopicMix, told_by
from ranking.value import Valued, ValuePolicy, value_of
from ranking.viewer import LOCATION, Viewer

Array = NDArray[Any]
Visible = Callable[[Sequence[VideoId]], Set[VideoId]]
_IMPRESSION = COUNTS.index("impression")
_STEERED_FROM = 0.75  # a steer that adds this much is the reason an item is there
_CHECKED_AT_ONCE = 64
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
    is_new: Array  # by a creator for whom a position may be kept
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
            self.is_mutual[places], self.is_seen[places], self.is_new[places], self.goals.only(places),
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
        asked = {
            "steers": viewer.steers,
            "goals": query.goals,
            CHAT_HISTORY: viewer.interests,
            LOCATION: place_number(viewer.place),
        }
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
            near=catalogue.is_at(place_number(state.viewer.place), catalogue.take("creator", pool.rows)),
        )  # fmt: skip
        is_seen = among(pool.rows, state.ever_seen)
        scores = valued.value + chosen.effect.total
        if mode == FeedMode.CHRONOLOGICAL:
            scores = -np.arange(len(pool.rows), dtype=np.float64)
        goals = self._goals.fit_of_rows(query.goals, catalogue, pool.rows, is_mutual)
        is_new = self._is_new(query, pool.rows, mode) & ~is_known & ~is_seen
        return Scored(pool, valued, chosen.effect, scores, is_known, is_mutual, is_seen, is_new, goals)

    def _is_new(self, query: Query, rows: Array, mode: FeedMode) -> Array:
        """Return which videos may stand at a position kept for newcomers: none on pages that follow one order."""
        if mode != FeedMode.RANKED or not query.state.viewer.is_personal or _wishes(query):
            return np.zeros(len(rows), dtype=bool)
        creators = query.catalogue.take("creator", rows)
        new = is_new(query.catalogue, creators, self._policy.newcomers, query.state.now_s)
        return new & ~query.catalogue.take("limited", rows)

    def _checked(self, scored: Scored, catalogue: Catalogue, visible: Visible, size: int) -> Scored:
        """Ask the database about the best, and about the rest only if too few of them may be shown."""
        order = np.lexsort((-scored.pool.rows, -scored.scores, scored.is_seen))
        order = _goals_first(_seen_in_turn(order, scored.is_seen), scored, size)
        kept_for = len(kept_positions(self._policy.newcomers, size)) * self._policy.newcomers.pool
        order = _moved_first(order, order[scored.is_new[order]][:kept_for])
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
        if not query.state.viewer.is_personal or _wishes(query):
            return [Placed(place, 1.0) for place in self._arranged(scored, query, size)]
        order, kept, newcomers = self._with_newcomers(scored, query, size)
        others = self._explorable(scored, query, [*order, *newcomers])
        return explore(order, others, self._policy.exploration, page_id, draw(newcomers, kept, page_id))

    def _with_newcomers(self, scored: Scored, query: Query, size: int) -> tuple[list[int], list[int], list[int]]:
        """Return the page less the positions kept for newcomers, those positions, and who may be drawn for them."""
        policy = self._policy.newcomers
        kept = kept_positions(policy, size) if scored.is_new.any() else []
        while True:
            order = self._arranged(scored, query, size, kept)
            clear = self._clear_of(order, np.flatnonzero(scored.is_new), scored, query) if kept else []
            enough = min(len(clear), sum(position - place <= len(order) for place, position in enumerate(kept)))
            if enough == len(kept):
                return order, kept, clear[: policy.pool * len(kept)]
            kept = kept[:enough]

    def _clear_of(self, order: list[int], places: Array, scored: Scored, query: Query) -> list[int]:
        """Return those, best first, that break no rule of the page or with each other wherever they stand."""
        places = places[np.lexsort((-scored.pool.rows[places], -scored.scores[places]))]
        places = places[self._is_clear(places, order, scored, query)]
        for column in ("film", "family", "creator"):
            places = places[first_of_each(query.catalogue.take(column, scored.pool.rows[places]))]
        return [int(place) for place in places]

    def _is_clear(self, places: Array, order: list[int], scored: Scored, query: Query) -> Array:
        rows, page = scored.pool.rows[places], scored.pool.rows[order]
        return is_clear(query.catalogue, rows, page, self._policy.diversity.near_duplicate)

    def _arranged(self, scored: Scored, query: Query, size: int, kept: Sequence[int] = ()) -> list[int]:
        """New videos by merit; what was seen before only behind them, longest ago first."""
        rules = Rules(self._policy.author, self._policy.diversity, self._share(query), self._goals.policy.page.share)
        fresh = np.flatnonzero(~scored.is_seen)
        pool = fresh[: max(self._policy.diversity.rerank, 3 * size)]
        order = [int(pool[place]) for place in arrange(self._candidates(scored, query, pool), size, rules, kept)]
        taken = set(order)
        films = set(query.catalogue.take("film", scored.pool.rows[order]).tolist()) if order else set()
        for place in np.flatnonzero(scored.is_seen):
            if len(order) == size - len(kept):
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
            topics=self._topic_mix(query, rows),
            contents=contents(query.catalogue, rows),
        )

    def _topic_mix(self, query: Query, rows: Array) -> TopicMix | None:
        """Return the mix that a page is kept near: none without personalisation, too few likes, or under a wish."""
        if not query.state.viewer.is_personal or _wishes(query):
            return None
        told, weights = told_by(query.state.acts, self._policy.topics)
        if not len(told):
            return None
        found = self._goals.topic_mixes(query.catalogue, np.concatenate([told, rows]))
        wanted = weights @ found[: len(told)] / weights.sum()
        return TopicMix(wanted, found[len(told) :], self._policy.topics.weight)

    def _share(self, query: Query) -> float:
        asked = sum(demand.friends for demand in query.demands)
        share = self._policy.network.friends_share
        return share if asked == 0 else min(1.0, 2 * share) if asked > 0 else 0.0

    def _explorable(self, scored: Scored, query: Query, order: list[int]) -> list[int]:
        """Least shown candidates that would break no rule of the page wherever they stood."""
        others = np.setdiff1d(np.flatnonzero(~scored.is_seen), order)
        others = others[self._is_clear(others, order, scored, query)]
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
        elif placed.is_newcomer:
            reason = reason_for(Reason.NEWCOMER)
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
    return _moved_first(order, best)


def _moved_first(order: Array, places: Array) -> Array:
    return np.concatenate([places, order[~among(order, distinct(places))]])


def _wishes(query: Query) -> bool:
    """Whether a steer asks for something: such a page holds no lots."""
    return any(demand.wants or demand.friends or demand.more_from for demand in query.demands)


def _seen_in_turn(order: Array, is_seen: Array) -> Array:
    """Keep the order of new candidates; put seen ones behind them in the order the pool has them (oldest first)."""
    return np.concatenate([order[~is_seen[order]], np.flatnonzero(is_seen)])
