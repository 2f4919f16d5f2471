"""The worker's loop over a queue in memory: leases, clean stops, faults."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from core.errors import InvalidInput, Unavailable
from core.ids import JobId, PersonId, VideoId
from core.records import Job
from core.vocabulary import JobStatus
from generation.backends import Cancelled, GenerationCancelled, Progress
from generation.worker import Worker

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def job(number: int) -> Job:
    return Job(
        JobId(f"job_{number}"), VideoId(f"video_{number}"), PersonId("ada"), JobStatus.IN_PROGRESS, {}, NOON, attempts=1
    )


@dataclass
class MemoryQueue:
    """A queue that remembers what was asked of it."""

    waiting: list[Job]
    held: bool = True
    beats: list[int] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    beat: threading.Event = field(default_factory=threading.Event)
    broken: bool = False

    def claim(self) -> Job | None:
        return self.waiting.pop(0) if self.waiting else None

    def heartbeat(self, job: Job, progress: int) -> bool:
        del job
        self.beats.append(progress)
        self.beat.set()
        if self.broken and len(self.beats) < 3:
            raise OSError("the database is away")
        return self.held

    def give_back(self, job: Job) -> None:
        self.ends.append((job.id, "given back"))

    def retry(self, job: Job, code: str, message: str) -> None:
        self.ends.append((job.id, f"retry {code}"))

    def fail(self, job: Job, code: str, message: str) -> None:
        self.ends.append((job.id, f"{code}: {message}"))


def worker(queue: MemoryQueue, run: Callable[[Job, Progress, Cancelled], None]) -> Worker:
    return Worker(queue, run, heartbeat_s=0.005, idle_s=0.001, longest_idle_s=0.005)


def until_cancelled(_job: Job, progress: Progress, cancelled: Cancelled) -> None:
    progress(37)
    for _ in range(10_000):
        if cancelled():
            raise GenerationCancelled
        threading.Event().wait(0.001)


def test_it_takes_jobs_until_none_waits() -> None:
    seen: list[str] = []
    queue = MemoryQueue([job(1), job(2)])
    works = worker(queue, lambda item, _p, _c: seen.append(item.id))
    assert works.run_once()
    assert works.run_once()
    assert not works.run_once()
    assert seen == ["job_1", "job_2"]
    assert queue.ends == []


def test_progress_is_told_with_the_heartbeat() -> None:
    queue = MemoryQueue([job(1)])

    def run(_job: Job, progress: Progress, _cancelled: Cancelled) -> None:
        progress(37)
        progress(12)
        queue.beat.clear()
        assert queue.beat.wait(5)

    worker(queue, run).run_once()
    assert queue.beats[-1] == 37


def test_a_cancelled_job_is_dropped() -> None:
    queue = MemoryQueue([job(1)], held=False)
    worker(queue, until_cancelled).run_once()
    assert queue.ends == []


def test_a_worker_that_is_told_to_stop_gives_its_job_back() -> None:
    queue = MemoryQueue([job(1), job(2)])
    works = worker(queue, until_cancelled)
    thread = threading.Thread(target=works.run_forever)
    thread.start()
    assert queue.beat.wait(5)
    works.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert queue.ends == [("job_1", "given back")]
    assert [item.id for item in queue.waiting] == ["job_2"]


def test_a_film_whose_video_is_gone_ends_its_job() -> None:
    def run(_job: Job, _progress: Progress, _cancelled: Cancelled) -> None:
        raise GenerationCancelled

    queue = MemoryQueue([job(1)])
    worker(queue, run).run_once()
    assert queue.ends[0][1].startswith("film_withdrawn")


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (InvalidInput("bad_size", "That size cannot be made."), "bad_size: That size cannot be made."),
        (Unavailable("disk_full", "No space."), "retry disk_full"),
        (ZeroDivisionError("oh"), "generation_failed: Something went wrong while making the film. Please try again."),
    ],
)
def test_faults_end_a_job_in_words_and_never_the_worker(error: Exception, end: str) -> None:
    def run(_job: Job, _progress: Progress, _cancelled: Cancelled) -> None:
        raise error

    queue = MemoryQueue([job(1)])
    assert worker(queue, run).run_once()
    assert queue.ends == [("job_1", end)]


def test_a_queue_that_is_away_for_a_moment_loses_no_film() -> None:
    queue = MemoryQueue([job(1)], broken=True)
    finished: list[bool] = []

    def run(_job: Job, _progress: Progress, cancelled: Cancelled) -> None:
        while len(queue.beats) < 4:
            threading.Event().wait(0.002)
        finished.append(not cancelled())

    worker(queue, run).run_once()
    assert finished == [True]
