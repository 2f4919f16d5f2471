"""The worker: takes jobs from a queue, keeps each one's lease alive, and stops cleanly when asked.

Pure: where jobs are kept and what running one means are given to it (``pipelines.online.queue`` brings both).
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import structlog

from core.errors import KindlingError, Unavailable
from core.records import Job
from generation.backends import Cancelled, GenerationCancelled, Progress

RunJob = Callable[[Job, Progress, Cancelled], None]
Finish = Callable[[], None]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A claimed job, and how its maker is told of it and may stop it."""

    job: Job
    progress: Progress
    cancelled: Cancelled


class Together(Protocol):
    """How jobs are made by one call of a model."""

    def most(self, job: Job) -> int:
        """Return how many jobs like this one, itself included, are made together; 1: it is made alone."""
        ...

    def begin(self, assignments: Sequence[Assignment]) -> list[Finish]:
        """Make the films; return for each what checks and stores it, raising what is wrong with that one alone."""
        ...


class Queue(Protocol):
    """Where jobs wait. Every call may be made from any thread."""

    def claim(self) -> Job | None:
        """Take the next job under a lease, or None."""
        ...

    def claim_like(self, job: Job) -> Job | None:
        """Take the next job that can be made together with one that is held, or None."""
        ...

    def heartbeat(self, job: Job, progress: int) -> bool:
        """Renew the lease; False means: stop, the job is cancelled or no longer ours."""
        ...

    def give_back(self, job: Job) -> None:
        """Put the job back as if it had never been claimed: this worker is going down."""
        ...

    def retry(self, job: Job, code: str, message: str) -> None:
        """Put the job back after a fault that may pass; one that has used up its attempts fails with these words."""
        ...

    def fail(self, job: Job, code: str, message: str) -> None:
        """Give the job up for good, with words for the person who asked for it."""
        ...


class Worker:
    """Runs jobs until told to stop.

    ``run`` makes the film and stores the result, completing the job in the same transaction; the worker only ends a job
    that did not get that far. ``together`` says which jobs are made by one call. ``heartbeat_s`` is how often the lease
    is renewed and progress told; ``idle_s`` and ``longest_idle_s`` bound the pause when nothing waits, which doubles
    each time.
    """

    def __init__(
        self,
        queue: Queue,
        run: RunJob,
        *,
        together: Together | None = None,
        heartbeat_s: float = 1.0,
        idle_s: float = 0.1,
        longest_idle_s: float = 2.0,
    ) -> None:
        self._queue = queue
        self._run = run
        self._together = together
        self._heartbeat_s = heartbeat_s
        self._idle_s = idle_s
        self._longest_idle_s = longest_idle_s
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the worker to stop: a job in hand goes back to the queue. Safe from any thread or signal handler."""
        self._stopping.set()

    def run_forever(self) -> None:
        """Work until ``stop`` is called."""
        idle_s = self._idle_s
        while not self._stopping.is_set():
            try:
                worked = self.run_once()
            except Unavailable as error:
                _log.warning("queue_unavailable", detail=error.detail)
                worked = False
            if worked:
                idle_s = self._idle_s
            else:
                self._stopping.wait(idle_s)
                idle_s = min(idle_s * 2, self._longest_idle_s)

    def run_once(self) -> bool:
        """Take one job, or several that are made together, and see them through. False if none was waiting."""
        job = self._queue.claim()
        if job is None:
            return False
        most = 1 if self._together is None or not job.batch_key else self._together.most(job)
        if self._together is None or most <= 1:
            with _Lease(self._queue, job, self._heartbeat_s, self._stopping) as lease:
                self._see_through(job, lease, lambda: self._run(job, lease.report, lease.is_over))
        else:
            self._run_together(self._together, job, most)
        return True

    def _run_together(self, together: Together, first: Job, most: int) -> None:
        with ExitStack() as stack:
            held: list[tuple[Job, _Lease]] = []
            job: Job | None = first
            while job is not None:
                held.append((job, stack.enter_context(_Lease(self._queue, job, self._heartbeat_s, self._stopping))))
                job = self._queue.claim_like(first) if len(held) < most else None
            for (job, lease), finish in zip(held, _begin(together, held), strict=True):
                self._see_through(job, lease, finish)
                lease.end()

    def _see_through(self, job: Job, lease: "_Lease", finish: Finish) -> None:
        log = _log.bind(job=job.id, video=job.video_id, attempt=job.attempts)
        try:
            finish()
        except GenerationCancelled:
            self._stopped(job, lease)
            log.info("job_stopped", lost=lease.is_lost())
        except Unavailable as error:
            log.warning("job_postponed", detail=error.detail)
            self._queue.retry(job, error.code, error.detail)
        except KindlingError as error:
            log.info("job_failed", code=error.code, detail=error.detail)
            self._queue.fail(job, error.code, error.detail)
        except Exception:
            # A defect of ours: the worker lives on for other jobs, and the person is told something true.
            log.exception("job_crashed")
            self._queue.fail(job, "generation_failed", "Something went wrong while making the film. Please try again.")
        else:
            log.info("job_done")

    def _stopped(self, job: Job, lease: "_Lease") -> None:
        if lease.is_lost():
            return
        if self._stopping.is_set():
            self._queue.give_back(job)
        else:
            # Nobody asked for this worker to stop: what the film was for is gone.
            self._queue.fail(job, "film_withdrawn", "The film was withdrawn before it was finished.")


def _begin(together: Together, held: Sequence[tuple[Job, "_Lease"]]) -> list[Finish]:
    """Make several films; what goes wrong with the call as a whole goes wrong with each of them."""
    try:
        return together.begin([Assignment(job, lease.report, lease.is_over) for job, lease in held])
    except Exception as error:
        return [_raising(error)] * len(held)


def _raising(error: Exception) -> Finish:
    def finish() -> None:
        raise error

    return finish


class _Lease:
    """Renews a job's lease from a thread of its own for as long as the block lasts."""

    def __init__(self, queue: Queue, job: Job, every_s: float, stopping: threading.Event) -> None:
        self._queue, self._job, self._every_s, self._stopping = queue, job, every_s, stopping
        self._progress = 0
        self._lost = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{job.id}", daemon=True)

    def __enter__(self) -> "_Lease":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Renew it no longer."""
        self._done.set()
        self._thread.join()

    def report(self, percent: int) -> None:
        """Note the progress; it is told with the next heartbeat."""
        self._progress = max(self._progress, min(100, percent))

    def is_lost(self) -> bool:
        """Whether the job was cancelled or went to another worker."""
        return self._lost.is_set()

    def is_over(self) -> bool:
        """Whether to stop working on the job."""
        return self._lost.is_set() or self._stopping.is_set()

    def _beat(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                held = self._queue.heartbeat(self._job, self._progress)
            except Exception:
                # A queue that cannot be reached for a moment is no reason to drop a film; the lease decides.
                _log.warning("heartbeat_failed", job=self._job.id, exc_info=True)
                continue
            if not held:
                self._lost.set()
                return
