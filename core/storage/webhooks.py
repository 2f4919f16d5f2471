"""Webhook endpoints, and deliveries that wait in the same database as what they tell: none is lost in a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, tuple_, update

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.webhooks import webhook_deliveries as deliveries
from core.storage.tables.webhooks import webhook_endpoints as endpoints


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that is told of videos: of one person's, or of everyone's (a service's own)."""

    id: str
    owner: str
    person_id: PersonId | None
    name: str
    url: str
    event_types: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    secret_number: int = 1
    old_secret_until: datetime | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one endpoint, until it is delivered or given up (``next_at`` None)."""

    id: str
    endpoint_id: str
    event_type: str
    payload: str
    created_at: datetime
    next_at: datetime | None
    attempts: int = 0
    delivered_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None


class Webhooks:
    """Endpoints and deliveries."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        self._tx.connection.execute(insert(endpoints).values(_row(endpoint)))

    def find(self, endpoint_id: str) -> Endpoint | None:
        """Return an endpoint, or None."""
        row = self._tx.connection.execute(select(endpoints).where(endpoints.c.id == endpoint_id)).mappings().first()
        return None if row is None else _endpoint(row)

    def owned_by(self, owner: str, *, after: Endpoint | None = None, limit: int = 100) -> list[Endpoint]:
        """Return an owner's endpoints, newest first."""
        query = select(endpoints).where(endpoints.c.owner == owner)
        if after is not None:
            place = tuple_(endpoints.c.created_at, endpoints.c.id)
            query = query.where(place < tuple_(after.created_at, after.id))
        query = query.order_by(endpoints.c.created_at.desc(), endpoints.c.id.desc()).limit(limit)
        return [_endpoint(row) for row in self._tx.connection.execute(query).mappings()]

    def count(self, owner: str) -> int:
        """Return how many endpoints an owner has."""
        return self._tx.connection.scalar(select(func.count()).where(endpoints.c.owner == owner)) or 0

    def change(self, endpoint_id: str, **values: Any) -> None:
        """Set columns of an endpoint."""
        self._tx.connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(**values))

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint and what was still to be told to it."""
        self._tx.connection.execute(delete(deliveries).where(deliveries.c.endpoint_id == endpoint_id))
        self._tx.connection.execute(delete(endpoints).where(endpoints.c.id == endpoint_id))

    def listening(self, person_id: PersonId, event_type: str) -> list[Endpoint]:
        """Return the endpoints that are told when this happens to one of a person's videos."""
        query = select(endpoints).where(or_(endpoints.c.person_id == person_id, endpoints.c.person_id.is_(None)))
        found = (_endpoint(row) for row in self._tx.connection.execute(query).mappings())
        return [item for item in found if event_type in item.event_types and not item.is_disabled]

    def enqueue(self, items: Sequence[Delivery]) -> None:
        """Store deliveries that are to be made."""
        if items:
            rows = [{name: getattr(item, name) for name in Delivery.__slots__} for item in items]
            self._tx.connection.execute(insert(deliveries), rows)

    def claim_due(self, now: datetime, hold: timedelta) -> Delivery | None:
        """Take a delivery that is due; unless it is settled within ``hold``, it comes back."""
        query = select(deliveries).where(deliveries.c.next_at <= now).order_by(deliveries.c.next_at).limit(1)
        if not self._tx.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        row = self._tx.connection.execute(query).mappings().first()
        if row is None:
            return None
        changed = {"next_at": now + hold, "attempts": row["attempts"] + 1}
        self._tx.connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(changed))
        return record_from({**row, **changed}, Delivery, {})

    def settle(self, delivery_id: str, **values: Any) -> None:
        """Note what became of a try."""
        self._tx.connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))

    def of(self, endpoint_id: str, limit: int = 100) -> list[Delivery]:
        """Return an endpoint's deliveries, newest first."""
        query = select(deliveries).where(deliveries.c.endpoint_id == endpoint_id)
        query = query.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        return [record_from(row, Delivery, {}) for row in self._tx.connection.execute(query).mappings()]

    def forget_before(self, moment: datetime) -> None:
        """Delete old deliveries that are over."""
        old = deliveries.c.next_at.is_(None) & (deliveries.c.created_at < moment)
        self._tx.connection.execute(delete(deliveries).where(old))


def _row(endpoint: Endpoint) -> dict[str, Any]:
    row = {name: getattr(endpoint, name) for name in Endpoint.__slots__}
    return row | {"event_types": list(endpoint.event_types)}


def _endpoint(row: Any) -> Endpoint:
    return record_from(row, Endpoint, {"event_types": tuple})
