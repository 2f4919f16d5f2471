"""Messages between two people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.messages import messages


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    id: str
    sender_id: PersonId
    recipient_id: PersonId
    text: str
    sent_at: datetime


class Messages:
    """Reads and stores messages; whoever writes holds the sender's lock."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: Message) -> None:
        """Store a message."""
        row = {name: getattr(message, name) for name in Message.__slots__}
        self._tx.connection.execute(insert(messages).values(row))

    def between(
        self, one: PersonId, other: PersonId, *, before: datetime | None = None, limit: int = 50
    ) -> list[Message]:
        """Return what two people wrote to each other, newest first."""
        query = select(messages).where(_pair(one, other))
        if before is not None:
            query = query.where(messages.c.sent_at < before)
        query = query.order_by(messages.c.sent_at.desc(), messages.c.id.desc()).limit(limit)
        return [record_from(row, Message, {}) for row in self._tx.connection.execute(query).mappings()]

    def has_written(self, sender: PersonId, recipient: PersonId) -> bool:
        """Whether ``sender`` ever wrote to ``recipient``."""
        query = select(messages.c.id).where(messages.c.sender_id == sender, messages.c.recipient_id == recipient)
        return self._tx.connection.execute(query.limit(1)).first() is not None

    def sent_since(self, sender: PersonId, since: datetime) -> list[datetime]:
        """Return when a person sent their messages after ``since``."""
        query = select(messages.c.sent_at).where(messages.c.sender_id == sender, messages.c.sent_at > since)
        return list(self._tx.connection.scalars(query))

    def contacts(self, person_id: PersonId) -> dict[PersonId, datetime]:
        """Return with whom a person has exchanged messages, and when last."""
        found: dict[PersonId, datetime] = {}
        for mine, theirs in ((messages.c.sender_id, messages.c.recipient_id),
                             (messages.c.recipient_id, messages.c.sender_id)):  # fmt: skip
            query = select(theirs.label("other"), func.max(messages.c.sent_at).label("at")).where(mine == person_id)
            for row in self._tx.connection.execute(query.group_by(theirs)):
                other = PersonId(row.other)
                found[other] = max(row.at, found.get(other, row.at))
        return found


def unanswered(thread: Iterable[Message], sender: PersonId) -> int:
    """Return how many of the newest messages in a thread (newest first) are ``sender``'s own."""
    count = 0
    for message in thread:
        if message.sender_id != sender:
            break
        count += 1
    return count


def _pair(one: PersonId, other: PersonId) -> ColumnElement[bool]:
    return or_(
        and_(messages.c.sender_id == one, messages.c.recipient_id == other),
        and_(messages.c.sender_id == other, messages.c.recipient_id == one),
    )
