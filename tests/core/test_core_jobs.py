"""The queue of jobs, on both databases: nothing lost, nothing twice, fair across people."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from core.ids import JobId, PersonId, VideoId
from core.records import Job, Person, Video
from core.storage.database import Database, Transaction
from core.storage.jobs import MAX_ATTEMPTS, Jobs
from core.storage.people import People
from core.storage.tables.accounts import people as people_table
from core.storage.tables.creation import jobs as jobs_table
from core.storage.tables.creation import videos as videos_table
from core.storage.videos import Videos
from core.vocabulary import JobStatus, VideoStatus, Visibility

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LEASE_S = 30.0


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def add_person(tx: Transaction, name: str) -> PersonId:
    person = Person(PersonId(name), name, name, None, "ZZ", "UTC", NOON)
    if People(tx).find(person.id) is None:
        People(tx).add([person])
    return person.id


def add_job(tx: Transaction, number: int, person: str = "ada", *, priority: int = 0, created_s: float = 0.0) -> JobId:
    owner = add_person(tx, person)
    video = VideoId(f"video_{number}")
    Videos(tx).add([Video(
        video, owner, VideoStatus.GENERATING, Visibility.PUBLIC, "a ball", "", "world", "360x640", 4, NOON
    )])  # fmt: skip
    job = Job(JobId(f"job_{number}"), video, owner, JobStatus.QUEUED, {"n": number}, at(created_s), priority=priority)
    Jobs(tx).enqueue(job)
    return job.id


def claim(database: Database, owner: str = "w1", seconds: float = 0.0) -> Job | None:
    with database.write() as tx:
        return Jobs(tx).claim(owner, LEASE_S, at(seconds))


def test_a_job_is_kept_as_it_was_given(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    with database.read() as tx:
        job = Jobs(tx).find(JobId("job_1"))
        assert job is not None
        assert job == Jobs(tx).find_by_video(VideoId("video_1"))
        assert (job.status, job.request, job.progress) == (JobStatus.QUEUED, {"n": 1}, 0)
        assert Jobs(tx).find(JobId("nobody")) is None
        assert Jobs(tx).open_count(PersonId("ada")) == 1
        assert Jobs(tx).counts() == {JobStatus.QUEUED: 1}


def test_a_claim_gives_each_job_once(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    first = claim(database)
    assert first is not None
    assert (first.status, first.attempts, first.lease_owner) == (JobStatus.IN_PROGRESS, 1, "w1")
    assert first.lease_until == at(LEASE_S)
    assert claim(database, "w2") is None


def test_a_higher_priority_goes_first_and_then_the_older(database: Database) -> None:
    with database.write() as tx:
        for number, (priority, created_s) in enumerate([(0, 5), (2, 9), (0, 1), (2, 7)]):
            add_job(tx, number, f"p{number}", priority=priority, created_s=created_s)
    order = [job.id for _ in range(4) if (job := claim(database, seconds=10)) is not None]
    assert order == ["job_3", "job_1", "job_2", "job_0"]


def test_people_take_turns(database: Database) -> None:
    with database.write() as tx:
        for number in range(6):
            add_job(tx, number, "ada", created_s=number)
        add_job(tx, 10, "bob", created_s=100)
        add_job(tx, 11, "cyd", created_s=101)
    people = [job.person_id for second in range(4) if (job := claim(database, seconds=200 + second)) is not None]
    assert people == ["ada", "bob", "cyd", "ada"]


def test_a_turn_counts_even_when_the_film_is_done(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1, "ada", created_s=0)
        add_job(tx, 2, "ada", created_s=1)
        add_job(tx, 3, "bob", created_s=2)
    first = claim(database, seconds=10)
    assert first is not None
    with database.write() as tx:
        assert Jobs(tx).complete(first.id, "w1", at(11))
    second = claim(database, seconds=12)
    assert second is not None
    assert second.person_id == "bob"


def test_a_heartbeat_keeps_the_lease_and_tells_progress(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    claim(database)
    with database.write() as tx:
        assert Jobs(tx).heartbeat(JobId("job_1"), "w1", 40, LEASE_S, at(20))
        assert not Jobs(tx).heartbeat(JobId("job_1"), "w2", 41, LEASE_S, at(20))
    assert claim(database, "w2", 45) is None
    with database.read() as tx:
        job = Jobs(tx).find(JobId("job_1"))
        assert job is not None
        assert (job.progress, job.lease_until) == (40, at(50))


def test_a_silent_worker_loses_its_job_and_its_result(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    claim(database, "dead")
    again = claim(database, "alive", LEASE_S + 1)
    assert again is not None
    assert (again.lease_owner, again.attempts) == ("alive", 2)
    with database.write() as tx:
        assert not Jobs(tx).complete(JobId("job_1"), "dead", at(40))
        assert not Jobs(tx).fail(JobId("job_1"), "dead", "x", "y", at(40))
        assert not Jobs(tx).heartbeat(JobId("job_1"), "dead", 99, LEASE_S, at(40))
        assert Jobs(tx).complete(JobId("job_1"), "alive", at(41), cost_s=9.5)
        assert not Jobs(tx).complete(JobId("job_1"), "alive", at(42))
        done = Jobs(tx).find(JobId("job_1"))
    assert done is not None
    assert (done.status, done.progress, done.cost_s, done.finished_at) == (JobStatus.COMPLETED, 100, 9.5, at(41))


def test_a_job_that_loses_every_worker_fails_in_words(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    for attempt in range(MAX_ATTEMPTS):
        assert claim(database, f"w{attempt}", attempt * 100) is not None
    late = MAX_ATTEMPTS * 100
    assert claim(database, "more", late) is None
    with database.write() as tx:
        (lost,) = Jobs(tx).fail_lost(at(late))
        assert Jobs(tx).fail_lost(at(late)) == []
        stored = Jobs(tx).find(lost.id)
    assert stored is not None
    assert stored.status == lost.status == JobStatus.FAILED
    assert stored.error_code == "worker_lost"
    assert "try again" in (stored.error_message or "")


def test_a_clean_stop_does_not_count_as_an_attempt(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
    for _ in range(MAX_ATTEMPTS + 2):
        assert claim(database) is not None
        with database.write() as tx:
            assert Jobs(tx).release(JobId("job_1"), "w1", counts=False)
    job = claim(database)
    assert job is not None
    assert job.attempts == 1


def test_cancelling_reaches_a_waiting_and_a_running_job(database: Database) -> None:
    with database.write() as tx:
        add_job(tx, 1)
        add_job(tx, 2)
    running = claim(database)
    assert running is not None
    with database.write() as tx:
        assert Jobs(tx).cancel(JobId("job_1"), at(1))
        assert Jobs(tx).cancel(JobId("job_2"), at(1))
        assert not Jobs(tx).cancel(JobId("job_1"), at(2))
        assert not Jobs(tx).heartbeat(running.id, "w1", 50, LEASE_S, at(3))
        assert not Jobs(tx).complete(running.id, "w1", at(3))
        assert Jobs(tx).counts() == {JobStatus.CANCELLED: 2}
    assert claim(database, "w2", 500) is None


def test_concurrent_workers_never_share_a_job(database: Database) -> None:
    count, workers = 24, 6
    with database.write() as tx:
        for number in range(count):
            add_job(tx, number, f"p{number % 5}")
    taken: list[str] = []
    start = threading.Barrier(workers)

    def work(name: str) -> None:
        start.wait()
        while (job := claim(database, name)) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken) == {f"job_{number}": 1 for number in range(count)}


Step = tuple[str, int]
_STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "beat", "done", "fail", "back", "cancel", "wait"]), st.integers(0, 5)),
    max_size=40,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_whatever_happens_each_job_ends_at_most_once_and_none_is_lost(database: Database, steps: list[Step]) -> None:
    """Workers claim, beat, finish, stop and die in any order; the queue's promises hold after every step."""
    with database.write() as tx:
        for table in (jobs_table, videos_table, people_table):
            tx.connection.execute(delete(table))
        for number in range(4):
            add_job(tx, number, f"p{number % 2}", created_s=number)
    ended: Counter[str] = Counter()
    now = 100.0
    for action, which in steps:
        now += 40.0 if action == "wait" else 1.0
        with database.write() as tx:
            ended.update(_act(Jobs(tx), action, which, at(now)))
    assert all(times == 1 for times in ended.values())
    with database.read() as tx:
        stored = [Jobs(tx).find(JobId(f"job_{number}")) for number in range(4)]
    over = {job.id for job in stored if job is not None and job.status not in {JobStatus.QUEUED, JobStatus.IN_PROGRESS}}
    assert over == set(ended)


def _act(jobs: Jobs, action: str, which: int, now: datetime) -> list[str]:
    """Do one thing as worker ``which % 2`` to job ``which % 4``; return the jobs that ended by it."""
    owner, job = f"w{which % 2}", JobId(f"job_{which % 4}")
    match action:
        case "claim":
            lost = [item.id for item in jobs.fail_lost(now)]
            jobs.claim(owner, LEASE_S, now)
            return list(lost)
        case "beat":
            jobs.heartbeat(job, owner, which * 10, LEASE_S, now)
        case "back":
            jobs.release(job, owner, counts=which > 2)
        case "done":
            return [job] if jobs.complete(job, owner, now) else []
        case "fail":
            return [job] if jobs.fail(job, owner, "code", "words", now) else []
        case "cancel":
            return [job] if jobs.cancel(job, now) else []
    return []


@pytest.mark.parametrize("percent", [-5, 0, 55, 100, 400])
def test_progress_of_an_unfinished_film_stays_below_a_hundred(database: Database, percent: int) -> None:
    with database.write() as tx:
        add_job(tx, 1)
        Jobs(tx).claim("w1", LEASE_S, NOON)
        Jobs(tx).heartbeat(JobId("job_1"), "w1", percent, LEASE_S, NOON)
        job = Jobs(tx).find(JobId("job_1"))
    assert job is not None
    assert 0 <= job.progress <= 99
