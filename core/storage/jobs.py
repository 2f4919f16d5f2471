"""The queue of generation jobs: durable, leased, one winner per job, fair across people."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, update

from core.ids import JobId, PersonId, VideoId
from core.records import Job
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.creation import jobs, videos
from core.vocabulary import JobStatus

MAX_ATTEMPTS = 3
_LOST = f"The film could not be made: {MAX_ATTEMPTS} workers stopped while making it. Please try again."
_OPEN = (JobStatus.QUEUED, JobStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """What was put in the making, for limits on making."""

    created_at: datetime
    model: str
    seconds: int
    status: str
    error_code: str | None


class Jobs:
    """Generation jobs in every state.

    A worker claims a job with a lease and keeps it alive by heartbeats. A lease that runs out returns the job to the
    queue, so a killed worker loses nothing; a job that has lost ``MAX_ATTEMPTS`` workers has failed. Only the lease's
    owner can report a result, so each job has one result whatever else happens: store the result in the transaction in
    which ``complete`` answers True.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def enqueue(self, job: Job) -> None:
        """Store a new job."""
        self._tx.connection.execute(insert(jobs).values({name: getattr(job, name) for name in Job.__slots__}))

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

    def claim(self, owner: str, lease_s: float, now: datetime) -> Job | None:
        """Give ``owner`` the next job for ``lease_s`` seconds, or None when none waits.

        Highest priority first; then whose person has fewest films in the making, then who was served longest ago, then
        the oldest. Concurrent claims never get the same job.
        """
        query = _fair(_waiting(now)).limit(1)
        if not self._tx.is_sqlite:
            # On SQLite the write transaction is already the only one.
            query = query.with_for_update(skip_locked=True, of=jobs)
        job = self._one(query)
        if job is None:
            return None
        values = {
            "status": JobStatus.IN_PROGRESS,
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=lease_s),
            "started_at": now,
            "attempts": job.attempts + 1,
            "progress": 0,
        }
        self._tx.connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
        return self.find(job.id)

    def fail_lost(self, now: datetime) -> list[Job]:
        """Fail the jobs whose last allowed worker went silent, and return them."""
        query = select(jobs).where(_lease_over(now), jobs.c.attempts >= MAX_ATTEMPTS).order_by(jobs.c.id)
        if not self._tx.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        lost = [_job(row) for row in self._tx.connection.execute(query).mappings().all()]
        for job in lost:
            words = {"error_code": "worker_lost", "error_message": _LOST}
            self._finish(jobs.c.id == job.id, JobStatus.FAILED, now, words)
        return [replace(job, status=JobStatus.FAILED, error_code="worker_lost", error_message=_LOST) for job in lost]

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

    def release(self, job_id: JobId, owner: str, *, counts: bool) -> bool:
        """Put a job back into the queue; ``counts``: whether that was one of its attempts (a clean stop is not)."""
        values: dict[str, Any] = {"status": JobStatus.QUEUED, "lease_owner": None, "lease_until": None, "progress": 0}
        if not counts:
            values["attempts"] = jobs.c.attempts - 1
        result = self._tx.connection.execute(update(jobs).where(_held(job_id, owner)).values(values))
        return result.rowcount == 1

    def cancel(self, job_id: JobId, now: datetime) -> bool:
        """Cancel a job that waits or runs; its worker hears at its next heartbeat. False if it was over already."""
        return self._finish(and_(jobs.c.id == job_id, jobs.c.status.in_(_OPEN)), JobStatus.CANCELLED, now, {})

    def _finish(self, which: ColumnElement[bool], status: JobStatus, now: datetime, values: Mapping[str, Any]) -> bool:
        ended = {"status": status, "finished_at": now, "lease_owner": None, "lease_until": None}
        result = self._tx.connection.execute(update(jobs).where(which).values(ended | dict(values)))
        return result.rowcount == 1

    def _one(self, query: Select[Any]) -> Job | None:
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _job(row)


def _held(job_id: JobId, owner: str) -> ColumnElement[bool]:
    return and_(jobs.c.id == job_id, jobs.c.lease_owner == owner, jobs.c.status == JobStatus.IN_PROGRESS)


def _lease_over(now: datetime) -> ColumnElement[bool]:
    return and_(jobs.c.status == JobStatus.IN_PROGRESS, jobs.c.lease_until <= now)


def _waiting(now: datetime) -> Select[Any]:
    retried = and_(_lease_over(now), jobs.c.attempts < MAX_ATTEMPTS)
    return select(jobs).where(or_(jobs.c.status == JobStatus.QUEUED, retried))


def _fair(query: Select[Any]) -> Select[Any]:
    others = jobs.alias("others")
    same_person = select(func.count()).where(others.c.person_id == jobs.c.person_id, others.c.id != jobs.c.id)
    running = same_person.where(others.c.status == JobStatus.IN_PROGRESS).scalar_subquery()
    served_at = select(func.max(others.c.started_at)).where(others.c.person_id == jobs.c.person_id).scalar_subquery()
    return query.order_by(jobs.c.priority.desc(), running, served_at.asc().nulls_first(), jobs.c.created_at, jobs.c.id)


def _job(row: Any) -> Job:
    return record_from(row, Job, {"status": JobStatus})
