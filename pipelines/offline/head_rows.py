"""Training rows for the heads: each impression's facts as they stood when it was handed out, and what followed.

Point in time without a loop over rows: events are sorted by (owner, moment) and summed up once; the state of any
owner at any moment is then the difference of two running sums. Counts are taken as of the start of the impression's
day (UTC), as a snapshot made that night would have them; tastes and affinities are as of the moment itself, as serving
has them.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import EventKind
from pipelines.offline.ranking_data import Happened, RankingData, Shown
from pipelines.offline.snapshot import count_sources
from pipelines.offline.vectors import Vectors, learn_vectors
from ranking.features import AFFINITY_HALF_LIFE_S, TASTE_HALF_LIFE_S, PairFacts, unit
from ranking.snapshot import COUNTS
from ranking.taste import CREATIVE, DISSATISFIED_TO, SATISFIED_FROM

Array = NDArray[Any]
_DAY_S = 86_400.0
_WEEK_S = 7 * _DAY_S
_CONNECTING = (EventKind.LIKE, EventKind.COMMENT, EventKind.SHARE)
_LOOKED_BACK_WITHIN_S = 8 * _DAY_S
_PAIRS_AT_ONCE = 20_000
_LATER_S, _CALIBRATE_S = 7 * _DAY_S, 9 * _DAY_S
_MOST_OF_LOG = 0.15  # of a short log: most that is kept aside to calibrate on, and most to judge by

Parts = list[tuple[Array, Vectors]]  # which impressions (bool) get their tastes from which vectors


@dataclass(frozen=True, slots=True)
class Split:
    """Where the days to calibrate on begin, and where the later days begin that heads are judged by."""

    calibrate_from: float  # seconds since 1970
    later_from: float

    @classmethod
    def of(cls, at: Array) -> "Split":
        """Keep the last week to judge by and the nine days before it to calibrate on; less of a short log."""
        if not len(at):
            return cls(0.0, 0.0)
        first, last = float(at.min()), float(at.max())
        kept = _MOST_OF_LOG * (last - first)
        later = last - min(_LATER_S, kept)
        return cls(later - min(_CALIBRATE_S, kept), later)

    def parts(self, at: Array) -> tuple[Array, Array, Array]:
        """Which impressions to train on, to calibrate on, and to judge by."""
        return at < self.calibrate_from, (at >= self.calibrate_from) & (at < self.later_from), at >= self.later_from


@dataclass(frozen=True, slots=True)
class HeadRows:
    """Facts and labels of n impressions in order of time. A label is 0, 1, or NaN where nothing can be said."""

    facts: PairFacts
    labels: dict[str, Array]
    at: Array
    propensity: Array
    split: Split


def head_rows(data: RankingData) -> HeadRows:
    """Return the training rows of every impression."""
    split = Split.of(data.shown.at)
    facts = point_in_time_facts(data, _week_by_week(data, split))
    return HeadRows(facts, labels_of(data, facts), data.shown.at, data.shown.propensity, split)


def point_in_time_facts(data: RankingData, parts: Parts) -> PairFacts:
    """Return the facts of each impression, with tastes by the vectors of its part."""
    shown, events = data.shown, data.events
    pair_creator = data.creators[shown.video].astype(np.int64)
    day_start = np.floor(shown.at / _DAY_S) * _DAY_S
    taste, text_taste = _tastes(data, parts)
    moments = Moments.of(events.person, events.at)
    weights = np.maximum(events.taste, 0.0)
    creative = np.isin(events.kind, [str(kind) for kind in CREATIVE]) & (events.taste != 0)
    acts = _pair_key(data, events.person, data.creators[events.video])
    return PairFacts(
        age_s=shown.at - data.published_at[shown.video],
        follows_creator=_follows_at(data, shown.person, pair_creator, shown.at),
        followed_by_creator=_follows_at(data, pair_creator, shown.person, shown.at),
        common_friends=_common_friends(data, shown.person, pair_creator, shown.at),
        affinity=Moments.of(acts, events.at).decayed_sum(
            events.taste, AFFINITY_HALF_LIFE_S, _pair_key(data, shown.person, pair_creator), shown.at
        ),
        taste=taste,
        text_taste=text_taste,
        counts=counts_at(data, np.arange(len(data.videos)), shown.video, day_start),
        creator_counts=counts_at(data, data.creators.astype(np.int64), pair_creator, day_start),
        seconds=np.array([video.seconds for video in data.videos], dtype=np.float64)[shown.video],
        is_remix=np.array([video.remixed_from is not None for video in data.videos], dtype=np.float64)[shown.video],
        activity=moments.decayed_sum(weights, TASTE_HALF_LIFE_S, shown.person, shown.at),
        creativity=moments.decayed_sum(creative.astype(np.float64), TASTE_HALF_LIFE_S, shown.person, shown.at),
        position=shown.position,
    )


@dataclass(frozen=True, slots=True)
class Moments:
    """Events sorted by owner and moment, ready for running sums."""

    order: Array
    owner: Array
    at: Array
    first: float
    span: float

    @classmethod
    def of(cls, owner: Array, at: Array) -> "Moments":
        """Sort events by owner, then by moment."""
        order = np.lexsort((at, owner))
        first = float(at.min()) - 1.0 if len(at) else 0.0
        span = float(at.max()) - first + 2.0 * _DAY_S if len(at) else 1.0
        return cls(order, owner[order], at[order], first, span)

    def range_before(self, owner: Array, at: Array) -> tuple[Array, Array]:
        """Return (start, end) of each owner's events before each moment, as places in the sorted order."""
        start = np.searchsorted(self.owner, owner, side="left")
        keys = self._key(self.owner, self.at)
        end = np.searchsorted(keys, self._key(owner, np.clip(at, self.first, self.first + self.span)), side="left")
        return start, np.maximum(start, end)

    def next_after(self, owner: Array, at: Array) -> Array:
        """Return the moment of each owner's first event at or after each moment; infinity if there is none."""
        _, place = self.range_before(owner, at)
        inside = place < len(self.owner)
        found = np.full(len(owner), np.inf)
        safe = place[inside]
        same = self.owner[safe] == owner[inside]
        found[inside] = np.where(same, self.at[safe], np.inf)
        return found

    def sums(self, values: Array, owner: Array, at: Array) -> Array:
        """Return the sum of each owner's ``values`` (n, ...) before each moment; shape (m, ...)."""
        running = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[self.order], axis=0)])
        start, end = self.range_before(owner, at)
        return np.asarray(running[end] - running[start])

    def decayed_sum(self, values: Array, half_life_s: float, owner: Array, at: Array) -> Array:
        """Return the sum of each owner's ``values`` before each moment, halved every ``half_life_s``."""
        grown = self.grown(half_life_s)
        start, end = self.range_before(owner, at)
        running = np.concatenate([[0.0], np.cumsum(values[self.order] * grown)])
        factor = np.exp2(-(at - self.first) / half_life_s)
        return np.asarray((running[end] - running[start]) * factor)

    def grown(self, half_life_s: float) -> Array:
        """Return 2 ** (age of the log at each event / half-life): decay turned round, so that it can be summed once."""
        return np.asarray(np.exp2((self.at - self.first) / half_life_s))

    def _key(self, owner: Array, at: Array) -> Array:
        # Owner and moment in one number; float64 keeps milliseconds for up to a billion owners' seconds.
        return np.asarray(owner.astype(np.float64) * self.span + (at - self.first))


def _week_by_week(data: RankingData, split: Split) -> Parts:
    """Vectors for each week of impressions, learned from nothing that came after its start: as serving had them.

    A viewer's own earlier likes are in the vectors, as they are when serving; their later ones are not, so that no
    label predicts itself. The weeks are counted back and forth from the later days.
    """
    week = np.floor((data.shown.at - split.later_from) / _WEEK_S)
    return [
        (week == number, learn_vectors(before(data, split.later_from + number * _WEEK_S)))
        for number in np.unique(week).tolist()
    ]


def before(data: RankingData, moment: float) -> RankingData:
    """Return the data with nothing that was done, shown or followed from ``moment`` on; videos stay."""
    done, seen, linked = data.events.at < moment, data.shown.at < moment, data.follows_at < moment
    events = Happened(*(getattr(data.events, item.name)[done] for item in fields(Happened)))
    shown = Shown(*(getattr(data.shown, item.name)[seen] for item in fields(Shown)))
    return replace(data, events=events, shown=shown, follows=data.follows[linked], follows_at=data.follows_at[linked])


def _tastes(data: RankingData, parts: Parts) -> tuple[Array, Array]:
    taste, text_taste = np.zeros(len(data.shown.at)), np.zeros(len(data.shown.at))
    texts = data.texts.astype(np.float16).astype(np.float64)  # rounded as the snapshot stores them
    for mine, vectors in parts:
        taste[mine] = _taste_dots(data, vectors.videos.astype(np.float64), mine)
        text_taste[mine] = _taste_dots(data, texts, mine)
    return taste, text_taste


def _taste_dots(data: RankingData, vectors: Array, mine: Array) -> Array:
    """Cosine of each person's taste at the moment of each impression with the video they were shown."""
    members = np.zeros(len(data.people), dtype=bool)
    members[data.shown.person[mine]] = True
    events = data.events
    moving = np.flatnonzero((events.taste != 0) & members[events.person])
    moments = Moments.of(events.person[moving], events.at[moving])
    if not len(moving):
        return np.zeros(int(mine.sum()))
    weighted = events.taste[moving][moments.order] * moments.grown(TASTE_HALF_LIFE_S)
    running = np.cumsum(weighted[:, None] * vectors[events.video[moving][moments.order]], axis=0)
    running = np.concatenate([np.zeros((1, vectors.shape[1])), running])
    start, end = moments.range_before(data.shown.person[mine], data.shown.at[mine])
    tastes = unit(running[end] - running[start])
    tastes[start == end] = 0.0
    dots: Array = np.einsum("nd,nd->n", tastes, vectors[data.shown.video[mine]])
    return dots


def counts_at(data: RankingData, owner_of_video: Array, owner: Array, at: Array) -> Array:
    """Return the counts (m, len(COUNTS)) of owners before moments, over the videos they own."""
    counts = np.zeros((len(owner), len(COUNTS)))
    shown = Moments.of(owner_of_video[data.shown.video], data.shown.at)
    start, end = shown.range_before(owner, at)
    counts[:, COUNTS.index("impression")] = end - start
    events = data.events
    for name, chosen, weights in count_sources(data):
        moments = Moments.of(owner_of_video[events.video[chosen]], events.at[chosen])
        counts[:, COUNTS.index(name)] += moments.sums(weights[chosen], owner, at)
    return counts


def _follows_at(data: RankingData, follower: Array, followee: Array, at: Array) -> Array:
    edge = Moments.of(_pair_key(data, data.follows[:, 0], data.follows[:, 1]), data.follows_at)
    start, end = edge.range_before(_pair_key(data, follower, followee), at)
    return (end > start).astype(np.float64)


def _common_friends(data: RankingData, person: Array, creator: Array, at: Array) -> Array:
    """How many of those each person followed then follow the creator, by the graph of the last midnight before."""
    keys = np.unique(_pair_key(data, person, creator))
    pair, ready = _paths(data, keys)
    moments = Moments.of(keys[pair], ready)
    start, end = moments.range_before(_pair_key(data, person, creator), np.nextafter(at, np.inf))
    return np.asarray(end - start, dtype=np.float64)


def _paths(data: RankingData, keys: Array) -> tuple[Array, Array]:
    """Return each path person -> someone -> creator: which of the pairs ``keys`` it joins, and from when it counts.

    The person's own follow counts at once, the other one from the next midnight (UTC), when a snapshot has it.
    """
    import scipy.sparse as sparse

    count, edges, number = len(data.people), data.follows, np.arange(len(data.follows)) + 1
    graph = sparse.csr_matrix((number, (edges[:, 0], edges[:, 1])), shape=(count, count))
    followers = graph.T.tocsr()
    in_snapshot = (np.floor(data.follows_at / _DAY_S) + 1) * _DAY_S
    pairs, ready = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for start in range(0, len(keys), _PAIRS_AT_ONCE):
        part = keys[start : start + _PAIRS_AT_ONCE]
        left, right = graph[part // count], followers[part % count]
        own, other = left.multiply(right > 0).tocsr(), right.multiply(left > 0).tocsr()
        own.sort_indices()
        other.sort_indices()
        pairs.append(start + np.repeat(np.arange(len(part)), np.diff(own.indptr)))
        ready.append(np.maximum(data.follows_at[own.data - 1], in_snapshot[other.data - 1]))
    return np.concatenate(pairs), np.concatenate(ready)


def labels_of(data: RankingData, facts: PairFacts) -> dict[str, Array]:
    """Return head -> what followed each impression of ``data.shown``: 0, 1, or NaN where nothing can be said."""
    known = np.maximum(facts.follows_creator, facts.followed_by_creator) > 0
    labels = {
        "create": _within_a_day(data, _kinds(data, CREATIVE)),
        "connect": _within_a_day(data, _kinds(data, _CONNECTING)) & known,
        "like": _within_a_day(data, _kinds(data, (EventKind.LIKE,))),
        "share": _within_a_day(data, _kinds(data, (EventKind.SHARE,))),
        "follow": _followed_within_a_day(data),
        "hide": _within_a_day(data, _kinds(data, (EventKind.HIDE,))),
        "report": _within_a_day(data, _kinds(data, (EventKind.REPORT,))),
        "complete": _within_a_day(data, _kinds(data, (EventKind.COMPLETE,))),
    }
    # What was shown on the last day may still be followed by something: nothing can be said of it yet.
    end = max(data.shown.at.max(initial=0.0), data.events.at.max(initial=0.0))
    is_over = data.shown.at <= end - _DAY_S
    told = {name: np.where(is_over, values.astype(np.float64), np.nan) for name, values in labels.items()}
    value = data.events.value
    told["follow"] = np.where(facts.follows_creator > 0, np.nan, told["follow"])  # nobody follows twice
    told["satisfied"] = _answered(data, EventKind.POLL_ANSWER, value >= SATISFIED_FROM, _DAY_S)
    told["regret"] = _answered(data, EventKind.LOOK_BACK, value <= DISSATISFIED_TO, _LOOKED_BACK_WITHIN_S)
    return told


def _answered(data: RankingData, kind: EventKind, is_so: Array, within_s: float) -> Array:
    """Whether an answer to a question about the video was so; NaN where nobody was asked, or did not answer."""
    answers = _kinds(data, (kind,))
    yes = _within(data, answers & is_so, within_s)
    return np.where(_within(data, answers, within_s), yes.astype(np.float64), np.nan)


def _kinds(data: RankingData, kinds: tuple[EventKind, ...]) -> Array:
    return np.isin(data.events.kind, [str(kind) for kind in kinds])


def _within_a_day(data: RankingData, chosen: Array) -> Array:
    return _within(data, chosen, _DAY_S)


def _within(data: RankingData, chosen: Array, within_s: float) -> Array:
    """Whether each impression was followed, in time, by one of the chosen events by this person on this video."""
    events, shown, videos = data.events, data.shown, len(data.videos)
    moments = Moments.of(events.person[chosen] * videos + events.video[chosen], events.at[chosen])
    following = moments.next_after(shown.person * videos + shown.video, shown.at)
    return np.asarray(following - shown.at <= within_s)


def _followed_within_a_day(data: RankingData) -> Array:
    """Whether the viewer followed the creator within a day of each impression."""
    edge = Moments.of(_pair_key(data, data.follows[:, 0], data.follows[:, 1]), data.follows_at)
    creators = data.creators[data.shown.video].astype(np.int64)
    following = edge.next_after(_pair_key(data, data.shown.person, creators), data.shown.at)
    return np.asarray(following - data.shown.at <= _DAY_S)


def _pair_key(data: RankingData, first: Array, second: Array) -> Array:
    return np.asarray(first.astype(np.int64) * len(data.people) + second.astype(np.int64))


FACTS = tuple(item.name for item in fields(PairFacts))
