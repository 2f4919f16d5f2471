"""What people pay for, as far as the queue must know."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import upsert
from core.storage.tables.creation import plans


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan that someone is on, until a moment if it ends."""

    plan: str
    until: datetime | None


class Plans:
    """Who is on which plan."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, person_id: PersonId, now: datetime) -> Subscription | None:
        """Return the plan that holds now, or None."""
        query = select(plans.c.plan, plans.c.until).where(plans.c.person_id == person_id)
        row = self._tx.connection.execute(query).mappings().first()
        if row is None or (row["until"] is not None and row["until"] <= now):
            return None
        return Subscription(row["plan"], row["until"])

    def put(self, person_id: PersonId, subscription: Subscription, *, by: str, now: datetime) -> None:
        """Set a person's plan."""
        row = {
            "person_id": person_id, "plan": subscription.plan, "until": subscription.until, "set_by": by, "set_at": now
        }  # fmt: skip
        upsert(self._tx, plans, row, key=["person_id"])
