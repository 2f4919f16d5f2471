"""The adversary against the limits, for as long as one likes."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core.storage.database import Database
from tests.wellbeing.limits_database import DatabaseFeed
from tests.wellbeing.limits_machine import LimitsMachine

STEPS_A_RUN = 200


def soaked(steps: int) -> settings:
    return settings(
        max_examples=max(1, steps // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def test_no_one_gets_one_video_more(soak_steps: int) -> None:
    run_state_machine_as_test(LimitsMachine, settings=soaked(soak_steps))


def test_no_one_gets_one_video_more_over_a_database(soak_steps: int, database: Database) -> None:
    class OverDatabase(LimitsMachine):
        def __init__(self) -> None:
            super().__init__()
            self.feed = DatabaseFeed(database)

    run_state_machine_as_test(OverDatabase, settings=soaked(soak_steps // 10))


def test_many_devices_at_once_get_exactly_the_allowance(soak_steps: int, database: Database) -> None:
    for _ in range(max(1, soak_steps // 10_000)):
        feed = DatabaseFeed(database)
        machine = LimitsMachine()
        machine.begin(None, 0, "UTC", feed.rooms.clock.now())
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(feed.page, machine.person, [], 1 + number % 5, machine.now) for number in range(40)]
            assert sum(future.result().allowed for future in asked) == 20
