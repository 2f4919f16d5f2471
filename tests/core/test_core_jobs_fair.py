"""Whose turn it is: start-time fair queueing over the jobs table, against the bound that its authors prove."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from core.ids import JobId, PersonId
from core.records import Job
from core.storage.database import Database, Transaction
from core.storage.jobs import Jobs
from core.storage.tables.accounts import people as people_table
from core.storage.tables.creation import jobs as jobs_table
from core.storage.tables.creation import videos as videos_table
from core.vocabulary import JobStatus
from tests.core.test_core_jobs import NOON, add_job, add_person, at, claim

PEOPLE = ("ada", "bob", "cyd")
# Ask for a film as one of three people with some share of the machine, or start the next one.
STEPS = st.lists(
    st.one_of(st.tuples(st.sampled_from(PEOPLE), st.sampled_from([0.5, 1.0, 2.0, 5.0])), st.just(("start", 0.0))),
    min_size=4,
    max_size=45,
)


def enqueue(tx: Transaction, number: int, person: str, share: float, second: float, priority: int = 0) -> None:
    add_job(tx, number, person, created_s=second, priority=priority)
    tx.connection.execute(delete(jobs_table).where(jobs_table.c.id == f"job_{number}"))
    video = tx.connection.execute(videos_table.select().where(videos_table.c.id == f"video_{number}")).one()
    owner = PersonId(person)
    Jobs(tx).enqueue(
        Job(JobId(f"job_{number}"), video.id, owner, JobStatus.QUEUED, {}, at(second), share=share, priority=priority)
    )


def empty(tx: Transaction) -> None:
    for table in (jobs_table, videos_table, people_table):
        tx.connection.execute(delete(table))
    for name in PEOPLE:
        add_person(tx, name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_while_two_wait_neither_gets_more_than_a_film_of_each_ahead(
    database: Database, steps: list[tuple[str, float]]
) -> None:
    with database.write() as tx:
        empty(tx)
    waiting: Counter[str] = Counter()
    got = dict.fromkeys(PEOPLE, 0.0)  # share of the machine, from the start of time
    since = {}  # for each pair: what each had got when both began to wait
    largest = dict.fromkeys(PEOPLE, 0.0)
    for number, (who, share) in enumerate(steps):
        if who == "start":
            job = claim(database, seconds=number)
            if job is None:
                continue
            waiting[job.person_id] -= 1
            got[job.person_id] += job.share
        else:
            largest[who] = max(largest[who], share)
            waiting[who] += 1
            with database.write() as tx:
                enqueue(tx, number, who, share, number)
        for first, second in (("ada", "bob"), ("ada", "cyd"), ("bob", "cyd")):
            pair = (first, second)
            if not (waiting[first] and waiting[second]):
                since.pop(pair, None)
                continue
            began = since.setdefault(pair, (got[first], got[second]))
            ahead = abs((got[first] - began[0]) - (got[second] - began[1]))
            assert ahead <= largest[first] + largest[second] + 1e-9


def test_whoever_comes_late_waits_for_no_ones_backlog(database: Database) -> None:
    with database.write() as tx:
        for number in range(30):
            enqueue(tx, number, "ada", 1.0, number)
    for second in range(10):
        assert claim(database, seconds=100 + second) is not None
    with database.write() as tx:
        enqueue(tx, 50, "bob", 1.0, 110)
    order = [job.person_id for second in range(1) if (job := claim(database, seconds=111 + second)) is not None]
    assert order == ["bob"]


def test_nothing_is_saved_up_by_not_asking(database: Database) -> None:
    with database.write() as tx:
        for number in range(20):
            enqueue(tx, number, "ada", 1.0, 0)
    for second in range(10):
        claim(database, seconds=second)
    with database.write() as tx:
        for number in range(20, 40):
            enqueue(tx, number, "bob", 1.0, 10)
    order = Counter(job.person_id for second in range(8) if (job := claim(database, seconds=20 + second)) is not None)
    assert abs(order[PersonId("ada")] - order[PersonId("bob")]) <= 1


def test_a_heavier_plan_gets_its_share_and_the_light_one_is_not_starved(database: Database) -> None:
    with database.write() as tx:
        for number in range(30):
            enqueue(tx, number, "ada", 1.0, 0)
            enqueue(tx, 100 + number, "bob", 0.25, 0)
    order = Counter(job.person_id for second in range(25) if (job := claim(database, seconds=second)) is not None)
    assert order == {"bob": 20, "ada": 5}


def test_what_was_cancelled_before_it_started_costs_no_turn(database: Database) -> None:
    with database.write() as tx:
        for number in range(5):
            enqueue(tx, number, "ada", 1.0, 0)
            assert Jobs(tx).cancel(JobId(f"job_{number}"), at(1))
        enqueue(tx, 10, "bob", 1.0, 2)
        enqueue(tx, 11, "ada", 1.0, 3)
        turns = [Jobs(tx).find(JobId(f"job_{number}")) for number in (10, 11)]
    assert [job.turn for job in turns if job is not None] == [0.0, 0.0]


def test_a_retry_waits_for_its_time_and_others_go_on(database: Database) -> None:
    with database.write() as tx:
        enqueue(tx, 1, "ada", 1.0, 0)
        enqueue(tx, 2, "bob", 1.0, 0)
    first = claim(database)
    assert first is not None
    with database.write() as tx:
        assert Jobs(tx).release(first.id, "w1", counts=True, not_before=NOON + timedelta(seconds=60))
    second = claim(database, seconds=1)
    assert second is not None
    assert second.id != first.id
    assert claim(database, seconds=20) is None
    with database.write() as tx:
        assert Jobs(tx).complete(second.id, "w1", at(21))
    again = claim(database, seconds=61)
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


def test_how_many_go_before(database: Database) -> None:
    with database.write() as tx:
        for number in range(3):
            enqueue(tx, number, "ada", 1.0, 0)
        enqueue(tx, 9, "bob", 1.0, 1)
        found = [Jobs(tx).find(JobId(f"job_{number}")) for number in (0, 2, 9)]
        assert [Jobs(tx).ahead_of(job) for job in found if job is not None] == [0, 3, 0]
        assert Jobs(tx).waiting_share() == pytest.approx(4.0)
