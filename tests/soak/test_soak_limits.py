"""The adversary against the limits, for as long as one likes."""

import time
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core.storage.database import Database
from tests.wellbeing.limits_database import DatabaseFeed
from tests.wellbeing.limits_machine import LimitsMachine

RULES_A_RUN, RUNS_A_BATCH = 100, 50
SHARE_OVER_A_DATABASE = 100


def soaked() -> settings:
    return settings(
        max_examples=RUNS_A_BATCH,
        stateful_step_count=RULES_A_RUN,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def soak(machine: type[LimitsMachine], steps: int) -> None:
    """Run the adversary until it has asked for ``steps`` pages or films: a step is a request that could over-serve."""
    LimitsMachine.requests, began = 0, time.monotonic()
    while LimitsMachine.requests < steps:
        run_state_machine_as_test(machine, settings=soaked())
        took_s = time.monotonic() - began
        print(f"{machine.__name__}: {LimitsMachine.requests} requests in {took_s:.0f} s", flush=True)  # noqa: T201


def test_no_one_gets_one_video_more(soak_steps: int) -> None:
    soak(LimitsMachine, soak_steps)


def test_no_one_gets_one_video_more_over_a_database(soak_steps: int, database: Database) -> None:
    class OverDatabase(LimitsMachine):
        def __init__(self) -> None:
            super().__init__()
            self.feed = DatabaseFeed(database)

    soak(OverDatabase, soak_steps // SHARE_OVER_A_DATABASE)


def test_many_devices_at_once_get_exactly_the_allowance(soak_steps: int, database: Database) -> None:
    for _ in range(max(1, soak_steps // 50_000)):
        feed = DatabaseFeed(database)
        machine = LimitsMachine()
        machine.begin(None, 0, "UTC", feed.rooms.clock.now())
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(feed.page, machine.person, [], 1 + number % 5, machine.now) for number in range(40)]
            assert sum(future.result().allowed for future in asked) == 20
