"""Batches of things to judge: durable, leased in slices, each result stored once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from core.storage.database import Transaction
from core.storage.rows import batches as parts_of
from core.storage.rows import record_from
from core.storage.tables.batches import safety_batch_items as items
from core.storage.tables.batches import safety_batches as batches
from core.vocabulary import JobStatus

MAX_ATTEMPTS = 3
_OPEN = (JobStatus.QUEUED, JobStatus.IN_PROGRESS)
_LOST = f"{MAX_ATTEMPTS} workers stopped without judging anything of it. What was judged before is kept."


@dataclass(frozen=True, slots=True)
class SafetyBatch:
    """A batch and where it stands."""

    id: str
    owner_id: str
    viewer_id: str | None
    status: JobStatus
    total: int
    created_at: datetime
    done: int = 0
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    served_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One thing of a batch; ``result`` is None until it was judged."""

    position: int
    custom_id: str | None
    request: Mapping[str, Any]
    result: Mapping[str, Any] | None = None


class SafetyBatches:
    """Batches in every state. A worker claims one under a lease, as ``Jobs`` are, and stores results by slices."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, batch: SafetyBatch, things: Sequence[BatchItem]) -> None:
        """Store a new batch and its items."""
        self._tx.connection.execute(
            insert(batches).values({name: getattr(batch, name) for name in SafetyBatch.__slots__})
        )
        rows = [
            {
                "batch_id": batch.id,
                "position": thing.position,
                "custom_id": thing.custom_id,
                "request": dict(thing.request),
            }
            for thing in things
        ]
        for part in parts_of(rows):
            self._tx.connection.execute(insert(items), part)

    def find(self, batch_id: str, owner_id: str | None = None) -> SafetyBatch | None:
        """Return a batch, or None; with an owner, None for another's."""
        mine = () if owner_id is None else (batches.c.owner_id == owner_id,)
        return self._one(batches.c.id == batch_id, *mine)

    def of_owner(self, owner_id: str, limit: int) -> list[SafetyBatch]:
        """Return an owner's batches, newest first."""
        query = select(batches).where(batches.c.owner_id == owner_id)
        query = query.order_by(batches.c.created_at.desc(), batches.c.id.desc()).limit(limit)
        return [_batch(row) for row in self._tx.connection.execute(query).mappings()]

    def open_count(self, owner_id: str) -> int:
        """Return how many of an owner's batches are not over."""
        query = select(func.count()).where(batches.c.owner_id == owner_id, batches.c.status.in_(_OPEN))
        return self._tx.connection.scalar(query) or 0

    def results(self, batch_id: str, after: int, limit: int) -> list[BatchItem]:
        """Return what was judged so far, in order, from behind position ``after``."""
        return self._items(batch_id, items.c.position > after, ~_waits(), limit=limit)

    def waiting(self, batch_id: str, limit: int) -> list[BatchItem]:
        """Return the next items that were not judged yet."""
        return self._items(batch_id, _waits(), limit=limit)

    def claim(self, worker: str, lease_s: float, now: datetime) -> SafetyBatch | None:
        """Give ``worker`` the batch that was served longest ago, or None. Two workers never get the same."""
        taken = or_(batches.c.status == JobStatus.QUEUED, and_(_lease_over(now), batches.c.attempts < MAX_ATTEMPTS))
        query = select(batches.c.id).where(taken)
        query = query.order_by(batches.c.served_at.asc().nulls_first(), batches.c.created_at, batches.c.id).limit(1)
        if not self._tx.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        batch_id = self._tx.connection.scalar(query)
        if batch_id is None:
            return None
        values = {
            "status": JobStatus.IN_PROGRESS,
            "lease_owner": worker,
            "lease_until": now + timedelta(seconds=lease_s),
            "served_at": now,
            "attempts": batches.c.attempts + 1,
        }
        self._tx.connection.execute(update(batches).where(batches.c.id == batch_id).values(values))
        return self.find(batch_id)

    def fail_lost(self, now: datetime) -> None:
        """Fail batches whose last allowed worker went silent."""
        lost = and_(_lease_over(now), batches.c.attempts >= MAX_ATTEMPTS)
        values = {"error_code": "worker_lost", "error_message": _LOST}
        self._finish(lost, JobStatus.FAILED, now, values)

    def renew(self, batch_id: str, worker: str, lease_s: float, now: datetime) -> bool:
        """Keep the lease alive. False if the batch was cancelled or is another's now."""
        values = {"lease_until": now + timedelta(seconds=lease_s)}
        return self._tx.connection.execute(update(batches).where(_held(batch_id, worker)).values(values)).rowcount == 1

    def store(
        self, batch_id: str, worker: str, results: Mapping[int, Mapping[str, Any]], lease_s: float, now: datetime
    ) -> bool:
        """Store results by position and renew the lease. False, with nothing stored, if it is not held any more."""
        values = {"lease_until": now + timedelta(seconds=lease_s), "done": batches.c.done + len(results), "attempts": 0}
        held = self._tx.connection.execute(update(batches).where(_held(batch_id, worker)).values(values)).rowcount == 1
        if held:
            for position, result in results.items():
                which = and_(items.c.batch_id == batch_id, items.c.position == position)
                self._tx.connection.execute(update(items).where(which).values(result=dict(result)))
        return held

    def hand_back(self, batch_id: str, worker: str, now: datetime) -> None:
        """End a turn: the batch is completed if nothing waits, and waits for its next turn otherwise."""
        found = self.find(batch_id)
        if found is not None and found.done >= found.total:
            self._finish(_held(batch_id, worker), JobStatus.COMPLETED, now, {})
            return
        values = {"status": JobStatus.QUEUED, "lease_owner": None, "lease_until": None, "attempts": 0}
        self._tx.connection.execute(update(batches).where(_held(batch_id, worker)).values(values))

    def cancel(self, batch_id: str, now: datetime) -> bool:
        """Cancel a batch that is not over; results so far stay. False if it was over already."""
        which = and_(batches.c.id == batch_id, batches.c.status.in_(_OPEN))
        return self._finish(which, JobStatus.CANCELLED, now, {})

    def forget_before(self, moment: datetime) -> None:
        """Remove batches made before ``moment``, with their results."""
        old = select(batches.c.id).where(batches.c.created_at < moment)
        self._tx.connection.execute(delete(items).where(items.c.batch_id.in_(old)))
        self._tx.connection.execute(delete(batches).where(batches.c.created_at < moment))

    def _finish(self, which: ColumnElement[bool], status: JobStatus, now: datetime, values: Mapping[str, Any]) -> bool:
        ended = {"status": status, "finished_at": now, "lease_owner": None, "lease_until": None}
        return self._tx.connection.execute(update(batches).where(which).values(ended | dict(values))).rowcount > 0

    def _one(self, *conditions: ColumnElement[bool]) -> SafetyBatch | None:
        row = self._tx.connection.execute(select(batches).where(*conditions)).mappings().first()
        return None if row is None else _batch(row)

    def _items(self, batch_id: str, *conditions: ColumnElement[bool], limit: int) -> list[BatchItem]:
        query = select(items).where(items.c.batch_id == batch_id, *conditions).order_by(items.c.position).limit(limit)
        return [record_from(row, BatchItem, {}) for row in self._tx.connection.execute(query).mappings()]


def _waits() -> ColumnElement[bool]:
    return items.c.result.is_(None)


def _held(batch_id: str, worker: str) -> ColumnElement[bool]:
    return and_(batches.c.id == batch_id, batches.c.lease_owner == worker, batches.c.status == JobStatus.IN_PROGRESS)


def _lease_over(now: datetime) -> ColumnElement[bool]:
    return and_(batches.c.status == JobStatus.IN_PROGRESS, batches.c.lease_until <= now)


def _batch(row: Any) -> SafetyBatch:
    return record_from(row, SafetyBatch, {"status": JobStatus})
