"""Answers kept by idempotency key, so that a client's retry gets the first answer and does nothing twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from core.storage.database import Transaction
from core.storage.rows import insert_ignoring
from core.storage.tables.accounts import idempotency

IN_PROGRESS = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a key: ``status`` is ``IN_PROGRESS`` until the first request has its answer."""

    request_hash: str
    status: int
    response: Any
    created_at: datetime


class Idempotency:
    """One owner's keys, per route."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, owner: str, route: str, key: str, request_hash: str, at: datetime) -> bool:
        """Take the key for a first request; False if someone has it already."""
        row = {
            "owner_id": owner, "route": route, "key": key, "request_hash": request_hash,
            "status": IN_PROGRESS, "response": None, "created_at": at,
        }  # fmt: skip
        return insert_ignoring(self._tx, idempotency, [row]) > 0

    def find(self, owner: str, route: str, key: str) -> Answer | None:
        """Return what is kept under the key, or None."""
        row = self._tx.connection.execute(select(idempotency).where(_is(owner, route, key))).mappings().first()
        if row is None:
            return None
        return Answer(row["request_hash"], row["status"], row["response"], row["created_at"])

    def store(self, owner: str, route: str, key: str, status: int, response: Any) -> None:
        """Keep the answer of the request that claimed the key."""
        self._tx.connection.execute(
            update(idempotency).where(_is(owner, route, key)).values(status=status, response=response)
        )

    def release(self, owner: str, route: str, key: str) -> None:
        """Give the key back: the request failed, and a retry may try again."""
        self._tx.connection.execute(delete(idempotency).where(_is(owner, route, key)))

    def take_over(self, owner: str, route: str, key: str, *, claimed_at: datetime, now: datetime) -> bool:
        """Claim anew a key whose first request never came back; True for one of those who try."""
        stale = (
            _is(owner, route, key) & (idempotency.c.status == IN_PROGRESS) & (idempotency.c.created_at == claimed_at)
        )
        return self._tx.connection.execute(update(idempotency).where(stale).values(created_at=now)).rowcount == 1

    def forget_before(self, moment: datetime) -> int:
        """Remove keys older than ``moment``; return how many."""
        return self._tx.connection.execute(delete(idempotency).where(idempotency.c.created_at < moment)).rowcount


def _is(owner: str, route: str, key: str) -> Any:
    return (idempotency.c.owner_id == owner) & (idempotency.c.route == route) & (idempotency.c.key == key)
