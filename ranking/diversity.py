"""Which videos stand where: caps, decay, distance between films and remixes, friends' share, and difference."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.topic_mix import TopicMix
from ranking.value import Author, Diversity

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What arranging needs to know of n candidates; every array has n rows."""

    scores: Array
    creators: Array
    films: Array
    families: Array
    vectors: Array  # (n, d), length one or zero
    is_known: Array  # bool: by someone the viewer follows
    is_friend: Array  # bool: by someone who follows back, too
    fits_goal: Array | None = None  # bool: fits a goal that the viewer stated; None is no one's
    topics: TopicMix | None = None  # None: the mix of topics is left as it comes
    contents: Array | None = None  # (n, m), what is in each, length one or zero; None: nothing is nearly the same


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy's rules for one page."""

    author: Author
    diversity: Diversity
    friends_share: float
    followed_share: float
    goal_share: float = 0.0


def arrange(candidates: Candidates, size: int, rules: Rules, kept: Collection[int] = ()) -> list[int]:
    """Return places of candidates in the order they stand on a page of ``size``, less its ``kept`` positions.

    Greedy maximal marginal relevance (Carbonell and Goldstein 1998). Never more than the cap by one creator, never the
    same film twice; the distance between remixes, and between videos of nearly the same content, gives way when nothing
    else is left.
    """
    page = _Page(candidates, rules)
    for position in (position for position in range(size) if position not in kept):
        place = page.next_place(position)
        if place is None:
            break
        page.put(place)
    return page.chosen


class _Page:
    """A page being filled."""

    def __init__(self, candidates: Candidates, rules: Rules) -> None:
        self._candidates = candidates
        self._rules = rules
        self.chosen: list[int] = []
        count = len(candidates.scores)
        self._free = np.ones(count, dtype=bool)
        self._by_creator: dict[int, int] = {}
        self._authored = np.zeros(count)
        self._nearest = np.zeros(count)
        self._friends = self._known = self._for_goals = 0
        self._fits_goal = np.zeros(count, dtype=bool) if candidates.fits_goal is None else candidates.fits_goal
        self._contents = np.zeros((count, 1)) if candidates.contents is None else candidates.contents
        self._topics: Array = np.zeros(0 if candidates.topics is None else len(candidates.topics.wanted))
        self._near_after = np.full(count, np.iinfo(np.int64).max // 2)  # positions since something nearly the same
        self._spread = float(np.std(candidates.scores)) if count else 0.0

    def next_place(self, position: int) -> int | None:
        """Return the best free candidate for a position, or None."""
        eligible = self._free
        if not eligible.any():
            return None
        eligible = self._spaced(eligible)
        for is_kept_for, share, placed in (
            (self._fits_goal, self._rules.goal_share, self._for_goals),
            (self._candidates.is_known, self._rules.followed_share, self._known),
            (self._candidates.is_friend, self._rules.friends_share, self._friends),
        ):
            kept = eligible & is_kept_for
            if placed < int(np.floor(share * (position + 1))) and kept.any():
                eligible = kept
        return self._best(eligible)

    def put(self, place: int) -> None:
        """Put a candidate on the page."""
        self.chosen.append(place)
        creator = int(self._candidates.creators[place])
        self._by_creator[creator] = self._by_creator.get(creator, 0) + 1
        same = self._candidates.creators == creator
        self._authored[same] += 1
        if self._by_creator[creator] >= self._rules.author.per_page:
            self._free &= ~same
        self._free &= self._candidates.films != self._candidates.films[place]
        self._free[place] = False
        self._friends += int(self._candidates.is_friend[place])
        self._known += int(self._candidates.is_known[place])
        self._for_goals += int(self._fits_goal[place])
        likeness = self._candidates.vectors @ self._candidates.vectors[place]
        self._nearest = np.maximum(self._nearest, likeness)
        is_near = self._contents @ self._contents[place] >= self._rules.diversity.near_duplicate
        if (topics := self._candidates.topics) is not None:
            self._topics = self._topics + topics.candidates[place]
        self._near_after = np.where(is_near, 1, self._near_after + 1)

    def _spaced(self, eligible: Array) -> Array:
        """Return those far enough from their remixes and from what is nearly the same; each gives way in turn."""
        rules = self._rules.diversity
        apart = np.ones(len(eligible), dtype=bool)
        for place in self.chosen[-rules.family_gap :] if rules.family_gap else ():
            apart &= self._candidates.families != self._candidates.families[place]
        different = self._near_after > rules.near_duplicate_gap
        for kept in (eligible & apart & different, eligible & apart):
            if kept.any():
                return kept
        return eligible

    def _best(self, eligible: Array) -> int:
        scores = self._candidates.scores
        decay = np.maximum(self._rules.author.decay**self._authored, self._rules.author.floor)
        decayed = np.where(scores >= 0, scores * decay, scores / decay)
        relevance = self._rules.diversity.relevance
        merit = relevance * decayed - (1.0 - relevance) * self._spread * self._nearest
        if (topics := self._candidates.topics) is not None:
            merit = merit - topics.weight * self._spread * topics.distance(self._topics, len(self.chosen))
        return int(np.argmax(np.where(eligible, merit, -np.inf)))
