"""An adversary with several devices, a suitcase and a screwdriver: a hypothesis state machine over one minor's feed.

It asks for pages, retries, waits, sets the server's clock forwards and back, changes time zone, crosses daylight saving
and birthdays, gains, keeps and loses guardians, loses power between counting and answering, and takes breaks. Its own
bookkeeping below never looks into the viewing state: it only knows what was handed out, when, and under which controls.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.ids import PersonId
from core.records import Event, Person
from core.records_wellbeing import Setting
from core.vocabulary import EventKind
from tests.conftest import make_person
from wellbeing.bands import LAST_TIMEZONE
from wellbeing.controls import EffectiveControls
from wellbeing.gate import Gate
from wellbeing.room import Wellbeing
from wellbeing.state import ViewingState

ROOM = Wellbeing.open()
ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "America/Havana")
LEAPS = (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
COOLDOWN = timedelta(minutes=15)  # the shorter of the two bands of minors: what the bookkeeping takes for a rest
SETTINGS = (
    ("continuous_feed", True), ("continuous_feed", False), ("daily_minutes", 0), ("daily_minutes", 3),
    ("daily_minutes", 120), ("daily_videos", 0), ("daily_videos", 12), ("daily_videos", 400), ("session_videos", 1),
    ("session_videos", 7), ("night_hours", "22:00-07:00"), ("night_hours", "off"),
)  # fmt: skip


class Feed(Protocol):
    """Where pages come from: the room alone, or the journeys over a database."""

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime) -> Gate:
        """Ask for a page."""

    def event(self, person: Person, event: Event, now: datetime) -> None:
        """Report something that was done."""

    def power_cut(self, person: Person, settings: list[Setting], size: int, now: datetime) -> None:
        """Ask for a page and lose power before anything is stored or answered."""


class RoomFeed:
    """The room's decisions over a state kept as JSON, as the database keeps it."""

    def __init__(self) -> None:
        self.stored: dict[str, object] | None = None

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime) -> Gate:
        controls = ROOM.controls(person, settings, now)
        gate = ROOM.open_page(ViewingState.from_json(self.stored), person, controls, requested=size, now=now)
        self.stored = gate.state.to_json()
        return gate

    def event(self, person: Person, event: Event, now: datetime) -> None:
        self.stored = ROOM.after_events(ViewingState.from_json(self.stored), person, [event], now).to_json()

    def power_cut(self, person: Person, settings: list[Setting], size: int, now: datetime) -> None:
        stored = self.stored
        self.page(person, settings, size, now)
        self.stored = stored


@dataclass(frozen=True)
class Handout:
    """What the adversary got, and when by the latest clock seen."""

    at: datetime
    videos: int
    day_ends_at: datetime


class LimitsMachine(RuleBasedStateMachine):
    """Tries to get one video more than a minor may have."""

    def __init__(self) -> None:
        super().__init__()
        self.feed: Feed = RoomFeed()
        self.settings: dict[tuple[str, str, bool], Setting] = {}
        self.handouts: list[Handout] = []
        self.moved = False

    @initialize(
        turns=st.sampled_from([None, 14, 16, 18, 18]),
        in_days=st.integers(0, 3),
        zone=st.sampled_from(ZONES),
        start=st.sampled_from(
            [*LEAPS, datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 2, 28, 23, 50, tzinfo=UTC)]
        ),
    )
    def begin(self, turns: int | None, in_days: int, zone: str, start: datetime) -> None:
        self.now = start
        birthday = (start + timedelta(days=in_days)).date()
        born = None if turns is None else date(birthday.year - turns, birthday.month, birthday.day)
        self.latest = start - timedelta(days=400)  # before the server has seen anything
        self.person = make_person("teen", born=born, timezone=zone)

    @rule(size=st.integers(1, 30), devices=st.integers(1, 4))
    def ask(self, size: int, devices: int) -> None:
        for _ in range(devices):
            gate = self.feed.page(self.person, self._settings(), size, self.now)
            self._check(gate, size)

    @rule(
        size=st.integers(1, 4),
        pages=st.integers(2, 8),
        gap=st.sampled_from([timedelta(seconds=59), timedelta(minutes=5), timedelta(minutes=14)]),
    )
    def binge(self, size: int, pages: int, gap: timedelta) -> None:
        for _ in range(pages):
            self.ask(size, 1)
            self.now += gap

    @rule(size=st.integers(1, 30))
    def lose_power(self, size: int) -> None:
        self.feed.power_cut(self.person, self._settings(), size, self.now)

    @rule(kind=st.sampled_from([EventKind.VIEW, EventKind.COMPLETE, EventKind.CREATE, EventKind.COMMENT]))
    def report(self, kind: EventKind) -> None:
        if kind in {EventKind.VIEW, EventKind.COMPLETE}:
            self.latest = max(self.latest, self.now)
        event = Event("e", self.person.id, kind, self.now, self.now)
        self.feed.event(self.person, event, self.now)

    @rule(seconds=st.sampled_from([1, 5, 20, 59, 60, 61, 300]))
    def wait_a_little(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(minutes=st.sampled_from([14, 15, 16, 19, 20, 21, 30, 31, 60, 180, 480, 720, 1439, 1440, 4320]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([-72, -24, -1]))
    def set_the_clock_back(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone: str) -> None:
        self.moved = self.moved or zone != self.person.timezone
        self.person = make_person("teen", born=self.person.birth_date, timezone=zone)

    @rule(
        by=st.sampled_from(["per_ana", "per_bo", "per_teen"]),
        chosen=st.sampled_from(SETTINGS),
        minutes=st.sampled_from([None, 10, 90]),
    )
    def set_a_control(self, by: str, chosen: tuple[str, object], minutes: int | None) -> None:
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        setting = Setting(chosen[0], chosen[1], PersonId(by), self.now, until)  # type: ignore[arg-type]
        self.settings[by, chosen[0], setting.is_temporary] = setting

    @rule(by=st.sampled_from(["per_ana", "per_bo"]))
    def lose_a_guardian(self, by: str) -> None:
        self.settings = {key: value for key, value in self.settings.items() if key[0] != by}

    @invariant()
    def days_are_never_short(self) -> None:
        ends = sorted({handout.day_ends_at for handout in self.handouts})
        assert all(later - earlier >= timedelta(hours=23) for earlier, later in pairwise(ends))

    def _settings(self) -> list[Setting]:
        return list(self.settings.values())

    def _is_minor(self) -> bool:
        born = self.person.birth_date
        if born is None:
            return True
        today = self.latest.astimezone(ZoneInfo(LAST_TIMEZONE)).date()
        return (today.year - born.year, today.month, today.day) < (18, born.month, born.day)

    def _check(self, gate: Gate, size: int) -> None:
        self.latest = max(self.latest, self.now)
        assert 0 <= gate.allowed <= size
        assert (gate.pause is not None) or gate.allowed > 0
        assert self._is_minor() == gate.controls.is_minor or self.now < self.latest
        if not gate.allowed:
            return
        assert gate.state.day_ends_at is not None
        self.handouts.append(Handout(self.latest, gate.allowed, gate.state.day_ends_at))
        self._check_session(gate.controls)
        self._check_day(gate.controls)
        night = gate.controls.night
        assert night is None or not night.holds(self.latest, self.person.timezone)

    def _check_session(self, controls: EffectiveControls) -> None:
        """No more than a session's videos without a rest between them."""
        if controls.continuous_feed:
            return
        videos, previous = 0, self.handouts[-1].at
        for handout in reversed(self.handouts):
            if previous - handout.at >= COOLDOWN:
                break
            videos, previous = videos + handout.videos, handout.at
        assert videos <= int(controls.value("session_videos"))

    def _check_day(self, controls: EffectiveControls) -> None:
        """No more than a day's videos and minutes, in the day that the server keeps and in the calendar's."""
        last = self.handouts[-1]
        self._check_daily([item for item in self.handouts if item.day_ends_at == last.day_ends_at], controls)
        if not self.moved:
            zone = ZoneInfo(self.person.timezone)
            today = last.at.astimezone(zone).date()
            self._check_daily([item for item in self.handouts if item.at.astimezone(zone).date() == today], controls)

    def _check_daily(self, handouts: list[Handout], controls: EffectiveControls) -> None:
        videos = sum(handout.videos for handout in handouts)
        limit, minutes = controls.limit("daily_videos"), controls.limit("daily_minutes")
        assert limit is None or videos <= limit
        if minutes is None:
            return
        assert videos * 4 <= minutes * 60
        short_gaps = (later.at - earlier.at for earlier, later in pairwise(handouts))
        watched_s = sum(gap.total_seconds() for gap in short_gaps if gap <= timedelta(seconds=60))
        assert watched_s <= minutes * 60
