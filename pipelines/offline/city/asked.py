"""Whom the questions reach in the city, and who answers: the product's own rules ask, and silence is biased.

Who uses the city more, makes things or is grown up answers more: weights over what is known can repair that. Who fares
better answers more too, by itself: no weights can, and the comparison with the truth shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.records import Person
from core.storage.bulk_load import BulkLoad
from core.storage.database import Transaction
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import moment_of
from pipelines.offline.city.faring import Faring, column_of
from pipelines.offline.city.store import City
from wellbeing.policy import PollsPolicy
from wellbeing.polls import PollOffer, answered, poll_offer, skipped
from wellbeing.state import ViewingState

_SESSION_GAP_S = 1800
_ANSWER_AFTER = timedelta(seconds=20)
_SAYS_SKIP = 0.5  # of those who do not answer; the rest let the question pass
# On the logit scale: the chance to answer, and what moves it.
_ANSWERS, _BY_USE, _BY_MAKING, _BY_TEEN, _BY_FARING = 0.9, 0.7, 0.35, -0.25, 0.15


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was put, and what became of it."""

    person: int
    offer: PollOffer
    at_s: float
    answer: float | None
    each: tuple[int, ...] | None
    is_skipped: bool


def ask_everyone(config: CityConfig, city: City, faring: Faring, policy: PollsPolicy) -> list[Asked]:
    """Put the questions that are not about a video beside the pages of the log, as the policy spaces them."""
    random = config.arrays("asked")
    chance = _willingness(faring)
    visits, shown = city.log.visits, np.unique(city.log.page)
    found: list[Asked] = []
    for person, pages in groupby(shown.tolist(), key=lambda page: int(visits.person[page])):
        times = [float(visits.time[page]) for page in pages]
        asker = _Asker(config, city.citizens[person].person, policy, faring, person, chance, random)
        found += asker.along(times)
    return found


def store_answers(tx: Transaction, config: CityConfig, city: City, asked: list[Asked]) -> int:
    """Write the questions and answers; return how many."""
    offered = [moment_of(item.at_s) for item in asked]
    heard = [item.answer is not None or item.is_skipped for item in asked]
    return BulkLoad(tx).load("polls", {
        "id": [config.ident("poll", item.offer.id) for item in asked],
        "person_id": [city.person_id(item.person) for item in asked],
        "kind": [item.offer.kind for item in asked],
        "offered_at": offered,
        "answered_at": [at + _ANSWER_AFTER if one else None for at, one in zip(offered, heard, strict=True)],
        "answer": [item.answer for item in asked],
        "skipped": [item.is_skipped for item in asked],
        "answers": [None if item.each is None else list(item.each) for item in asked],
    })  # fmt: skip


class _Asker:
    """Goes along one person's pages."""

    def __init__(
        self, config: CityConfig, person: Person, policy: PollsPolicy, faring: Faring, row: int,
        chance: NDArray[np.float64], random: np.random.Generator,
    ) -> None:  # fmt: skip
        self._config, self._person, self._policy, self._faring = config, person, policy, faring
        self._row, self._chance, self._random = row, chance, random
        self._state = ViewingState()

    def along(self, times: list[float]) -> Iterator[Asked]:
        """Yield what was asked, page by page; several pages soon after one another are one session."""
        nth, size = 0, self._config.page_size
        for place, at_s in enumerate(times):
            is_new = place == 0 or at_s - times[place - 1] > _SESSION_GAP_S
            nth = 0 if is_new else nth + 1
            if is_new:
                self._state = self._state.with_(session_polls=0)
            elif at_s + _ANSWER_AFTER.total_seconds() < self._config.now.timestamp():
                self._state = self._state.with_(session_videos=size * (nth + 1), outstanding_videos=size)
                yield from self._page(at_s)

    def _page(self, at_s: float) -> Iterator[Asked]:
        # Questions about videos were drawn with the log: here none is about one.
        self._state, offer = poll_offer(self._state, self._person, moment_of(at_s), self._policy, about={})
        if offer is not None:
            yield self._said(offer, at_s)

    def _said(self, offer: PollOffer, at_s: float) -> Asked:
        column = column_of(offer.kind, at_s, self._config.now)
        answer = float(self._faring.answers[offer.kind][self._row, column])
        logit = self._chance[self._row] + _BY_FARING * self._faring.traits["glad"][self._row]
        draws = self._random.random(2)
        if draws[0] < 1 / (1 + np.exp(-logit)):
            self._state = answered(self._state)
            form: Any = self._faring.form[self._row, column].tolist() if offer.kind == "who5" else None
            return Asked(self._row, offer, at_s, answer, None if form is None else tuple(form), is_skipped=False)
        is_skipped = bool(draws[1] < _SAYS_SKIP)
        if is_skipped:
            self._state = skipped(self._state)
        return Asked(self._row, offer, at_s, None, None, is_skipped=is_skipped)


def _willingness(faring: Faring) -> NDArray[np.float64]:
    traits = faring.traits
    logits: NDArray[np.float64] = (
        _ANSWERS + _BY_USE * traits["use"] + _BY_MAKING * traits["makes"] + _BY_TEEN * traits["teen"]
    )
    return logits
