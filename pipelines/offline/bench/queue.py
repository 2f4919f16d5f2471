"""The queue's load test: many people's jobs, workers killed at random; what is lost or made twice, in what order."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate

from core.ids import JobId, PersonId, VideoId
from core.records import Job, Person, Video
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.jobs import Jobs
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import JobStatus, VideoStatus, Visibility
from generation.queueing import load_queue_policy, work_of
from pipelines.offline.bench.figures import Figure
from pipelines.offline.bench.queue_worker import MADE

_SIZE = (360, 640)
_SECONDS = (4, 4, 8, 12, 20)
_EVERY_FOURTH_PAYS = 4


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the queue."""

    jobs: int = 1000
    people: int = 60
    workers: int = 4
    kill_every_s: float = 0.7
    most_kills: int = 25
    longest_s: float = 500.0
    film_ms: int = 30
    lease_s: float = 2.0
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One film that was asked for, and how far it moves its person's turn."""

    video_id: str
    person: str
    share: float


@dataclass(slots=True)
class Outcome:
    """What became of it all: films in the order in which they were done, and what was counted."""

    asked: list[Asked]
    made: list[Asked]
    statuses: Counter[JobStatus] = field(default_factory=Counter)
    kills: int = 0
    attempts: int = 0
    took_s: float = 0.0

    @property
    def lost(self) -> int:
        """Films that were asked for and never made."""
        return len({item.video_id for item in self.asked} - {item.video_id for item in self.made})

    @property
    def twice(self) -> int:
        """Films that were made more than once."""
        return sum(times > 1 for times in Counter(item.video_id for item in self.made).values())


def load_test(database: Database, load: Load) -> Outcome:
    """Fill an empty, migrated database, let workers loose on it, kill them now and then, and count."""
    chance = random.Random(load.seed)
    asked = _fill(database, load, chance)
    started = time.monotonic()
    kills = _work_and_kill(database, load, chance)
    outcome = Outcome(asked, [], kills=kills, took_s=time.monotonic() - started)
    by_id = {item.video_id: item for item in asked}
    with database.read() as tx:
        outcome.statuses.update(Jobs(tx).counts())
        outcome.made = [by_id[entry.subject] for entry in AuditLog(tx).entries() if entry.action == MADE]
        found = (Jobs(tx).find_by_video(VideoId(item.video_id)) for item in asked)
        outcome.attempts = sum(job.attempts for job in found if job is not None)
    return outcome


def figures(outcome: Outcome, load: Load) -> Iterator[Figure]:
    """Yield what was promised and what came of it."""
    yield Figure("jobs asked for", len(outcome.asked), "")
    yield Figure("workers killed (-9)", outcome.kills, "")
    yield Figure("tries of jobs", outcome.attempts, "")
    yield Figure("jobs failed", outcome.statuses[JobStatus.FAILED], "", goal=0)
    yield Figure("jobs lost", outcome.lost, "", goal=0)
    yield Figure("films made twice", outcome.twice, "", goal=0)
    fifo = unfairness(outcome.asked)
    # Each worker has one film in hand beyond what a single machine would have started, and so has each that was killed.
    yield Figure("unfairness, films at most ahead", unfairness(outcome.made), "", 1 + load.workers, "first come", fifo)
    jain = jain_at_half(outcome.made)
    yield Figure("Jain's index, half-way", jain, "", 0.9, "first come", jain_at_half(outcome.asked), at_least=True)
    yield Figure("jobs a second", len(outcome.made) / outcome.took_s, "/s")


def unfairness(order: Sequence[Asked]) -> float:
    """Return the most that anyone got ahead of anyone while both waited, in the bound of start-time fair queueing.

    That bound (Goyal, Vin and Cheng 1997, theorem 1) is one largest film of each of the two, by weight; 1.0 is it. Work
    is counted when a film is done, from the start: all were asked for before anything was made.
    """
    left = Counter(item.person for item in order)
    largest: dict[str, float] = {}
    for item in order:
        largest[item.person] = max(largest.get(item.person, 0.0), item.share)
    got = dict.fromkeys(left, 0.0)
    worst = 0.0
    for item in order:
        got[item.person] += item.share
        left[item.person] -= 1
        waiting = [name for name in got if left[name]]
        if not waiting:
            break
        most, least = max(waiting, key=got.__getitem__), min(waiting, key=got.__getitem__)
        worst = max(worst, (got[most] - got[least]) / (largest[most] + largest[least]))
    return worst


def jain_at_half(order: Sequence[Asked]) -> float:
    """Return Jain's index (1984) of what those who still wait got by weight, when half the work is done: 1 is even."""
    total = list(accumulate(item.share for item in order))
    half = next(number for number, done in enumerate(total) if done >= total[-1] / 2)
    waiting = {item.person for item in order[half + 1 :]}
    got = dict.fromkeys(waiting, 0.0)
    for item in order[: half + 1]:
        if item.person in waiting:
            got[item.person] += item.share
    values = [got[name] for name in waiting]
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 1.0


def _fill(database: Database, load: Load, chance: random.Random) -> list[Asked]:
    """Ask for films as people do: a few ask for very many, and every fourth person pays."""
    now, policy = datetime.now(UTC), load_queue_policy()
    plans = [policy.plan[-1].name if number % _EVERY_FOURTH_PAYS == 0 else policy.plan[0].name
             for number in range(load.people)]  # fmt: skip
    # Everyone asks at least once; then by rank, like the sizes of cities (Zipf).
    who = [*range(load.people)][: load.jobs]
    ranks = [1 / (number + 1) for number in range(load.people)]
    who += chance.choices(range(load.people), ranks, k=max(0, load.jobs - load.people))
    asked: list[Asked] = []
    with database.write() as tx:
        People(tx).add([_person(number, now) for number in range(load.people)])
        for number, person in enumerate(who):
            seconds = chance.choice(_SECONDS)
            share = policy.share(plans[person], work_of(seconds, *_SIZE), is_high=False)
            owner, video_id = PersonId(f"per_{person:04}"), VideoId(f"video_{number:06}")
            Videos(tx).add([_video(video_id, owner, seconds, now)])
            job_id = JobId(f"job_{number:06}")
            Jobs(tx).enqueue(
                Job(job_id, video_id, owner, JobStatus.QUEUED, {}, now, plan=plans[person], share=share)
            )  # fmt: skip
            asked.append(Asked(video_id, owner, share))
    return asked


def _video(video_id: VideoId, owner: PersonId, seconds: int, now: datetime) -> Video:
    return Video(
        video_id, owner, VideoStatus.GENERATING, Visibility.ONLY_ME, "a ball", "", "world", "360x640", seconds, now
    )


def _person(number: int, now: datetime) -> Person:
    ident = f"per_{number:04}"
    return Person(PersonId(ident), ident, ident, None, "ZZ", "UTC", now)


def _work_and_kill(database: Database, load: Load, chance: random.Random) -> int:
    """Keep the workers' places filled until all is done; return how many were killed with a film in hand."""
    numbers = iter(range(1_000_000))
    names = [f"w{next(numbers)}" for _ in range(load.workers)]
    running = {name: _start(database.url, load, name) for name in names}
    kills, deadline = 0, time.monotonic() + load.longest_s
    try:
        while any(worker.poll() is None for worker in running.values()) and time.monotonic() < deadline:
            time.sleep(load.kill_every_s * chance.uniform(0.5, 1.5))
            busy = [name for name in _holders(database) if name in running and running[name].poll() is None]
            if busy and kills < load.most_kills:
                doomed = running.pop(chance.choice(busy))
                doomed.kill()
                doomed.wait()
                name = f"w{next(numbers)}"
                running[name] = _start(database.url, load, name)
                kills += 1
    finally:
        for worker in running.values():
            worker.kill()
            worker.wait()
    return kills


def _holders(database: Database) -> list[str]:
    """Return the workers that have a film in hand, once the first one is done.

    A film over which as many workers died as the policy allows has failed, as it should: none dies over it so often.
    """
    most = load_queue_policy().retry.most_attempts
    with database.read() as tx:
        return Jobs(tx).holders(attempts_below=most) if Jobs(tx).counts().get(JobStatus.COMPLETED) else []


def _start(url: str, load: Load, name: str) -> subprocess.Popen[bytes]:
    module = "pipelines.offline.bench.queue_worker"
    command = [sys.executable, "-m", module, url, name, str(load.film_ms), str(load.lease_s)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)
