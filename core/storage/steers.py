"""What people asked of their feed in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from core.ids import PersonId, SteerId
from core.storage.database import Transaction
from core.storage.rows import columns_of
from core.storage.tables.feed import steers
from core.storage.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class StoredSteer:
    """A steer as it was said, and as it was understood (``parsed``, the ranking room's own shape)."""

    id: SteerId
    person_id: PersonId
    text: str
    parsed: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime | None = None
    undone_at: datetime | None = None


_NOW = bindparam("now", type_=UtcDateTime)
_IN_FORCE = (
    select(*columns_of(steers, StoredSteer))
    .where(
        steers.c.person_id == bindparam("person_id"),
        steers.c.undone_at.is_(None),
        or_(steers.c.expires_at.is_(None), steers.c.expires_at > _NOW),
    )
    .order_by(steers.c.created_at, steers.c.id)
)


class Steers:
    """Steers by person."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, steer: StoredSteer) -> None:
        """Store a new steer."""
        self._tx.connection.execute(insert(steers), [{name: getattr(steer, name) for name in StoredSteer.__slots__}])

    def in_force(self, person_id: PersonId, now: datetime) -> list[StoredSteer]:
        """Return a person's steers that are neither undone nor expired, oldest first."""
        rows = self._tx.connection.execute(_IN_FORCE, {"person_id": person_id, "now": now}).all()
        return [StoredSteer(*row) for row in rows]

    def count_in_force(self, person_id: PersonId, now: datetime) -> int:
        """Return how many steers of a person are in force."""
        query = select(func.count()).select_from(steers).where(
            steers.c.person_id == person_id,
            steers.c.undone_at.is_(None),
            or_(steers.c.expires_at.is_(None), steers.c.expires_at > now),
        )  # fmt: skip
        return self._tx.connection.scalar(query) or 0

    def undo(self, person_id: PersonId, steer_id: SteerId, at: datetime) -> bool:
        """Take a steer back; False if this person has no such steer in force."""
        change = update(steers).where(
            steers.c.id == steer_id, steers.c.person_id == person_id, steers.c.undone_at.is_(None)
        )
        return self._tx.connection.execute(change.values(undone_at=at)).rowcount > 0

    def prolong(self, steer_ids: list[SteerId], expires_at: datetime) -> None:
        """Move the end of steers that last for a session: the session goes on."""
        if steer_ids:
            self._tx.connection.execute(update(steers).where(steers.c.id.in_(steer_ids)).values(expires_at=expires_at))
