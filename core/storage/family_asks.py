"""What teens ask, the minutes they are granted, and what everyone is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from core.ids import PersonId, new_id
from core.records_family import Ask, AskKind, AskStatus, Grant, Notice
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.family import family_asks, family_grants, family_notices

_CONVERTERS = {"kind": AskKind, "status": AskStatus}


class FamilyAsks:
    """Asks and grants; writes are made under the teen's lock."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, ask: Ask) -> None:
        """Store a new ask."""
        row = {name: getattr(ask, name) for name in Ask.__slots__}
        self._tx.connection.execute(insert(family_asks).values(row))

    def find(self, teen_id: PersonId, ask_id: str) -> Ask | None:
        """Return an ask of this teen, or None."""
        query = select(family_asks).where(family_asks.c.id == ask_id, family_asks.c.teen_id == teen_id)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, Ask, _CONVERTERS)

    def of(self, teen_id: PersonId, limit: int = 200) -> list[Ask]:
        """Return what a teen asked, newest first."""
        query = select(family_asks).where(family_asks.c.teen_id == teen_id)
        rows = self._tx.connection.execute(query.order_by(family_asks.c.asked_at.desc(), family_asks.c.id).limit(limit))
        return [record_from(row, Ask, _CONVERTERS) for row in rows.mappings()]

    def close(self, ask_id: str, status: AskStatus, by: PersonId, at: datetime) -> None:
        """Store what became of an ask."""
        values = {"status": status, "answered_by": by, "answered_at": at}
        self._tx.connection.execute(update(family_asks).where(family_asks.c.id == ask_id).values(values))

    def grant(self, grant: Grant) -> None:
        """Store minutes that were granted."""
        row = {name: getattr(grant, name) for name in Grant.__slots__}
        self._tx.connection.execute(insert(family_grants).values(row))


class FamilyNotices:
    """What people are told of their families."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def tell(
        self, people: Iterable[PersonId], teen_id: PersonId, actor_id: PersonId, action: str,
        detail: Mapping[str, Any], at: datetime,
    ) -> None:  # fmt: skip
        """Tell each of these people of something, but not whoever did it."""
        for person_id in sorted(set(people) - {actor_id}):
            notice = Notice(new_id("note"), person_id, teen_id, actor_id, action, dict(detail), at)
            row = {name: getattr(notice, name) for name in Notice.__slots__}
            self._tx.connection.execute(insert(family_notices).values(row))

    def of(self, person_id: PersonId, limit: int = 100) -> list[Notice]:
        """Return what a person was told, newest first."""
        query = select(family_notices).where(family_notices.c.person_id == person_id)
        ordered = query.order_by(family_notices.c.at.desc(), family_notices.c.id).limit(limit)
        return [record_from(row, Notice, {}) for row in self._tx.connection.execute(ordered).mappings()]

    def seen(self, person_id: PersonId, at: datetime) -> None:
        """Store that a person has read everything they were told."""
        unseen = update(family_notices).where(
            family_notices.c.person_id == person_id, family_notices.c.seen_at.is_(None)
        )
        self._tx.connection.execute(unseen.values(seen_at=at))
