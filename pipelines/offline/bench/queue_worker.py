"""A worker of the queue's load test, to be killed at any moment: ``python -m ... URL NAME FILM_MS LEASE_S``.

The queue, the worker and the transaction that keeps a result are those of every worker; the film is a pause.
"""

import sys
import time

from core.clock import SystemClock
from core.records import Job
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.jobs import Jobs
from core.storage.videos import Videos
from core.vocabulary import JobStatus, VideoStatus
from generation.backends import Cancelled, GenerationCancelled, Progress
from generation.queueing import load_queue_policy
from generation.worker import Worker
from pipelines.online.queue import StorageQueue

MADE = "bench.made"
_OPEN = {JobStatus.QUEUED, JobStatus.IN_PROGRESS}


def main(url: str, name: str, film_s: float, lease_s: float) -> None:
    """Work until no job is open."""
    database, clock = Database(url, pool_size=2), SystemClock()

    def run(job: Job, progress: Progress, cancelled: Cancelled) -> None:
        progress(50)
        time.sleep(film_s)
        if cancelled():
            raise GenerationCancelled
        with database.write() as tx:
            if not Jobs(tx).complete(job.id, job.lease_owner or "", clock.now(), cost_s=film_s):
                raise GenerationCancelled
            Videos(tx).move(job.video_id, only_from=[VideoStatus.GENERATING], status=VideoStatus.PUBLISHED)
            AuditLog(tx).append(clock.now(), job.person_id, MADE, job.video_id, {"share": job.share})

    queue = StorageQueue(database, clock, load_queue_policy().retry, owner=name, lease_s=lease_s)
    worker = Worker(queue, run, heartbeat_s=lease_s / 4)
    while worker.run_once() or _are_open(database):
        pass


def _are_open(database: Database) -> bool:
    time.sleep(0.05)
    with database.read() as tx:
        return not _OPEN.isdisjoint(Jobs(tx).counts())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000, float(sys.argv[4]))
