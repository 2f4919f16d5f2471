"""What people give themselves, what guardians add to a day, and limits over a week."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records_wellbeing import Setting
from tests.conftest import NOON, make_person
from tests.wellbeing.test_wellbeing_gate import ADULT, ROOM, TEEN, Viewer
from wellbeing import budgets
from wellbeing.allowance import PauseKind
from wellbeing.state import Grant

DAY = timedelta(days=1)


def grant(viewer: Viewer, minutes: int, ident: str = "grant_1") -> None:
    controls = ROOM.controls(viewer.person, viewer.settings, viewer.now)
    state = ROOM.caught_up(viewer.state, viewer.person, controls, viewer.now)
    viewer.state = budgets.granted(state, Grant(id=ident, minutes=minutes, at=viewer.now))


def test_fifteen_minutes_then_stop() -> None:
    viewer = Viewer(ADULT)
    viewer.scroll(60)
    viewer.state = budgets.given(viewer.state, 15, viewer.now)
    gates = viewer.scroll(200, size=5)
    assert 14 <= sum(gate.allowed > 0 for gate in gates) <= 16  # a page a minute
    assert gates[-1].pause.kind is PauseKind.BUDGET
    assert viewer.wait(minutes=60).page(8).allowed == 8
    assert viewer.page(8).session.budget is None


def test_a_budget_ends_when_its_person_says_so_and_ends_no_other_limit() -> None:
    viewer = Viewer(TEEN)
    viewer.scroll(20, every=timedelta(0))
    viewer.state = budgets.given(viewer.state, 5, viewer.now)
    viewer.state = budgets.ended(viewer.state)
    assert viewer.page().pause.kind is PauseKind.COOLDOWN


def test_a_budget_is_no_way_to_more() -> None:
    viewer = Viewer(TEEN)
    viewer.state = budgets.given(viewer.state, 480, viewer.now)
    assert sum(viewer.page(30).allowed for _ in range(5)) == 20


def test_neither_a_new_session_nor_midnight_ends_a_budget_that_is_not_spent() -> None:
    viewer = Viewer(ADULT, now=NOON + timedelta(hours=11, minutes=58))
    viewer.state = budgets.given(viewer.state, 5, viewer.now)
    viewer.scroll(40, size=10)
    viewer.wait(minutes=31)
    assert sum(gate.allowed > 0 for gate in viewer.scroll(100)) <= 2


def test_a_week_has_its_own_limit_and_opens_on_monday() -> None:
    viewer = Viewer(ADULT, now=NOON + 2 * DAY).set("weekly_minutes", 30, by="per_ana")  # a Monday
    used = 0
    for _ in range(7):
        used += sum(gate.allowed > 0 for gate in viewer.scroll(150, size=5)[:10])
        viewer.now = viewer.now.replace(hour=12, minute=0) + DAY
    assert used <= 31
    gate = Viewer.page(viewer)
    assert gate.allowed == 8  # the Monday after
    viewer = Viewer(ADULT, now=NOON + 2 * DAY).set("weekly_videos", 20, by="per_ana")
    viewer.scroll(20)
    assert viewer.page().pause.kind is PauseKind.WEEKLY_LIMIT
    assert viewer.page().pause.resumes_at == (NOON + 9 * DAY).replace(hour=0)


def test_zero_a_week_means_none() -> None:
    for control in ("weekly_minutes", "weekly_videos"):
        gate = Viewer().set(control, 0).page(1)
        assert (gate.allowed, gate.pause.resumes_at) == (0, None)


def test_granted_minutes_open_the_day_by_so_much_once_and_are_gone_the_next_day() -> None:
    viewer = Viewer().set("continuous_feed", True).set("daily_minutes", 10)
    viewer.scroll(160, size=5)
    assert viewer.page().pause.kind is PauseKind.DAILY_LIMIT
    grant(viewer, 15)
    grant(viewer, 15)  # the same grant again adds nothing
    assert 14 <= sum(gate.allowed > 0 for gate in viewer.scroll(200, size=5)) <= 16
    viewer.now = NOON + DAY
    assert 9 <= sum(gate.allowed > 0 for gate in viewer.scroll(160, size=5)) <= 11


def test_granted_minutes_lift_neither_a_cooldown_nor_a_night_nor_a_break() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    grant(viewer, 60)
    assert viewer.page().pause.kind is PauseKind.COOLDOWN
    viewer = Viewer(now=NOON + timedelta(hours=10, minutes=30)).set("night_hours", "22:00-07:00")
    grant(viewer, 60)
    assert viewer.page().pause.kind is PauseKind.NIGHT


@given(minutes=st.lists(st.integers(1, 120), max_size=12), limit=st.integers(0, 180))
def test_no_grants_pass_the_platforms_bound(minutes: list[int], limit: int) -> None:
    viewer = Viewer().set("continuous_feed", True).set("daily_minutes", limit).set("daily_videos", 400)
    for number, each in enumerate(minutes):
        grant(viewer, each, f"grant_{number}")
    handed = 0
    while (gate := viewer.page(30)).allowed:
        handed += gate.allowed
    assert handed * ROOM.policy.limits.time.least_video_s <= min(180, limit + sum(minutes)) * 60
    assert handed <= 400


def test_a_law_that_leaves_parents_no_say_bounds_grants_too() -> None:
    laws = ROOM.policy.laws.model_copy(
        update={
            "law": tuple(
                law.model_copy(update={"guardian_may_loosen": False}) if law.control == "daily_minutes" else law
                for law in ROOM.policy.laws.law
            )
        }
    )
    from dataclasses import replace

    from wellbeing.room import Wellbeing

    strict = Wellbeing(replace(ROOM.policy, laws=laws))
    person = make_person("teen", born=date(2011, 3, 1), jurisdiction="US-CA")
    settings = [Setting("continuous_feed", True, ADULT.id, NOON), Setting("daily_videos", 400, ADULT.id, NOON)]
    viewer = Viewer(person)
    grant(viewer, 60)
    handed = 0
    while True:
        controls = strict.controls(person, settings, viewer.now)
        gate = strict.open_page(viewer.state, person, controls, requested=30, now=viewer.now)
        viewer.state, handed = gate.state, handed + gate.allowed
        if not gate.allowed:
            break
        viewer.wait(seconds=360)
    assert handed == 300  # an hour at twelve seconds each: the law's hour


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_moving_gives_no_fresh_week(zone: str) -> None:
    viewer = Viewer(now=NOON + timedelta(hours=23)).set("weekly_videos", 10)  # late on a Sunday, UTC
    assert viewer.page(30).allowed == 10
    viewer.person = make_person("teen", born=date(2011, 3, 1), timezone=zone)
    opened = viewer.page().pause.resumes_at
    while viewer.now < opened - timedelta(minutes=1):
        assert viewer.page().allowed == 0
        viewer.wait(minutes=47)
    assert opened >= (NOON + 2 * DAY).replace(hour=0)
