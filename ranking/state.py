"""A viewer in the catalogue's numbers: rows instead of ids, a taste instead of events. Made once per page."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import DIMENSIONS as TEXT_DIMENSIONS
from core.records import Act, Event
from ranking.among import among, distinct
from ranking.catalogue import Catalogue
from ranking.features import AFFINITY_HALF_LIFE_S, SERVING_POSITION, TASTE_HALF_LIFE_S, PairFacts, decayed, unit
from ranking.snapshot import VECTOR_DIMENSIONS
from ranking.taste import CREATIVE, taste_weight
from ranking.viewer import Viewer

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Acts:
    """What a viewer did with videos: the video's row, the weight now, whether it created something; newest first."""

    rows: Array  # (n,) int64
    weights: Array  # (n,) decayed
    raw_weights: Array  # (n,) as on the day
    is_creative: Array  # (n,) bool


@dataclass(frozen=True, slots=True)
class PerPerson:
    """A number for some people, zero for all others."""

    people: Array  # rows, sorted and distinct
    values: Array  # (n,) float64

    def of(self, people: Array) -> Array:
        """Return the number of each of these people (rows); shape (n,), float64."""
        if not len(self.people):
            return np.zeros(len(people))
        places = np.minimum(self.people.searchsorted(people), len(self.people) - 1)
        return np.where(self.people.take(places) == people, self.values.take(places), 0.0)


@dataclass(frozen=True, slots=True)
class ViewerState:
    """Everything about the viewer that sources and features read."""

    viewer: Viewer
    now_s: float
    row: int  # of the viewer's own person; -1 if in no row
    follows: Array  # rows, sorted
    followers: Array  # rows, sorted
    granted: Array  # rows of those whose videos for followers the viewer may see, sorted
    blocked: Array  # rows, sorted
    hidden: Array  # video rows, sorted
    seen: Array  # video rows, newest first
    ever_seen: Array  # the same, sorted and distinct
    reach: PerPerson  # whom those followed follow, by the snapshot's graph, and how many of them do
    acts: Acts
    taste: Array  # (64,), length one or zero
    text_taste: Array  # (384,), length one or zero
    affinity: PerPerson  # creators, and the decayed weight of what was done with their videos
    activity: float
    creativity: float

    @property
    def mutuals(self) -> Array:
        """Rows of those who follow the viewer and are followed back."""
        return np.intersect1d(self.follows, self.followers)


def state_of(viewer: Viewer, catalogue: Catalogue, now: datetime) -> ViewerState:
    """Return the viewer in rows and vectors of this catalogue."""
    now_s = now.timestamp()
    weighed = _weighed(viewer.events, now_s)
    acted, hidden, seen = _looked_up(
        catalogue.rows_of, [video_id for video_id, _, _, _ in weighed], viewer.hidden, viewer.seen
    )
    own, granted, followers, blocked = _looked_up(
        catalogue.people_rows, (viewer.person_id,), viewer.follows, viewer.followers, viewer.blocked
    )
    acts, ages = _acts(weighed, acted)
    vectors = catalogue.take("vector", acts.rows)
    texts = catalogue.take("text", acts.rows).astype(np.float32)
    nobody = np.zeros(0, dtype=np.int64)
    granted, seen = _known(granted), seen[seen >= 0]
    follows = granted if viewer.is_personal else nobody
    return ViewerState(
        viewer=viewer,
        now_s=now_s,
        row=int(own[0]),
        follows=follows,
        followers=_known(followers) if viewer.is_personal else nobody,
        granted=granted,
        blocked=_known(blocked),
        hidden=_known(hidden),
        seen=seen,
        ever_seen=distinct(seen),
        reach=_reach(follows, catalogue),
        acts=acts,
        taste=taste_of(vectors, acts.weights, VECTOR_DIMENSIONS),
        text_taste=taste_of(texts, acts.weights, TEXT_DIMENSIONS),
        affinity=_affinity(catalogue.take("creator", acts.rows), acts.raw_weights, ages),
        activity=float(acts.weights[acts.weights > 0].sum()),
        creativity=float(decayed(ages[acts.is_creative], TASTE_HALF_LIFE_S).sum()),
    )


def taste_of(vectors: Array, weights: Array, dimensions: int) -> Array:
    """Return the weighted mean direction of some vectors: length one, or zeros if there is nothing to go by."""
    if not len(vectors):
        return np.zeros(dimensions)
    taste: Array = unit(weights @ vectors)
    return taste


def facts_for(state: ViewerState, catalogue: Catalogue, rows: Array) -> PairFacts:
    """Return the facts of the viewer and each video in ``rows``, as they are now."""
    creators = catalogue.take("creator", rows).astype(np.int64)
    count = len(rows)
    return PairFacts(
        age_s=state.now_s - catalogue.take("published_at", rows),
        follows_creator=among(creators, state.follows).astype(np.float64),
        followed_by_creator=among(creators, state.followers).astype(np.float64),
        common_friends=state.reach.of(creators),
        affinity=state.affinity.of(creators),
        taste=products(catalogue.take("vector", rows), state.taste),
        text_taste=products(catalogue.take("text", rows), state.text_taste),
        counts=catalogue.take("counts", rows),
        creator_counts=creator_counts(catalogue, creators),
        seconds=catalogue.take("seconds", rows),
        is_remix=catalogue.take("is_remix", rows).astype(np.float64),
        activity=np.full(count, state.activity),
        creativity=np.full(count, state.creativity),
        position=np.full(count, SERVING_POSITION),
    )


def products(vectors: Array, direction: Array) -> Array:
    """Return the inner product of each vector with a direction, in float32; shape (n,).

    Not ``vectors @ direction``: a matrix product adds up in an order that depends on how many rows there are, and a
    score must not depend on what else is scored.
    """
    products: Array = np.einsum("ij,j->i", vectors.astype(np.float32), direction.astype(np.float32))
    return products


def _reach(follows: Array, catalogue: Catalogue) -> PerPerson:
    reached = np.sort(catalogue.snapshot.follows.of_many(follows))
    starts = np.flatnonzero(np.diff(reached, prepend=-1))  # where another person begins
    counts = np.diff(starts, append=len(reached))
    return PerPerson(reached[starts].astype(np.int64), counts.astype(np.float64))


def creator_counts(catalogue: Catalogue, creators: Array) -> Array:
    """Return each creator's counts over all their videos in the snapshot; shape (n, 9)."""
    table = catalogue.snapshot.creator_counts
    inside = creators < len(table)
    counts = np.zeros((len(creators), table.shape[1]), dtype=np.float64)
    counts[inside] = table[creators[inside]]
    return counts


def _looked_up(look_up: Callable[[list[str]], Array], *lists: Collection[str]) -> list[Array]:
    """Return the rows of several lists of ids; looked up together, which costs little more than one of them."""
    rows = look_up([ident for part in lists for ident in part])
    return np.split(rows, np.cumsum([len(part) for part in lists])[:-1])


def _weighed(events: Sequence[Event | Act], now_s: float) -> list[tuple[str, float, float, bool]]:
    """Return video, weight, age in seconds and whether something was created, of each event that tells of a taste."""
    return [
        (event.video_id, weight, now_s - event.received_at.timestamp(), event.kind in CREATIVE)
        for event in events
        if event.video_id is not None and (weight := taste_weight(event.kind, event.value)) != 0.0
    ]


def _acts(weighed: Sequence[tuple[str, float, float, bool]], rows: Array) -> tuple[Acts, Array]:
    kept = rows >= 0
    raw = np.array([weight for _, weight, _, _ in weighed], dtype=np.float64)[kept]
    ages = np.array([age for _, _, age, _ in weighed], dtype=np.float64)[kept]
    creative = np.array([is_creative for _, _, _, is_creative in weighed], dtype=bool)[kept]
    return Acts(rows[kept], raw * decayed(ages, TASTE_HALF_LIFE_S), raw, creative), ages


def _affinity(creators: Array, weights: Array, ages: Array) -> PerPerson:
    people = distinct(creators).astype(np.int64)
    places = people.searchsorted(creators)
    return PerPerson(
        people, np.bincount(places, weights=weights * decayed(ages, AFFINITY_HALF_LIFE_S), minlength=len(people))
    )


def _known(rows: Array) -> Array:
    return distinct(rows[rows >= 0])
