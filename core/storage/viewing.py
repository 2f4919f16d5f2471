"""How much each person has been handed out: one JSON record a person, read and written under that person's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import upsert
from core.storage.tables.wellbeing import viewing


class Viewing:
    """The viewing state; its layout belongs to ``wellbeing.state``."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def load(self, person_id: PersonId) -> dict[str, Any] | None:
        """Return a person's record, or None before their first page."""
        found: dict[str, Any] | None = self._tx.connection.scalar(
            select(viewing.c.state).where(viewing.c.person_id == person_id)
        )
        return found

    def save(self, person_id: PersonId, state: Mapping[str, Any], at: datetime) -> None:
        """Store a person's record."""
        row = {"person_id": person_id, "state": dict(state), "updated_at": at}
        upsert(self._tx, viewing, row, key=["person_id"])
