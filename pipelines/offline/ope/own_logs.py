"""Our own pages as logged decisions: what stood there, what could have, and the propensity that was written down.

A decision is one position of one page of the later days, which the heads in force were not trained on. What could have
stood there is worked out from the database as it was at that moment: published, open to this viewer or by someone they
follow, not their own, not shown to them before or above. Blocks and ages are not looked at: the few videos that only
those rule out make the estimate a little cautious. Of many candidates a uniform sample stands for all.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Visibility
from pipelines.offline.head_rows import Split, before, counts_at, labels_of, point_in_time_facts
from pipelines.offline.ranking_data import RankingData, Shown
from pipelines.offline.vectors import learn_vectors
from ranking.features import PairFacts

Array = NDArray[Any]
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Decisions:
    """n decisions, each among what was shown (column 0) and c sampled alternatives."""

    facts: PairFacts  # of all candidates, flattened: n * (1 + c)
    labels: dict[str, Array]  # head -> (n,) what followed what was shown; NaN where nothing can be said
    propensity: Array  # (n,) of what was shown
    limited: Array  # (n, 1 + c): shown to fewer people
    real: Array  # (n, 1 + c): whether there is such a candidate
    others: Array  # (n,): how many alternatives there were, sampled or not


def later_decisions(data: RankingData, *, most: int, alternatives: int, seed: int) -> Decisions:
    """Return at most ``most`` decisions of the days that no head learned from, with sampled alternatives."""
    random = np.random.default_rng(seed)
    since = Split.of(data.shown.at).later_from
    later = np.flatnonzero((data.shown.at >= since) & (data.shown.propensity > 0))
    chosen = np.sort(random.choice(later, min(most, len(later)), replace=False))
    eligible = Eligible(data)
    drawn = np.full((len(chosen), alternatives), -1, dtype=np.int64)
    others = np.zeros(len(chosen))
    for place, row in enumerate(chosen):
        could = eligible.others(int(row))
        others[place] = len(could)
        taken = could if len(could) <= alternatives else random.choice(could, alternatives, replace=False)
        drawn[place, : len(taken)] = taken
    return _decisions(data, chosen, drawn, others, since)


class Eligible:
    """What could have been shown in place of an impression."""

    def __init__(self, data: RankingData) -> None:
        self._data = data
        self._open = np.array([video.visibility == Visibility.PUBLIC for video in data.videos])
        self._open &= ~data.is_private[data.creators]
        self._adult = np.array([video.adult_allowed for video in data.videos], dtype=bool)
        self._of_person = np.argsort(data.shown.person, kind="stable")
        self._start = np.searchsorted(data.shown.person[self._of_person], np.arange(len(data.people) + 1))
        self._edges = np.argsort(data.follows[:, 0], kind="stable")
        self._edge_start = np.searchsorted(data.follows[self._edges, 0], np.arange(len(data.people) + 1))

    def others(self, row: int) -> Array:
        """Return the videos that could have stood where impression ``row`` stood, without the one that did."""
        data, shown = self._data, self._data.shown
        person, at = int(shown.person[row]), float(shown.at[row])
        edges = self._edges[self._edge_start[person] : self._edge_start[person + 1]]
        followed = data.follows[edges[data.follows_at[edges] < at], 1]
        could = (data.published_at < at) & self._adult & (data.creators != person)
        could &= self._open | np.isin(data.creators, followed)
        mine = self._of_person[self._start[person] : self._start[person + 1]]
        before = (shown.at[mine] < at) | ((shown.at[mine] == at) & (shown.position[mine] < shown.position[row]))
        could[shown.video[mine[before]]] = False
        could[shown.video[row]] = False
        return np.flatnonzero(could)


def _decisions(data: RankingData, chosen: Array, drawn: Array, others: Array, since: float) -> Decisions:
    shown = data.shown
    person, at, position = shown.person[chosen], shown.at[chosen], shown.position[chosen]
    videos = np.concatenate([shown.video[chosen][:, None], drawn], axis=1)
    width, real = videos.shape[1], videos >= 0
    video = np.where(real, videos, 0).ravel()
    pairs = Shown(
        np.repeat(person, width), video, np.repeat(at, width), np.repeat(position, width), np.ones(video.size)
    )
    taken = Shown(person, shown.video[chosen], at, position, shown.propensity[chosen])
    limited = np.array([item.limited for item in data.videos], dtype=bool)
    facts = _facts(data, pairs, since)
    of_taken = PairFacts(**{item.name: getattr(facts, item.name)[::width] for item in fields(PairFacts)})
    return Decisions(
        facts=facts,
        labels=labels_of(replace(data, shown=taken), of_taken),
        propensity=taken.propensity,
        limited=limited[video].reshape(real.shape),
        real=real,
        others=others,
    )


def _facts(data: RankingData, pairs: Shown, since: float) -> PairFacts:
    """The facts of pairs that were not all shown: counts are still of what was."""
    vectors = learn_vectors(before(data, since))
    facts = point_in_time_facts(replace(data, shown=pairs), [(np.ones(len(pairs.at), dtype=bool), vectors)])
    day_start = np.floor(pairs.at / _DAY_S) * _DAY_S
    creators = data.creators.astype(np.int64)
    return replace(
        facts,
        counts=counts_at(data, np.arange(len(data.videos)), pairs.video, day_start),
        creator_counts=counts_at(data, creators, creators[pairs.video], day_start),
    )
