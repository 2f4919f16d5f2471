"""A page, step by step: candidates, filters, first stage, heads, value, steer, diversity, exploration."""

from collections.abc import Callable, Sequence, Set
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import VideoId
from core.vocabulary import FeedMode, Reason
from ranking.among import among, distinct
from ranking.catalogue import Catalogue
from ranking.choosing import Chooser, Chosen
from ranking.explanations import reason_for, reason_goal, reason_same_for_all, reason_seen_all, reason_steered
from ranking.exploration import Placed
from ranking.features import matrix
from ranking.goals import Goals
from ranking.interests import CHAT_HISTORY
from ranking.newcomers import is_new, kept_positions
from ranking.page import RankedItem, RankedPage, SteerPart
from ranking.placing import Placer
from ranking.scored import Scored
from ranking.snapshot import place_number
from ranking.sources.base import CandidateSource, Query
from ranking.state import facts_for, state_of
from ranking.steering.matching import Steering
from ranking.value import ValuePolicy, value_of
from ranking.viewer import LOCATION, Viewer

Array = NDArray[Any]
Visible = Callable[[Sequence[VideoId]], Set[VideoId]]
_STEERED_FROM = 0.75  # a steer that adds this much is the reason an item is there
_CHECKED_AT_ONCE = 64


class Ranker:
    """Makes pages from one catalogue under one policy. Holds no state of its own."""

    def __init__(
        self, policy: ValuePolicy, sources: Sequence[CandidateSource[Any]], steering: Steering, goals: Goals
    ) -> None:
        self._policy = policy
        self._goals = goals
        self._steering = steering
        self._chooser = Chooser(policy, sources, steering)
        self._placer = Placer(policy, goals)

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
        chosen = self._chooser.chosen(query, demands, mode, size)
        scored = self._scored(chosen, query, mode)
        scored = self._checked(scored, catalogue, visible, size)
        placed = self._placer.placed(scored, query, size, mode, page_id)
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
        if mode != FeedMode.RANKED or not query.state.viewer.is_personal or query.wishes:
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
            ids = dict(zip(part.tolist(), catalogue.video_ids(scored.pool.rows[part]), strict=True))
            allowed = visible(list(ids.values()))
            kept.extend(place for place, video_id in ids.items() if video_id in allowed)
            if len(kept) >= 3 * size:
                break
        return scored.only(np.array(kept, dtype=np.int64))

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
            heads={name: round(values.item(place), 6) for name, values in scored.valued.heads.items()},
            parts=scored.valued.parts(place),
            steers=tuple(
                SteerPart(steer_id, says, float(addition))
                for steer_id, says, addition in zip(scored.effect.ids, scored.effect.says, additions, strict=True)
                if addition != 0.0
            ),
        )


def _goals_first(order: Array, scored: Scored, size: int) -> Array:
    """Move a page's worth of the new videos that fit a goal to the front, so that the share kept for goals is met."""
    fits = order[(scored.goals.which[order] >= 0) & ~scored.is_seen[order]]
    best = fits[np.argsort(-scored.goals.fit[fits], kind="stable")][:size]
    return _moved_first(order, best)


def _moved_first(order: Array, places: Array) -> Array:
    return np.concatenate([places, order[~among(order, distinct(places))]])


def _seen_in_turn(order: Array, is_seen: Array) -> Array:
    """Keep the order of new candidates; put seen ones behind them in the order the pool has them (oldest first)."""
    return np.concatenate([order[~is_seen[order]], np.flatnonzero(is_seen)])
