"""Asks the city's truth how well the engine's pages suit people, beside newest-first and random pages.

Evaluation only: it reads what the ranker must never see, and nothing here feeds the ranker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.hashing import stable_unit
from core.ids import PersonId, VideoId
from core.storage.database import Transaction
from core.storage.videos import Videos
from core.vocabulary import FeedMode
from pipelines.offline.city.truth import CityTruth
from pipelines.online.cards import known_person, visible_ids
from pipelines.online.rooms import Rooms
from pipelines.online.viewers import eyes_of_viewer, load_viewer
from ranking.viewer import Viewer

Array = NDArray[np.float64]
PageOf = Callable[[PersonId], Sequence[VideoId]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over people with its 95 % interval (normal approximation over people)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """How one way of making pages does: true satisfaction and chance to create, averaged over a page, then people."""

    name: str
    people: int
    satisfaction: Figure
    creation: Figure


def judge(rooms: Rooms, truth: CityTruth, *, people: int = 200, size: int = 8) -> list[Judged]:
    """Return figures for ranked, chronological and random pages of ``size`` for the first ``people`` of the city.

    All three choose among the videos that the person may see and has not seen; nothing is handed out or counted.
    """
    who = [PersonId(ident) for ident in truth.people[:people]]
    with rooms.database.read() as tx:
        asked = _Asked(tx, rooms, truth, size)
        ways: list[tuple[str, PageOf]] = [
            ("ranked", lambda person: asked.page(person, FeedMode.RANKED)),
            ("chronological", lambda person: asked.page(person, FeedMode.CHRONOLOGICAL)),
            ("random", asked.chance),
        ]
        return [_judged(name, page, truth, who) for name, page in ways]


class _Asked:
    """Makes pages as the feed would, in one transaction that only reads."""

    def __init__(self, tx: Transaction, rooms: Rooms, truth: CityTruth, size: int) -> None:
        self._tx, self._rooms, self._size = tx, rooms, size
        self._now = rooms.clock.now()
        self._videos = [(video.id, video.creator_id) for video in Videos(tx).published() if truth.knows(video.id)]

    def page(self, person_id: PersonId, mode: FeedMode) -> list[VideoId]:
        """Return the engine's page for a person."""
        viewer = self._viewer(person_id)
        ranked = self._rooms.ranking.page(
            viewer,
            size=self._size,
            mode=mode,
            now=self._now,
            page_id=f"judge-{person_id}",
            visible=self._visible(viewer),
        )
        return [item.video_id for item in ranked.items]

    def chance(self, person_id: PersonId) -> list[VideoId]:
        """Return a page by lot."""
        viewer = self._viewer(person_id)
        seen = {*viewer.seen, *viewer.hidden}
        left = [video for video, creator in self._videos if video not in seen and creator != person_id]
        left.sort(key=lambda video: stable_unit("judge", person_id, video))
        shown = self._visible(viewer)(left[: self._size * 8])
        return [video for video in left if video in shown][: self._size]

    def _viewer(self, person_id: PersonId) -> Viewer:
        return load_viewer(self._tx, self._rooms, known_person(self._tx, person_id), self._now)

    def _visible(self, viewer: Viewer) -> Callable[[Sequence[VideoId]], set[VideoId]]:
        eyes = eyes_of_viewer(viewer)
        return lambda ids: visible_ids(self._tx, eyes, ids)


def _judged(name: str, page_of: PageOf, truth: CityTruth, who: Sequence[PersonId]) -> Judged:
    satisfied, created = [], []
    for person in who:
        videos = [video for video in page_of(person) if truth.knows(video)]
        if videos:
            satisfied.append(float(truth.true_satisfaction(person, videos).mean()))
            created.append(float(truth.true_creation(person, videos).mean()))
    return Judged(name, len(satisfied), _figure(np.array(satisfied)), _figure(np.array(created)))


def _figure(values: Array) -> Figure:
    if not len(values):
        return Figure(float("nan"), float("nan"), float("nan"))
    error = 1.96 * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    mean = float(values.mean())
    return Figure(mean, mean - error, mean + error)
