"""Where the candidates that may be shown stand on a page: spacing, friends, goals, newcomers, exploration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import FeedMode
from ranking.clear import contents, is_clear
from ranking.diversity import Candidates, Rules, arrange
from ranking.exploration import Placed, explore
from ranking.goals import Goals
from ranking.newcomers import draw, first_of_each, kept_positions
from ranking.scored import Scored
from ranking.snapshot import COUNTS
from ranking.sources.base import Query
from ranking.topic_mix import TopicMix, told_by
from ranking.value import ValuePolicy

Array = NDArray[Any]
_IMPRESSION = COUNTS.index("impression")


class Placer:
    """Fills pages under one policy. Holds no state of its own."""

    def __init__(self, policy: ValuePolicy, goals: Goals) -> None:
        self._policy = policy
        self._goals = goals

    def placed(self, scored: Scored, query: Query, size: int, mode: FeedMode, page_id: str) -> list[Placed]:
        """Return what stands where, and with what probability."""
        if mode == FeedMode.CHRONOLOGICAL:
            films = query.catalogue.take("film", scored.pool.rows)
            _, first = np.unique(films, return_index=True)
            return [Placed(int(place), 1.0) for place in np.sort(first)[:size]]
        if not query.state.viewer.is_personal or query.wishes:
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
        network = self._policy.network
        rules = Rules(
            self._policy.author, self._policy.diversity, _asked(network.friends_share, query),
            _asked(network.followed_share, query), self._goals.policy.page.share,
        )  # fmt: skip
        fresh = np.flatnonzero(~scored.is_seen)
        pool = _with_friends(fresh, max(self._policy.diversity.rerank, 3 * size), scored, rules.friends_share * size)
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
            is_friend=scored.is_mutual[places],
            fits_goal=scored.goals.which[places] >= 0,
            topics=self._topic_mix(query, rows),
            contents=contents(query.catalogue, rows),
        )

    def _topic_mix(self, query: Query, rows: Array) -> TopicMix | None:
        """Return the mix that a page is kept near: none without personalisation, too few likes, or under a wish."""
        if not query.state.viewer.is_personal or query.wishes:
            return None
        told, weights = told_by(query.state.acts, self._policy.topics)
        if not len(told):
            return None
        found = self._goals.topic_mixes(query.catalogue, np.concatenate([told, rows]))
        wanted = weights @ found[: len(told)] / weights.sum()
        return TopicMix(wanted, found[len(told) :], self._policy.topics.weight)

    def _explorable(self, scored: Scored, query: Query, order: list[int]) -> list[int]:
        """Least shown candidates that would break no rule of the page wherever they stood."""
        is_other = ~scored.is_seen
        is_other[order] = False
        others = np.flatnonzero(is_other)
        others = others[self._is_clear(others, order, scored, query)]
        shown = query.catalogue.take("counts", scored.pool.rows[others])[:, _IMPRESSION]
        ranked = others[np.lexsort((-scored.pool.rows[others], shown))]
        return [int(place) for place in ranked[: self._policy.exploration.pool]]


def _asked(share: float, query: Query) -> float:
    """Return a share of the page for people the viewer knows: doubled for who asks for them, none for who refuses."""
    asked = sum(demand.friends for demand in query.demands)
    return share if asked == 0 else min(1.0, 2 * share) if asked > 0 else 0.0


def _with_friends(fresh: Array, first: int, scored: Scored, share: float) -> Array:
    """Return the ``first`` best, and as many friends' videos after them as their share of the page still lacks."""
    lacking = int(np.ceil(share)) - int(scored.is_mutual[fresh[:first]].sum())
    if lacking <= 0:
        return fresh[:first]
    after = fresh[first:]
    return np.concatenate([fresh[:first], after[scored.is_mutual[after]][:lacking]])
