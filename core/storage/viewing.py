"""How much each person has been handed out: one JSON record a person, read and written under that person's lock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, delete, func, select

from core.hashing import stable_int
from core.ids import PersonId, VideoId
from core.storage.database import Transaction
from core.storage.rows import upsert
from core.storage.tables.wellbeing import openings, viewing

_STATE = select(viewing.c.state).where(viewing.c.person_id == bindparam("person_id"))


class Viewing:
    """The viewing state; its layout belongs to ``wellbeing.state``."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def load(self, person_id: PersonId) -> dict[str, Any] | None:
        """Return a person's record, or None before their first page."""
        found: dict[str, Any] | None = self._tx.connection.scalar(_STATE, {"person_id": person_id})
        return found

    def load_many(self, person_ids: Iterable[PersonId]) -> dict[PersonId, dict[str, Any]]:
        """Return the records of those of these people who have one, by id."""
        query = select(viewing.c.person_id, viewing.c.state).where(viewing.c.person_id.in_(sorted(person_ids)))
        return {PersonId(key): state for key, state in self._tx.connection.execute(query)}

    def forget(self, person_ids: Iterable[PersonId]) -> None:
        """Remove records: those of accounts whose counts went into another one's."""
        self._tx.connection.execute(delete(viewing).where(viewing.c.person_id.in_(sorted(person_ids))))

    def lock_pool(self, person_id: PersonId) -> None:
        """Hold the count of a person with several accounts until the transaction ends (SQLite locks as a whole)."""
        if not self._tx.is_sqlite:
            key = stable_int("viewing", person_id)
            self._tx.connection.execute(select(func.pg_advisory_xact_lock(cast(key, BigInteger))))

    def save(self, person_id: PersonId, state: Mapping[str, Any], at: datetime) -> None:
        """Store a person's record."""
        row = {"person_id": person_id, "state": dict(state), "updated_at": at}
        upsert(self._tx, viewing, row, key=["person_id"])


class Openings:
    """Films that a minor opened outside a page: each counted once for as long as its lease lasts."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def since(self, person_id: PersonId, video_id: VideoId, moment: datetime) -> bool:
        """Tell whether the person opened this video after ``moment``."""
        query = select(openings.c.opened_at).where(
            openings.c.person_id == person_id, openings.c.video_id == video_id, openings.c.opened_at > moment
        )
        return self._tx.connection.scalar(query) is not None

    def add(self, person_id: PersonId, video_id: VideoId, at: datetime) -> None:
        """Note that the person opens this video now."""
        row = {"person_id": person_id, "video_id": video_id, "opened_at": at}
        upsert(self._tx, openings, row, key=["person_id", "video_id"])
