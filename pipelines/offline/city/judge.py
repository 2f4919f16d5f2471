"""Asks the city's truth how well the engine's pages suit people, beside newest-first and random pages.

Evaluation only: it reads what the ranker must never see, and nothing here feeds the ranker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ids import PersonId
from core.vocabulary import FeedMode
from pipelines.offline.city.truth import CityTruth
from pipelines.online.rooms import Rooms

Array = NDArray[np.float64]
PageOf = Callable[[PersonId], Sequence[str]]


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

    Random pages draw from the same videos that the person could be shown by the other two (everything visible to them).
    """
    who = [PersonId(ident) for ident in truth.people[:people]]
    ways: list[tuple[str, PageOf]] = [
        ("ranked", lambda person: _engine_page(rooms, person, FeedMode.RANKED, size)),
        ("chronological", lambda person: _engine_page(rooms, person, FeedMode.CHRONOLOGICAL, size)),
        ("random", lambda person: _random_page(rooms, truth, person, size)),
    ]
    return [_judged(name, page, truth, who) for name, page in ways]


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
