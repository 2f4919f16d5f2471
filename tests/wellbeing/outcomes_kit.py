"""A crowd with pages, videos handed out and answers: what experiments and reports are read from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from core.ids import PersonId
from core.records import Person
from core.storage.bulk_load import BulkLoad
from core.storage.database import Database
from core.storage.people import People
from core.storage.videos import Videos
from tests.town import video

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
ADULT, TEEN = date(1990, 1, 1), date(2011, 1, 1)


@dataclass(frozen=True)
class Said:
    """One question to one person; without an answer they kept silent."""

    person: int
    kind: str
    at: datetime
    answer: float | None


def person_id(number: int) -> PersonId:
    return PersonId(f"per_crowd{number:05d}")


def fill(
    database: Database, people: int, said: list[Said], *,
    page_at: Callable[[int], datetime] = lambda _: MONDAY - timedelta(days=3),
    born: Callable[[int], date] = lambda _: ADULT, joined: datetime = NOW - timedelta(days=400),
) -> None:  # fmt: skip
    """Put a crowd into an empty database: one page with one video each at ``page_at``, and what they were asked."""
    with database.write() as tx:
        People(tx).add([
            Person(
                id=person_id(number), handle=f"crowd{number}", display_name="C", birth_date=born(number),
                jurisdiction="ZZ", timezone="UTC", created_at=joined,
            )
            for number in range(people)
        ])  # fmt: skip
        Videos(tx).add([video(0, creator_id=person_id(0))])
        load = BulkLoad(tx)
        ids, moments = [person_id(number) for number in range(people)], [page_at(number) for number in range(people)]
        pages = [f"page_{number}" for number in range(people)]
        load.load("pages", {
            "id": pages, "person_id": ids, "mode": ["ranked"] * people, "size": [8] * people,
            "snapshot": ["s"] * people, "policy_version": ["p"] * people, "response": ["{}"] * people,
            "created_at": moments,
        })  # fmt: skip
        load.load("impressions", {
            "page_id": pages, "position": [0] * people, "video_id": ["video_000"] * people, "person_id": ids,
            "source": ["fresh"] * people, "propensity": [0.5] * people, "score": [0.0] * people,
            "heads": ["{}"] * people, "served_at": moments,
        })  # fmt: skip
        _answers(load, said)


def _answers(load: BulkLoad, said: list[Said]) -> None:
    load.load("polls", {
        "id": [f"poll_{place}" for place in range(len(said))],
        "person_id": [person_id(item.person) for item in said],
        "kind": [item.kind for item in said],
        "offered_at": [item.at for item in said],
        "answered_at": [None if item.answer is None else item.at + timedelta(seconds=20) for item in said],
        "answer": [item.answer for item in said],
        "skipped": [False] * len(said),
    })  # fmt: skip


def likert(random: np.random.Generator, mean: float) -> float:
    return float(np.clip(np.round(random.normal(mean, 0.8)), 1, 5))
