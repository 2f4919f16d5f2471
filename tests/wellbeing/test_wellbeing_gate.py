"""The gate: what a person is handed, told and asked. One adversary beside each limit."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.ids import PersonId
from core.records import Event, Person
from core.records_wellbeing import Setting
from core.vocabulary import EventKind
from tests.conftest import NOON, make_person
from wellbeing.control_kinds import Value
from wellbeing.gate import Gate, PauseKind
from wellbeing.room import Wellbeing
from wellbeing.state import ViewingState

ROOM = Wellbeing.open()
TEEN = make_person("teen", born=date(2011, 3, 1))
ADULT = make_person("ana")
MINUTE = timedelta(minutes=1)


class Viewer:
    """One person with a clock, asking for pages."""

    def __init__(self, person: Person = TEEN, settings: Iterable[Setting] = (), now: datetime = NOON) -> None:
        self.person, self.settings, self.now, self.state = person, list(settings), now, ViewingState()

    def set(self, control: str, value: Value, by: str = "per_guardian", expires_at: datetime | None = None) -> "Viewer":
        self.settings.append(Setting(control, value, PersonId(by), self.now, expires_at))
        return self

    def page(self, size: int = 8) -> Gate:
        controls = ROOM.controls(self.person, self.settings, self.now)
        gate = ROOM.open_page(self.state, self.person, controls, requested=size, now=self.now)
        self.state = ViewingState.from_json(gate.state.to_json())
        return gate

    def wait(self, **delta: float) -> "Viewer":
        self.now += timedelta(**delta)
        return self

    def did(self, kind: EventKind) -> None:
        event = Event(f"e{self.now}", self.person.id, kind, self.now, self.now)
        self.state = ROOM.after_events(self.state, self.person, [event], self.now)

    def scroll(self, videos: int, size: int = 10, every: timedelta = timedelta(seconds=60)) -> list[Gate]:
        gates = []
        for _ in range(0, videos, size):
            gates.append(self.page(size))
            self.now += every
        return gates


def test_a_teens_feed_pauses_after_the_session_and_opens_after_the_cooldown() -> None:
    viewer = Viewer()
    assert [viewer.page(8).allowed for _ in range(3)] == [8, 8, 4]
    gate = viewer.wait(minutes=5).page(8)
    assert gate.allowed == 0
    assert gate.pause.kind is PauseKind.COOLDOWN
    assert gate.pause.resumes_at == NOON + 20 * MINUTE
    assert viewer.wait(minutes=15).page(8).allowed == 8


def test_asking_again_and_again_does_not_make_the_cooldown_longer_or_shorter() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    for _ in range(19):
        gate = viewer.wait(minutes=1).page(30)
        assert gate.allowed == 0
        assert gate.pause.resumes_at == NOON + 20 * MINUTE
    assert viewer.wait(minutes=1).page(8).allowed == 8


def test_the_last_page_is_partial_and_says_that_nothing_remains() -> None:
    viewer = Viewer()
    viewer.page(15)
    gate = viewer.page(15)
    assert gate.allowed == 5
    assert gate.session.remaining == 0
    assert gate.session.cooldown_until is not None
    assert not gate.session.is_open


def test_an_adults_feed_goes_on() -> None:
    viewer = Viewer(ADULT)
    gates = viewer.scroll(600)
    assert all(gate.allowed == 10 and gate.pause is None for gate in gates)
    assert gates[-1].session.remaining is None


def test_setting_the_clock_back_does_not_open_the_feed() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    viewer.now = NOON - timedelta(days=2)
    assert viewer.page().allowed == 0
    viewer.now = NOON + 19 * MINUTE
    assert viewer.page().allowed == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Tokyo", "America/Los_Angeles"])
def test_moving_to_another_time_zone_gives_no_fresh_day_and_no_shorter_pause(zone: str) -> None:
    viewer = Viewer().set("daily_videos", 10)
    assert viewer.page(30).allowed == 10
    ends = viewer.page().pause.resumes_at
    viewer.person = make_person("teen", born=date(2011, 3, 1), timezone=zone)
    while viewer.now < ends - MINUTE:
        assert viewer.page().allowed == 0
        viewer.wait(minutes=29)
    viewer.now = ends
    assert viewer.page(30).allowed == 10
    assert viewer.page().pause.resumes_at - ends >= timedelta(hours=23)


def test_daily_minutes_close_the_feed_for_the_rest_of_the_local_day() -> None:
    viewer = Viewer(make_person("teen", born=date(2011, 3, 1), timezone="America/Los_Angeles"))
    viewer.set("continuous_feed", True).set("daily_minutes", 10)
    gates = viewer.scroll(160, size=5)
    handed = [gate for gate in gates if gate.allowed]
    assert 9 <= len(handed) <= 11
    assert gates[-1].pause.kind is PauseKind.DAILY_LIMIT
    assert gates[-1].pause.resumes_at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # midnight in Los Angeles


def test_fetching_pages_faster_than_one_can_watch_does_not_get_round_the_minutes() -> None:
    viewer = Viewer().set("continuous_feed", True).set("daily_minutes", 2)
    assert sum(viewer.page(30).allowed for _ in range(20)) == 30  # 120 seconds, at least 4 seconds a video


def test_silence_between_pages_counts_no_more_than_the_page_takes() -> None:
    viewer = Viewer().set("daily_minutes", 30)
    viewer.page(2)
    gate = viewer.wait(hours=3).page(2)
    assert gate.session.active_minutes_today == 1


def test_staying_silent_while_watching_a_long_page_still_counts_its_time() -> None:
    viewer = Viewer().set("continuous_feed", True)
    viewer.page(30)
    assert viewer.wait(seconds=350).page(1).session.active_minutes_today == 5


def test_zero_a_day_means_none_and_no_time_at_which_it_opens() -> None:
    for control in ("daily_minutes", "daily_videos"):
        gate = Viewer().set(control, 0).page(1)
        assert gate.allowed == 0
        assert gate.pause.resumes_at is None
        assert gate.state.videos_today == 0


def test_the_night_is_closed_and_opens_in_the_morning() -> None:
    viewer = Viewer(now=datetime(2026, 11, 21, 21, 59, tzinfo=UTC)).set("night_hours", "22:00-07:00")
    assert viewer.page(1).allowed == 1
    gate = viewer.wait(minutes=1).page(1)
    assert (gate.allowed, gate.pause.kind) == (0, PauseKind.NIGHT)
    assert gate.pause.resumes_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    viewer.person = make_person("teen", born=date(2011, 3, 1), timezone="Asia/Tokyo")
    assert viewer.wait(hours=8).page(1).allowed == 0  # 15:00 in Tokyo, but the night that began is not over
    assert viewer.wait(hours=1).page(1).allowed == 1


def test_a_time_zone_set_before_bedtime_does_not_skip_the_night() -> None:
    viewer = Viewer(now=datetime(2026, 11, 21, 20, 0, tzinfo=UTC)).set("night_hours", "22:00-07:00")
    viewer.page(1)
    viewer.person = make_person("teen", born=date(2011, 3, 1), timezone="America/Los_Angeles")
    assert viewer.wait(hours=2, minutes=30).page(1).allowed == 0


def test_a_guardian_who_lifts_a_limit_is_heard_on_the_next_request() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    assert viewer.page().allowed == 0
    assert viewer.set("continuous_feed", True).page().allowed == 8


def test_a_guardian_who_tightens_is_heard_on_the_next_request() -> None:
    viewer = Viewer().set("continuous_feed", True)
    viewer.scroll(60, every=timedelta(0))
    viewer.settings.clear()
    gate = viewer.page()
    assert (gate.allowed, gate.pause.kind) == (0, PauseKind.COOLDOWN)


def test_watching_through_a_lifted_cooldown_is_not_a_rest() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    viewer.set("continuous_feed", True)
    viewer.scroll(20, size=1, every=MINUTE)
    viewer.settings.clear()
    assert viewer.page().allowed == 0


def test_on_the_eighteenth_birthday_a_minors_limits_end() -> None:
    viewer = Viewer(make_person("teen", born=date(2008, 11, 23)))
    viewer.scroll(30, every=timedelta(0))
    assert viewer.page().allowed == 0
    viewer.now = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)  # the 23rd everywhere on Earth
    assert [gate.allowed for gate in viewer.scroll(60)] == [10] * 6


def test_making_something_ends_a_passive_run_but_no_limit() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    viewer.did(EventKind.CREATE)
    viewer.did(EventKind.COMMENT)
    assert viewer.page().allowed == 0


def test_nudges_come_gently_first_then_stronger_and_once_each() -> None:
    gates = Viewer(ADULT).scroll(250)
    levels = [(number * 10, gate.nudge.level) for number, gate in enumerate(gates) if gate.nudge]
    assert levels == [(40, 1), (90, 2), (160, 3)]


def test_creating_or_talking_begins_the_passive_run_anew() -> None:
    viewer = Viewer(ADULT)
    viewer.scroll(39, size=13)
    viewer.did(EventKind.REMIX)
    assert all(gate.nudge is None for gate in viewer.scroll(40))
    assert viewer.page().nudge.level == 1


def test_someone_who_waves_nudges_away_gets_them_later_and_never_after_stop() -> None:
    from wellbeing.passivity import dismissed

    viewer = Viewer(ADULT)
    viewer.scroll(50)
    viewer.state = dismissed(viewer.state, viewer.now, ROOM.policy.nudges, stop=False)
    again = dismissed(viewer.state, viewer.now, ROOM.policy.nudges, stop=False)
    assert again == viewer.state  # a second tap counts once
    viewer.did(EventKind.CREATE)
    gates = viewer.scroll(100)
    assert next(number * 10 for number, gate in enumerate(gates) if gate.nudge) == 60  # not 40
    viewer.state = dismissed(viewer.state, viewer.now, ROOM.policy.nudges, stop=True)
    assert all(gate.nudge is None for gate in viewer.scroll(400))


def test_a_closed_feed_never_nudges_or_asks() -> None:
    viewer = Viewer()
    viewer.scroll(20, every=timedelta(0))
    gate = viewer.page()
    assert (gate.nudge, gate.poll, gate.creation_prompt) == (None, None, None)


def test_an_idea_to_make_something_comes_now_and_then() -> None:
    gates = Viewer(ADULT).scroll(100)
    assert 2 <= sum(gate.creation_prompt is not None for gate in gates) <= 4


def test_a_break_closes_the_feed_until_it_ends() -> None:
    viewer = Viewer(ADULT)
    viewer.state = viewer.state.with_(break_until=NOON + 15 * MINUTE)
    assert viewer.page().pause.kind is PauseKind.BREAK
    assert viewer.wait(minutes=15).page().allowed == 8


def test_a_pause_that_would_end_in_the_night_says_the_morning() -> None:
    viewer = Viewer(now=datetime(2026, 11, 21, 21, 50, tzinfo=UTC)).set("night_hours", "22:00-07:00")
    viewer.scroll(20, every=timedelta(0))
    assert viewer.page().pause.resumes_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_the_week_keeps_seven_finished_days() -> None:
    viewer = Viewer(ADULT)
    for _ in range(12):
        viewer.page(5)
        viewer.wait(days=1)
    viewer.page(1)
    assert [item.videos for item in viewer.state.week] == [5] * 7
    assert viewer.state.videos_today == 1


def test_time_watched_past_midnight_belongs_to_each_day() -> None:
    viewer = Viewer(ADULT, now=datetime(2026, 11, 21, 23, 59, 30, tzinfo=UTC))
    viewer.page(10)
    gate = viewer.wait(seconds=90).page(1)
    assert viewer.state.week[-1].active_s == 40  # ten videos count four seconds each at least
    assert gate.state.elapsed_s_today == 60


def test_what_people_read_at_a_pause_is_unchanged() -> None:
    lines = []
    for control, value, at in (
        ("session_videos", 1, NOON),
        ("daily_videos", 1, NOON),
        ("daily_videos", 0, NOON),
        ("night_hours", "22:00-07:00", datetime(2026, 11, 21, 23, 0, tzinfo=UTC)),
    ):
        viewer = Viewer(now=at).set(control, value)
        viewer.page(1)
        pause = viewer.page(1).pause
        lines.append(f"{pause.kind.value}: {pause.title} | {pause.text}")
    for gate in Viewer(ADULT).scroll(200):
        if gate.nudge:
            lines.append(f"nudge {gate.nudge.level}: {gate.nudge.title} | {gate.nudge.text}")
    golden = Path(__file__).parent / "golden" / "pauses_and_nudges.txt"
    assert "\n".join(lines) + "\n" == golden.read_text(encoding="utf-8")
