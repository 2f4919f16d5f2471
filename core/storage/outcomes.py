"""What people did and said, for reports and experiments: offline only, never while serving."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.records import Person
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.accounts import people
from core.storage.tables.creation import videos
from core.storage.tables.feed import events, impressions, pages
from core.storage.tables.wellbeing import polls, viewing


@dataclass(frozen=True, slots=True)
class PutQuestion:
    """One question that was put to someone, and their answer, if they gave one."""

    person_id: str
    offered_at: datetime
    answered_at: datetime | None
    answer: float | None


class Outcomes:
    """Reads what was done and said over a stretch of time, ``since`` (with it) ``until`` (without it)."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def people(self) -> list[Person]:
        """Return everyone who has an account, in order of id."""
        query = select(people).where(people.c.deleted_at.is_(None)).order_by(people.c.id)
        return [record_from(row, Person, {}) for row in self._tx.connection.execute(query).mappings()]

    def questions(self, kind: str, since: datetime, until: datetime) -> list[PutQuestion]:
        """Return the questions of one kind that were put, oldest first."""
        columns = (polls.c.person_id, polls.c.offered_at, polls.c.answered_at, polls.c.answer)
        query = select(*columns).where(
            polls.c.kind == kind, polls.c.offered_at >= since, polls.c.offered_at < until
        ).order_by(polls.c.offered_at, polls.c.id)  # fmt: skip
        return [PutQuestion(*row) for row in self._tx.connection.execute(query)]

    def shown(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many videos each person was handed; who was handed none is not in it."""
        inside = (impressions.c.served_at >= since) & (impressions.c.served_at < until)
        return self._counts(impressions.c.person_id, inside)

    def made(self, until: datetime) -> dict[str, int]:
        """Return how many videos each person had published."""
        return self._counts(videos.c.creator_id, (videos.c.status == "published") & (videos.c.published_at < until))

    def first_pages(self, since: datetime, until: datetime) -> dict[str, datetime]:
        """Return each person's first page."""
        inside = (pages.c.created_at >= since) & (pages.c.created_at < until)
        query = select(pages.c.person_id, func.min(pages.c.created_at)).where(inside).group_by(pages.c.person_id)
        return {str(person): at for person, at in self._tx.connection.execute(query)}

    def events(self, kind: str, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield who did something of a kind, and when the server heard of it."""
        inside = (events.c.kind == kind) & (events.c.received_at >= since) & (events.c.received_at < until)
        for person, at in self._tx.connection.execute(select(events.c.person_id, events.c.received_at).where(inside)):
            yield str(person), at

    def viewing(self) -> dict[str, dict[str, Any]]:
        """Return what is remembered about everyone's viewing, as it is stored."""
        return {str(person): state for person, state in self._tx.connection.execute(
            select(viewing.c.person_id, viewing.c.state))}  # fmt: skip

    def _counts(self, column: Any, condition: Any) -> dict[str, int]:
        query = select(column, func.count()).where(condition).group_by(column)
        return {str(key): int(count) for key, count in self._tx.connection.execute(query)}
