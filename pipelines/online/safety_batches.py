"""Many things judged later: a batch is stored, judged by workers in turns, and read when it is done.

A worker that is killed loses at most a few judgements: its lease runs out, and another goes on from the last result
that was stored. Each item has one result, whatever happens.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from core.errors import Conflict, InvalidInput, KindlingError, LimitReached, Unavailable, not_found
from core.ids import PersonId, VideoId, new_id
from core.storage.batches import BatchItem, SafetyBatch, SafetyBatches
from core.storage.database import Transaction
from core.storage.people import People
from core.vocabulary import Audience, JobStatus, Surface
from pipelines.online.deciding import FILM_TIMEOUT_S, Subject, as_json, decide
from pipelines.online.rooms import Rooms
from safety.room import TextPart

KEPT_FOR = timedelta(days=30)
LEASE_S = 30.0
_RETRY_AFTER_S = 30
_TURN = 200  # items that a worker judges of one batch before another batch has its turn
_AT_ONCE = 16  # results that are stored together
_IDLE_S, _LONGEST_IDLE_S = 0.2, 2.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to judge, for a surface and an audience; ``custom_id`` is the caller's name for it."""

    subject: Subject
    surface: Surface
    audience: Audience
    custom_id: str | None = None

    def as_request(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "texts": [[part.name, part.text] for part in self.subject.texts],
            "video_id": self.subject.video_id,
            "surface": self.surface,
            "audience": self.audience,
        }


def submit(rooms: Rooms, owner: str, viewer: PersonId | None, asked: Sequence[Asked]) -> SafetyBatch:
    """Store a batch for later. ``viewer`` is whose videos it may name; None, any.

    Raises ``InvalidInput`` for an empty item or a ``custom_id`` used twice, ``LimitReached`` while too many of the
    caller's batches wait.
    """
    _check(asked)
    now = rooms.clock.now()
    batch = SafetyBatch(new_id("sbat"), owner, viewer, JobStatus.QUEUED, len(asked), now)
    things = [BatchItem(place, item.custom_id, item.as_request()) for place, item in enumerate(asked)]
    with rooms.database.write() as tx:
        if viewer is not None:
            People(tx).lock(viewer)
        SafetyBatches(tx).forget_before(now - KEPT_FOR)
        most = rooms.settings.safety_batches_per_person
        if SafetyBatches(tx).open_count(owner) >= most:
            raise LimitReached(
                code="too_many_batches", detail=f"{most} of your batches are waiting already.",
                expected="Wait for one to be done, or cancel one.", retry_after_s=_RETRY_AFTER_S,
            )  # fmt: skip
        SafetyBatches(tx).add(batch, things)
    return batch


def _check(asked: Sequence[Asked]) -> None:
    names: set[str] = set()
    for place, item in enumerate(asked):
        if not item.subject.texts and item.subject.video_id is None:
            raise InvalidInput(
                code="nothing_to_judge", detail="There is nothing to judge in this item.", field=f"items.{place}",
                expected="texts, shots or a video_id.",
            )  # fmt: skip
        if item.custom_id is not None and item.custom_id in names:
            raise InvalidInput(
                code="custom_id_twice", detail=f"{item.custom_id!r} is used twice.", field=f"items.{place}.custom_id",
                expected="A name of its own for each item.",
            )  # fmt: skip
        names.add(item.custom_id or "")


def find(rooms: Rooms, owner: str, batch_id: str) -> SafetyBatch:
    """Return one's own batch. Raises ``NotFound``."""
    with rooms.database.read() as tx:
        return _own(tx, owner, batch_id)


def recent(rooms: Rooms, owner: str, limit: int) -> list[SafetyBatch]:
    """Return one's own batches, newest first."""
    with rooms.database.read() as tx:
        return SafetyBatches(tx).of_owner(owner, limit)


def results(rooms: Rooms, owner: str, batch_id: str, *, after: int, limit: int) -> tuple[list[BatchItem], bool]:
    """Return what was judged so far behind position ``after``, and whether more is there now. Raises ``NotFound``."""
    with rooms.database.read() as tx:
        _own(tx, owner, batch_id)
        found = SafetyBatches(tx).results(batch_id, after, limit + 1)
    return found[:limit], len(found) > limit


def cancel(rooms: Rooms, owner: str, batch_id: str) -> SafetyBatch:
    """Stop a batch; what was judged stays. Raises ``NotFound``, and ``Conflict`` if it is over."""
    with rooms.database.write() as tx:
        batch = _own(tx, owner, batch_id)
        if not SafetyBatches(tx).cancel(batch_id, rooms.clock.now()):
            raise Conflict(code="batch_over", detail=f"This batch is {batch.status} already.")
        return _own(tx, owner, batch_id)


def _own(tx: Transaction, owner: str, batch_id: str) -> SafetyBatch:
    batch = SafetyBatches(tx).find(batch_id, owner)
    if batch is None:
        raise not_found("batch", batch_id)
    return batch


class BatchWorker:
    """Judges batches in turns until told to stop. One per process is enough; any number may run beside each other."""

    def __init__(
        self, rooms: Rooms, owner: str, *, lease_s: float = LEASE_S, stopping: threading.Event | None = None
    ) -> None:
        self._rooms, self._owner, self._lease_s = rooms, owner, lease_s
        self._stopping = stopping or threading.Event()

    def run_forever(self) -> None:
        """Work until told to stop by the event, then finish the judgement in hand."""
        idle_s = _IDLE_S
        while not self._stopping.is_set():
            try:
                idle_s = _IDLE_S if self.run_once() else min(idle_s * 2, _LONGEST_IDLE_S)
            except Unavailable as error:
                _log.warning("batches_unavailable", detail=error.detail)
                idle_s = _LONGEST_IDLE_S
            if idle_s > _IDLE_S:
                self._stopping.wait(idle_s)

    def run_once(self) -> bool:
        """Take one batch for a turn. False if none waits."""
        now = self._now()
        with self._rooms.database.write() as tx:
            SafetyBatches(tx).fail_lost(now)
            batch = SafetyBatches(tx).claim(self._owner, self._lease_s, now)
        if batch is None:
            return False
        with self._rooms.database.read() as tx:
            todo = SafetyBatches(tx).waiting(batch.id, _TURN)
        if self._judge(batch, todo):
            with self._rooms.database.write() as tx:
                SafetyBatches(tx).hand_back(batch.id, self._owner, self._now())
        return True

    def _judge(self, batch: SafetyBatch, todo: Sequence[BatchItem]) -> bool:
        """Judge items and store them a few at a time. False once the batch is not ours any more."""
        viewer = None if batch.viewer_id is None else PersonId(batch.viewer_id)
        done: dict[int, Mapping[str, Any]] = {}
        for item in todo:
            if self._stopping.is_set():
                break
            # A film may take longer than the lease.
            if item.request["video_id"] is not None and not self._holds(batch, FILM_TIMEOUT_S + self._lease_s):
                return False
            done[item.position] = judged(self._rooms, item.request, viewer)
            if len(done) >= _AT_ONCE:
                if not self._store(batch, done):
                    return False
                done = {}
        return self._store(batch, done) if done else True

    def _holds(self, batch: SafetyBatch, lease_s: float) -> bool:
        with self._rooms.database.write() as tx:
            return SafetyBatches(tx).renew(batch.id, self._owner, lease_s, self._now())

    def _store(self, batch: SafetyBatch, done: Mapping[int, Mapping[str, Any]]) -> bool:
        with self._rooms.database.write() as tx:
            return SafetyBatches(tx).store(batch.id, self._owner, done, self._lease_s, self._now())

    def _now(self) -> datetime:
        return self._rooms.clock.now()


def judged(rooms: Rooms, request: Mapping[str, Any], viewer: PersonId | None) -> dict[str, Any]:
    """Return one item's decision as it is kept, or why there is none."""
    video_id = None if request["video_id"] is None else VideoId(request["video_id"])
    subject = Subject(tuple(TextPart(name, text) for name, text in request["texts"]), video_id=video_id)
    try:
        judgement = decide(
            rooms, subject, surface=Surface(request["surface"]), audience=Audience(request["audience"]), viewer=viewer
        )  # fmt: skip
    except Unavailable:
        raise
    except KindlingError as error:
        return {"decision": None, "error": {"code": error.code, "detail": error.detail}}
    return {"decision": as_json(judgement), "error": None}
