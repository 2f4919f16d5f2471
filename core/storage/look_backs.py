"""Everyone who has been here long enough to look back, and what they said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, func, select

from core.records import Person
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.accounts import people
from core.storage.tables.creation import videos
from core.storage.tables.feed import impressions
from core.storage.tables.wellbeing import polls


@dataclass(frozen=True, slots=True)
class LookBack:
    """One person: how much they use this, and their newest answer, if they gave one."""

    person: Person
    shown: int  # videos handed out since `used_since`
    made: int  # videos they have published
    answer: float | None


def look_backs(
    tx: Transaction, *, joined_until: datetime, answered_since: datetime, used_since: datetime
) -> list[LookBack]:
    """Return everyone who joined by ``joined_until``, in order of id, asked or not, still coming or not."""
    rows = tx.connection.execute(
        select(people).where(people.c.created_at <= joined_until, people.c.deleted_at.is_(None)).order_by(people.c.id)
    ).mappings()
    shown = _counts(tx, impressions.c.person_id, impressions.c.served_at >= used_since)
    made = _counts(tx, videos.c.creator_id, videos.c.status == "published")
    said = _answers(tx, answered_since)
    found = [record_from(row, Person, {}) for row in rows]
    return [LookBack(item, shown.get(item.id, 0), made.get(item.id, 0), said.get(item.id)) for item in found]


def _counts(tx: Transaction, column: Column[str], condition: ColumnElement[bool]) -> dict[str, int]:
    query = select(column, func.count()).where(condition).group_by(column)
    return {str(key): int(count) for key, count in tx.connection.execute(query)}


def _answers(tx: Transaction, since: datetime) -> dict[str, float]:
    query = (
        select(polls.c.person_id, polls.c.answer)
        .where(polls.c.kind == "look_back", polls.c.answer.is_not(None), polls.c.answered_at >= since)
        .order_by(polls.c.answered_at)
    )
    return {str(person): float(answer) for person, answer in tx.connection.execute(query)}  # the newest stays
