"""The database's side of generation: the queue that workers take from, and the worker that runs journeys."""

import os
import socket
from datetime import datetime

from core.clock import Clock
from core.ids import new_id
from core.records import Job
from core.storage.database import Database, Transaction
from core.storage.jobs import Jobs
from core.storage.videos import Videos
from core.vocabulary import VideoStatus
from generation.queueing import RetryRules
from generation.worker import Worker
from pipelines.online.rooms import Rooms
from pipelines.online.webhooks import FAILED, announce

LEASE_S = 30.0


class StorageQueue:
    """``generation.worker.Queue`` over the jobs table, for one worker named ``owner``."""

    def __init__(
        self, database: Database, clock: Clock, retry: RetryRules, *, owner: str, lease_s: float = LEASE_S
    ) -> None:
        self._database = database
        self._retry = retry
        self._clock = clock
        self._owner = owner
        self._lease_s = lease_s

    def claim(self) -> Job | None:
        """Take the next job; films that lost their last worker are told to have failed."""
        now = self._clock.now()
        with self._database.write() as tx:
            for job in Jobs(tx).fail_lost(now, most_attempts=self._retry.most_attempts):
                _fail_video(tx, job, job.error_code, job.error_message, now)
            return Jobs(tx).claim(self._owner, self._lease_s, now, most_attempts=self._retry.most_attempts)

    def claim_like(self, job: Job) -> Job | None:
        """Take the next job that can be made together with one that this worker holds."""
        with self._database.write() as tx:
            return Jobs(tx).claim(self._owner, self._lease_s, self._clock.now(), like=job)

    def heartbeat(self, job: Job, progress: int) -> bool:
        """Renew the lease; False when the job is no longer this worker's."""
        with self._database.write() as tx:
            return Jobs(tx).heartbeat(job.id, self._owner, progress, self._lease_s, self._clock.now())

    def give_back(self, job: Job) -> None:
        """Put the job back as if it had never been claimed."""
        with self._database.write() as tx:
            Jobs(tx).release(job.id, self._owner, counts=False)

    def retry(self, job: Job, code: str, message: str) -> None:
        """Put the job back to be tried after a pause, or end it when this was its last attempt."""
        if job.attempts >= self._retry.most_attempts:
            self.fail(job, code, message)
            return
        not_before = self._clock.now() + self._retry.pause(job.attempts, job.id)
        with self._database.write() as tx:
            Jobs(tx).release(job.id, self._owner, counts=True, not_before=not_before)

    def fail(self, job: Job, code: str, message: str) -> None:
        """End the job and its video with the same words."""
        with self._database.write() as tx:
            now = self._clock.now()
            if Jobs(tx).fail(job.id, self._owner, code, message, now):
                _fail_video(tx, job, code, message, now)


def _fail_video(tx: Transaction, job: Job, code: str | None, message: str | None, now: datetime) -> None:
    video = Videos(tx).find(job.video_id)
    if video is not None:  # one that was deleted meanwhile stays deleted
        Videos(tx).change(job.video_id, status=VideoStatus.FAILED, error_code=code, error_message=message)
        announce(tx, FAILED, video, now)


def worker_name() -> str:
    """Return a name that no other worker has, and that tells an operator where it runs."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{new_id('w')[-8:]}"


def make_worker(rooms: Rooms, *, owner: str | None = None, lease_s: float = LEASE_S) -> Worker:
    """Return a worker that makes the films people asked for. Call ``run_forever`` or ``run_once`` on it."""
    from pipelines.online.rendering import FilmsTogether, run_job

    retry = rooms.generation.queue.retry
    queue = StorageQueue(rooms.database, rooms.clock, retry, owner=owner or worker_name(), lease_s=lease_s)
    return Worker(
        queue,
        lambda job, progress, cancelled: run_job(rooms, job, progress, cancelled),
        together=FilmsTogether(rooms),
    )
