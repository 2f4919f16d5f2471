"""What people are told, and when it may reach them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.wellbeing import notifications


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that a person is told. Held while ``delivered_at`` is None, by the rule ``held_by``."""

    id: str
    person_id: PersonId
    kind: str
    detail: Mapping[str, Any]
    created_at: datetime
    policy_version: str
    send_after: datetime | None = None
    held_by: str = ""
    delivered_at: datetime | None = None
    read_at: datetime | None = None


class Notifications:
    """Everything that was sent or is held."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, item: Notification) -> None:
        """Store a notification, delivered or held."""
        row = {name: getattr(item, name) for name in Notification.__slots__}
        self._tx.connection.execute(insert(notifications).values(row))

    def delivered(self, person_id: PersonId, *, limit: int) -> list[Notification]:
        """Return what reached a person, newest first."""
        query = select(notifications).where(
            notifications.c.person_id == person_id, notifications.c.delivered_at.is_not(None)
        )
        order = (notifications.c.delivered_at.desc(), notifications.c.created_at.desc(), notifications.c.id)
        return self._records(query.order_by(*order).limit(limit))

    def due(self, person_id: PersonId, now: datetime) -> list[Notification]:
        """Return what is held for a person and whose time may have come, oldest first."""
        query = select(notifications).where(
            notifications.c.person_id == person_id,
            notifications.c.delivered_at.is_(None),
            notifications.c.send_after <= now,
        )
        return self._records(query.order_by(notifications.c.created_at, notifications.c.id))

    def people_waiting(self, now: datetime, *, limit: int) -> list[PersonId]:
        """Return people for whom something is held whose time may have come."""
        query = select(notifications.c.person_id).where(
            notifications.c.delivered_at.is_(None), notifications.c.send_after <= now
        )
        found = self._tx.connection.scalars(query.distinct().order_by(notifications.c.person_id).limit(limit))
        return [PersonId(value) for value in found]

    def deliver(self, ident: str, at: datetime) -> None:
        """Note that a held one reaches its person now."""
        self._change(ident, delivered_at=at)

    def hold(self, ident: str, rule_id: str, send_after: datetime | None) -> None:
        """Note that a held one stays held."""
        self._change(ident, held_by=rule_id, send_after=send_after)

    def mark_read(self, person_id: PersonId, at: datetime) -> int:
        """Mark all that reached a person as read; return how many were not."""
        query = update(notifications).where(
            notifications.c.person_id == person_id,
            notifications.c.delivered_at.is_not(None),
            notifications.c.read_at.is_(None),
        )
        return self._tx.connection.execute(query.values(read_at=at)).rowcount

    def unread(self, person_id: PersonId) -> int:
        """Return how many that reached a person are unread."""
        query = select(func.count()).where(
            notifications.c.person_id == person_id,
            notifications.c.delivered_at.is_not(None),
            notifications.c.read_at.is_(None),
        )
        return self._tx.connection.scalar(query) or 0

    def _change(self, ident: str, **values: Any) -> None:
        self._tx.connection.execute(update(notifications).where(notifications.c.id == ident).values(values))

    def _records(self, query: Any) -> list[Notification]:
        return [record_from(row, Notification, {}) for row in self._tx.connection.execute(query).mappings()]
