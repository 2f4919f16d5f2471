"""The queue of generation jobs: durable, leased, one winner per job, people served in turn by what they asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update

from core.ids import JobId, PersonId, VideoId
from core.records import Job
from core.storage.database import Transaction
from core.storage.rows import record_from, upsert
from core.storage.tables.creation import jobs, previews, videos
from core.vocabulary import JobStatus

MAX_ATTEMPTS = 3
_LOST = "The film could not be made: {} workers stopped while making it. Please try again."
_OPEN = (JobStatus.QUEUED, JobStatus.IN_PROGRESS)
_DEBTS_LAST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """What was put in the making, for limits on making."""

    created_at: datetime
    model: str
    seconds: int
    status: str
    error_code: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The newest picture of a film in the making: WebP, and which one of its film it is."""

    number: int
    image: bytes


class Jobs:
    """Generation jobs in every state.

    A worker claims a job with a lease and keeps it alive by heartbeats. A lease that runs out returns the job to the
    queue, so a killed worker loses nothing; a job that has lost ``most_attempts`` workers has failed. Only the lease's
    owner can report a result, so each job has one result whatever else happens: store the result in the transaction in
    which ``complete`` answers True.

    People take turns by start-time fair queueing (Goyal, Vin and Cheng, IEEE/ACM Transactions on Networking 5(5),
    1997): a job may start, in virtual time, when its person's last one ends there, and not before now; the least goes
    first. So over any time in which two people both wait, what they got, by weight, differs by less than one film each.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def enqueue(self, job: Job) -> None:
        """Store a new job at its person's turn. Call it under the person's lock."""
        turn = max(self._virtual_now(job.priority), self._debt(job))
        row = {name: getattr(job, name) for name in Job.__slots__} | {"turn": turn}
        self._tx.connection.execute(insert(jobs).values(row))

    def _virtual_now(self, priority: int) -> float:
        """Return the turn of what was started last: virtual time stands there."""
        last = select(jobs.c.turn).where(jobs.c.started_at.is_not(None), jobs.c.priority == priority)
        last = last.order_by(jobs.c.started_at.desc(), jobs.c.turn.desc()).limit(1)
        return self._tx.connection.scalar(last) or 0.0

    def _debt(self, job: Job) -> float:
        """Return where a person's jobs end in virtual time; what was cancelled before it started cost nothing."""
        recent = jobs.c.created_at > job.created_at - _DEBTS_LAST
        free = and_(jobs.c.status == JobStatus.CANCELLED, jobs.c.started_at.is_(None))
        ends = select(func.max(jobs.c.turn + jobs.c.share))
        ends = ends.where(jobs.c.person_id == job.person_id, jobs.c.priority == job.priority, recent, ~free)
        return self._tx.connection.scalar(ends) or 0.0

    def find(self, job_id: JobId) -> Job | None:
        """Return a job, or None."""
        return self._one(select(jobs).where(jobs.c.id == job_id))

    def find_by_video(self, video_id: VideoId) -> Job | None:
        """Return the job that makes (or made) a video, or None."""
        return self._one(select(jobs).where(jobs.c.video_id == video_id))

    def open_count(self, person_id: PersonId) -> int:
        """Return how many of a person's jobs are waiting or running."""
        query = select(func.count()).where(jobs.c.person_id == person_id, jobs.c.status.in_(_OPEN))
        return self._tx.connection.scalar(query) or 0

    def made_since(self, person_id: PersonId, since: datetime) -> list[MadeVideo]:
        """Return what a person put in the making after ``since``, deleted or not, oldest first."""
        columns = (jobs.c.created_at, videos.c.model, videos.c.seconds, videos.c.status, videos.c.error_code)
        query = select(*columns).join(videos, videos.c.id == jobs.c.video_id)
        query = query.where(jobs.c.person_id == person_id, jobs.c.created_at > since).order_by(jobs.c.created_at)
        return [record_from(row, MadeVideo, {}) for row in self._tx.connection.execute(query).mappings()]

    def counts(self) -> dict[JobStatus, int]:
        """Return how many jobs there are in each state."""
        rows = self._tx.connection.execute(select(jobs.c.status, func.count().label("n")).group_by(jobs.c.status))
        return {JobStatus(row.status): row.n for row in rows}

    def holders(self, *, attempts_below: int) -> list[str]:
        """Return the workers that hold a job which may lose one more of them."""
        query = select(jobs.c.lease_owner).where(jobs.c.status == JobStatus.IN_PROGRESS)
        query = query.where(jobs.c.attempts < attempts_below)
        return sorted({name for name in self._tx.connection.scalars(query) if name})

    def waiting_share(self) -> float:
        """Return how much work waits, each film's by the weight it came with."""
        query = select(func.sum(jobs.c.share)).where(jobs.c.status == JobStatus.QUEUED)
        return self._tx.connection.scalar(query) or 0.0

    def ahead_of(self, job: Job) -> int:
        """Return how many waiting jobs go before a waiting one, as things stand."""
        before = or_(jobs.c.priority > job.priority, and_(jobs.c.priority == job.priority, jobs.c.turn < job.turn))
        query = select(func.count()).where(jobs.c.status == JobStatus.QUEUED, before)
        return self._tx.connection.scalar(query) or 0

    def claim(
        self, owner: str, lease_s: float, now: datetime, *, most_attempts: int = MAX_ATTEMPTS, like: Job | None = None
    ) -> Job | None:
        """Give ``owner`` the next job for ``lease_s`` seconds, or None when none waits.

        First what lost its worker; then by priority, then by turn. ``like``: only a job that can be made together with
        this one. Concurrent claims never get the same job.
        """
        lost = select(jobs).where(_lease_over(now), jobs.c.attempts < most_attempts)
        ready = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
        waiting = select(jobs).where(jobs.c.status == JobStatus.QUEUED, ready)
        if like is not None:
            waiting = waiting.where(jobs.c.batch_key == like.batch_key, jobs.c.priority == like.priority)
        job = None if like is not None else self._next(lost)
        job = job or self._next(waiting)
        return None if job is None else self._hand_out(job, owner, lease_s, now)

    def _next(self, query: Select[Any]) -> Job | None:
        query = query.order_by(jobs.c.priority.desc(), jobs.c.turn, jobs.c.created_at, jobs.c.id).limit(1)
        if not self._tx.is_sqlite:
            # On SQLite the write transaction is already the only one.
            query = query.with_for_update(skip_locked=True, of=jobs)
        return self._one(query)

    def _hand_out(self, job: Job, owner: str, lease_s: float, now: datetime) -> Job:
        values: dict[str, Any] = {
            "status": JobStatus.IN_PROGRESS,
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=lease_s),
            "started_at": now,
            # Virtual time never goes back, whatever was put back and is taken up late.
            "turn": max(job.turn, self._virtual_now(job.priority)),
            "attempts": job.attempts + 1,
            "progress": 0,
            "not_before": None,
        }
        self._tx.connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
        self._tx.connection.execute(delete(previews).where(previews.c.job_id == job.id))
        return replace(job, **values)

    def fail_lost(self, now: datetime, *, most_attempts: int = MAX_ATTEMPTS) -> list[Job]:
        """Fail the jobs whose last allowed worker went silent, and return them."""
        query = select(jobs).where(_lease_over(now), jobs.c.attempts >= most_attempts).order_by(jobs.c.id)
        if not self._tx.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        lost = [_job(row) for row in self._tx.connection.execute(query).mappings().all()]
        words: dict[str, Any] = {"error_code": "worker_lost", "error_message": _LOST.format(most_attempts)}
        for job in lost:
            self._finish(jobs.c.id == job.id, JobStatus.FAILED, now, words)
        return [replace(job, status=JobStatus.FAILED, **words) for job in lost]

    def heartbeat(self, job_id: JobId, owner: str, progress: int, lease_s: float, now: datetime) -> bool:
        """Renew the lease and note the progress in percent. False if the job was cancelled or is another's now."""
        values = {"lease_until": now + timedelta(seconds=lease_s), "progress": max(0, min(99, progress))}
        result = self._tx.connection.execute(update(jobs).where(_held(job_id, owner)).values(values))
        return result.rowcount == 1

    def complete(self, job_id: JobId, owner: str, now: datetime, *, cost_s: float | None = None) -> bool:
        """Finish a job well. False, with nothing changed, if ``owner`` does not hold it any more: drop the result."""
        values = {"progress": 100, "cost_s": cost_s, "error_code": None, "error_message": None}
        return self._finish(_held(job_id, owner), JobStatus.COMPLETED, now, values)

    def fail(self, job_id: JobId, owner: str, code: str, message: str, now: datetime) -> bool:
        """Finish a job badly, for good. False, with nothing changed, if ``owner`` does not hold it any more."""
        values = {"error_code": code, "error_message": message}
        return self._finish(_held(job_id, owner), JobStatus.FAILED, now, values)

    def release(self, job_id: JobId, owner: str, *, counts: bool, not_before: datetime | None = None) -> bool:
        """Put a job back into the queue; ``counts``: whether that was one of its attempts (a clean stop is not)."""
        values: dict[str, Any] = {
            "status": JobStatus.QUEUED, "lease_owner": None, "lease_until": None, "progress": 0,
            "not_before": not_before,
        }  # fmt: skip
        if not counts:
            values["attempts"] = jobs.c.attempts - 1
        result = self._tx.connection.execute(update(jobs).where(_held(job_id, owner)).values(values))
        return result.rowcount == 1

    def show_preview(self, job_id: JobId, owner: str, preview: Preview, now: datetime) -> bool:
        """Keep the newest picture of a film. False if ``owner`` does not hold the job any more."""
        held = select(jobs.c.id).where(_held(job_id, owner))
        if self._tx.connection.scalar(held) is None:
            return False
        row = {"job_id": job_id, "number": preview.number, "image": preview.image, "made_at": now}
        upsert(self._tx, previews, row, key=["job_id"])
        return True

    def preview_number(self, job_id: JobId) -> int:
        """Return the number of a job's newest picture; 0 when there is none."""
        return self._tx.connection.scalar(select(previews.c.number).where(previews.c.job_id == job_id)) or 0

    def preview(self, job_id: JobId) -> Preview | None:
        """Return a job's newest picture."""
        query = select(previews.c.number, previews.c.image).where(previews.c.job_id == job_id)
        row = self._tx.connection.execute(query).first()
        return None if row is None else Preview(row.number, row.image)

    def cancel(self, job_id: JobId, now: datetime) -> bool:
        """Cancel a job that waits or runs; its worker hears at its next heartbeat. False if it was over already."""
        return self._finish(and_(jobs.c.id == job_id, jobs.c.status.in_(_OPEN)), JobStatus.CANCELLED, now, {})

    def _finish(self, which: ColumnElement[bool], status: JobStatus, now: datetime, values: Mapping[str, Any]) -> bool:
        ended = {"status": status, "finished_at": now, "lease_owner": None, "lease_until": None}
        gone = select(jobs.c.id).where(which)
        self._tx.connection.execute(delete(previews).where(previews.c.job_id.in_(gone)))
        result = self._tx.connection.execute(update(jobs).where(which).values(ended | dict(values)))
        return result.rowcount == 1

    def _one(self, query: Select[Any]) -> Job | None:
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _job(row)


def _held(job_id: JobId, owner: str) -> ColumnElement[bool]:
    return and_(jobs.c.id == job_id, jobs.c.lease_owner == owner, jobs.c.status == JobStatus.IN_PROGRESS)


def _lease_over(now: datetime) -> ColumnElement[bool]:
    return and_(jobs.c.status == JobStatus.IN_PROGRESS, jobs.c.lease_until <= now)


def _job(row: Any) -> Job:
    return record_from(row, Job, {"status": JobStatus})
