"""A write with an idempotency key happens once, on both databases, however it is retried."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any, cast

import pytest

from core.clock import ManualClock
from core.errors import Conflict, InvalidInput
from core.settings import Settings
from core.storage.database import Database
from core.storage.idempotency import Idempotency
from pipelines.online.retries import answer_once, request_hash
from pipelines.online.rooms import Rooms


@pytest.fixture
def rooms(database: Database, clock: ManualClock) -> Rooms:
    """Rooms of which retries need only the database and the clock."""
    none = cast(Any, None)
    return Rooms(Settings(), clock, database, none, none, none, none, none, none, none)


class Counter:
    """Something that must happen once."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()

    def __call__(self) -> dict[str, int]:
        with self._lock:
            self.count += 1
            return {"made": self.count}


def once(rooms: Rooms, act: Any, *, key: str = "k1", body: Any = None, owner: str = "per_ann") -> Any:
    return answer_once(rooms, owner=owner, route="POST /v1/things", key=key, request=body or {"text": "x"}, act=act)


def test_the_same_key_and_body_get_the_first_answer(rooms: Rooms) -> None:
    act = Counter()
    assert [once(rooms, act) for _ in range(3)] == [{"made": 1}] * 3
    assert act.count == 1


def test_the_same_key_with_another_body_is_refused_and_named(rooms: Rooms) -> None:
    act = Counter()
    once(rooms, act)
    with pytest.raises(InvalidInput) as caught:
        once(rooms, act, body={"text": "y"})
    assert (caught.value.field, act.count) == ("header.Idempotency-Key", 1)


def test_keys_of_different_people_never_meet(rooms: Rooms) -> None:
    act = Counter()
    assert once(rooms, act, owner="per_ann") != once(rooms, act, owner="per_bob")


def test_a_failed_request_leaves_the_key_free(rooms: Rooms) -> None:
    def fail() -> None:
        raise Conflict(code="busy", detail="not now")

    act = Counter()
    with pytest.raises(Conflict):
        once(rooms, fail)
    assert once(rooms, act) == {"made": 1}


def test_concurrent_retries_do_it_once(rooms: Rooms) -> None:
    act, barrier = Counter(), Barrier(6)

    def send(_number: int) -> Any:
        barrier.wait()
        try:
            return once(rooms, act)
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert act.count == 1
    assert {"made": 1} in answers
    assert all(answer in ({"made": 1}, "request_in_progress") for answer in answers)


def test_a_request_whose_server_died_can_be_taken_up_again_but_not_at_once(
    rooms: Rooms, database: Database, clock: ManualClock
) -> None:
    with database.write() as tx:
        Idempotency(tx).claim("per_ann", "POST /v1/things", "k1", request_hash({"text": "x"}), clock.now())
    act = Counter()
    with pytest.raises(Conflict):
        once(rooms, act)
    clock.advance(minutes=3)
    assert once(rooms, act) == once(rooms, act) == {"made": 1}


def test_old_keys_are_forgotten(rooms: Rooms, database: Database, clock: ManualClock) -> None:
    once(rooms, Counter())
    clock.advance(hours=25)
    once(rooms, Counter(), key="k2")
    with database.write() as tx:
        assert Idempotency(tx).find("per_ann", "POST /v1/things", "k1") is None


def test_the_order_of_keys_in_a_body_makes_no_difference() -> None:
    assert request_hash({"a": 1, "b": [2]}) == request_hash({"b": [2], "a": 1}) != request_hash({"a": 1, "b": [3]})
