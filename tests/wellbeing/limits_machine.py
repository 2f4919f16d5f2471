"""An adversary with several devices, a suitcase and a screwdriver: a hypothesis state machine over one minor's feed.

It asks for pages, opens films by themselves, retries, waits, sets the server's clock forwards and back, changes time
zone, crosses daylight saving and birthdays, gains, keeps and loses guardians who lift limits and grant minutes, gives
itself budgets, sits out warning labels, and loses power between counting and answering. Its own bookkeeping below never
looks into the viewing state: it only knows what was handed out, when, and under which controls.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import Conflict, NotFound
from core.ids import PersonId
from core.records import Event
from core.records_wellbeing import Setting
from core.vocabulary import EventKind
from tests.conftest import make_person
from tests.wellbeing.limits_feeds import ROOM, Feed, RoomFeed
from wellbeing.bands import LAST_TIMEZONE
from wellbeing.controls import EffectiveControls
from wellbeing.gate import Gate

ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "America/Havana")
LEAPS = (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
_RECENT = 700  # handouts: more than a day, at least one video each, can hold
COOLDOWN = timedelta(minutes=15)  # the shorter of the two bands of minors: what the bookkeeping takes for a rest
SETTINGS = (
    ("continuous_feed", True), ("continuous_feed", False), ("daily_minutes", 0), ("daily_minutes", 3),
    ("daily_minutes", 120), ("weekly_minutes", 5), ("weekly_videos", 40), ("daily_videos", 0), ("daily_videos", 12),
    ("daily_videos", 400), ("session_videos", 1), ("session_videos", 7), ("night_hours", "22:00-07:00"),
    ("night_hours", "off"),
)  # fmt: skip
# Houses that the adversary moves into: what their guardian has set from the start.
HOUSES: tuple[tuple[tuple[str, object], ...], ...] = (
    (),
    (("continuous_feed", True), ("daily_minutes", 3)),
    (("continuous_feed", True), ("weekly_minutes", 5), ("daily_minutes", 120)),
    (("continuous_feed", True), ("weekly_videos", 40), ("daily_videos", 12)),
    (("continuous_feed", True), ("daily_minutes", 180), ("daily_videos", 400)),
)  # fmt: skip


@dataclass(frozen=True)
class Handout:
    """What the adversary got, and when by the latest clock seen."""

    at: datetime
    videos: int
    day_ends_at: datetime
    day: date  # by the calendar where the adversary was


@dataclass(frozen=True)
class Label:
    """A warning label that stands before the feed, and when it first came."""

    id: str
    seconds: int
    skippable: bool
    asked_at: datetime


class LimitsMachine(RuleBasedStateMachine):
    """Tries to get one video more than a minor may have."""

    requests = 0  # of all runs: what a step of the long run is

    def __init__(self) -> None:
        super().__init__()
        self.feed: Feed = RoomFeed()
        self.settings: dict[tuple[str, str, bool], Setting] = {}
        self.handouts: list[Handout] = []
        self.moved = False
        self.granted: dict[str, tuple[datetime, int]] = {}
        self.label: Label | None = None
        self.budget: tuple[datetime, int] | None = None
        self.budget_from = 0

    @initialize(
        turns=st.sampled_from([None, 14, 16, 18, 18]),
        in_days=st.integers(0, 3),
        zone=st.sampled_from(ZONES),
        house=st.sampled_from(HOUSES),
        place=st.sampled_from(["ZZ", "ZZ", "US-CA"]),
        start=st.sampled_from(
            [*LEAPS, datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 2, 28, 23, 50, tzinfo=UTC)]
        ),
    )
    def begin(
        self,
        turns: int | None,
        in_days: int,
        zone: str,
        start: datetime,
        house: tuple[tuple[str, object], ...] = (),
        place: str = "ZZ",
    ) -> None:
        self.now = start
        birthday = (start + timedelta(days=in_days)).date()
        born = None if turns is None else date(birthday.year - turns, birthday.month, birthday.day)
        self.latest = start - timedelta(days=400)  # before the server has seen anything
        self.person = make_person("teen", born=born, timezone=zone, jurisdiction=place)
        for chosen in house:
            self.set_a_control("per_ana", chosen, None)

    @rule(size=st.integers(1, 30), devices=st.integers(1, 4))
    def ask(self, size: int, devices: int) -> None:
        for _ in range(devices):
            self._check(self.feed.page(self.person, self._settings(), size, self.now), size)

    @rule(films=st.integers(1, 6))
    def open_films_by_themselves(self, films: int) -> None:
        for _ in range(films):
            self._check(self.feed.page(self.person, self._settings(), 1, self.now, alone=True), 1)

    @rule(pages=st.integers(4, 10), gap=st.sampled_from([20, 59]), few_minutes=st.booleans())
    def watch_slowly(self, pages: int, gap: int, few_minutes: bool) -> None:
        """One video at a time: the minutes run out long before the videos do."""
        if few_minutes:
            for chosen in (("continuous_feed", True), ("daily_minutes", 3)):
                self.set_a_control("per_ana", chosen, None)
        for _ in range(pages):
            self.ask(1, 1)
            self.now += timedelta(seconds=gap)

    @rule(size=st.integers(5, 10))
    def have_the_pause_lifted_and_watch_through_it(self, size: int) -> None:
        """Use the session up, watch on while a guardian has lifted the pause, and ask when it would have been over."""
        self.settings = {key: value for key, value in self.settings.items() if key[1] != "continuous_feed"}
        for _ in range(6):
            self.ask(30, 1)
        self.set_a_control("per_ana", ("continuous_feed", True), 19)
        for _ in range(19):
            self.ask(size, 1)
            self.now += timedelta(seconds=60)
        self.now += timedelta(minutes=1)
        self.ask(30, 1)

    @rule(hours=st.integers(-15, 13))
    def wait_for_the_birthday(self, hours: int) -> None:
        born = self.person.birth_date
        if born is not None:
            years = 18 if self._is_minor() else 19
            day = date(born.year + years, born.month, min(born.day, 28))
            self.now = max(self.now, datetime.combine(day, time.min, tzinfo=UTC) + timedelta(hours=hours))
            self.ask(30, 2)

    @rule(minutes=st.sampled_from([1, 5, 15]))
    def give_oneself_a_budget(self, minutes: int) -> None:
        self.feed.budget(self.person, self._settings(), minutes, self.now)
        self.latest = max(self.latest, self.now)
        self.budget, self.budget_from = (self.latest, minutes), len(self.handouts)

    @rule(minutes=st.sampled_from([1, 15, 60]))
    def be_granted_minutes(self, minutes: int) -> None:
        """A guardian's grant, and the same one again, as a retry would send it."""
        self.latest = max(self.latest, self.now)
        ident = f"grant_{len(self.granted)}"
        self.granted[ident] = (self.latest, minutes)
        for _ in range(2):
            self.feed.grant(self.person, self._settings(), ident, minutes, self.now)

    @rule(early=st.booleans())
    def say_that_the_label_was_shown(self, early: bool) -> None:
        if self.label is None:
            return
        if not early:
            self.now = max(self.now, self.latest, self.label.asked_at + timedelta(seconds=self.label.seconds))
        try:
            self.feed.label_shown(self.person, self._settings(), self.label.id, self.now)
        except (Conflict, NotFound):
            assert early
        else:
            waited = max(self.now, self.latest) - self.label.asked_at
            assert self.label.skippable or waited >= timedelta(seconds=self.label.seconds)
            self.label = None

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
        self.person = replace(self.person, timezone=zone)

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
        ends = sorted({handout.day_ends_at for handout in self.handouts[-_RECENT:]})
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
        LimitsMachine.requests += 1
        self.latest = max(self.latest, self.now)
        assert 0 <= gate.allowed <= size
        self._check_label(gate)
        assert gate.pause is not None or gate.label is not None or gate.allowed > 0
        assert self._is_minor() == gate.controls.is_minor or self.now < self.latest
        if not gate.allowed:
            return
        assert gate.state.day_ends_at is not None
        day = self.latest.astimezone(ZoneInfo(self.person.timezone)).date()
        self.handouts.append(Handout(self.latest, gate.allowed, gate.state.day_ends_at, day))
        self._check_session(gate.controls)
        self._check_day(gate.controls)
        self._check_week(gate.controls)
        self._check_budget()
        night = gate.controls.night
        assert night is None or not night.holds(self.latest, self.person.timezone)

    def _check_label(self, gate: Gate) -> None:
        """Nothing comes with or after a label that may not be skipped, until it was shown for its time."""
        if gate.label is None:
            if gate.allowed or not gate.controls.is_minor:
                self.label = None
            return
        assert gate.controls.is_minor
        assert gate.label.skippable or gate.allowed == 0
        if self.label is None or self.label.id != gate.label.id:
            assert self.label is None or self.label.skippable or not gate.label.skippable
            self.label = Label(gate.label.id, gate.label.seconds, gate.label.skippable, self.latest)

    def _check_budget(self) -> None:
        """No more than one's own minutes, at least four seconds a video, within the hour that it rests at least."""
        if self.budget is None:
            return
        began, minutes = self.budget
        if self.latest - began >= timedelta(hours=1):
            self.budget = None
            return
        videos = sum(handout.videos for handout in self.handouts[self.budget_from :])
        assert videos * 4 <= minutes * 60

    def _check_week(self, controls: EffectiveControls) -> None:
        """No more than a week's videos and minutes, by the calendar of someone who stays where they are."""
        if self.moved:
            return
        today = self.handouts[-1].day
        monday = today - timedelta(days=today.weekday())
        videos = sum(item.videos for item in takewhile(lambda item: item.day >= monday, reversed(self.handouts)))
        limit, minutes = controls.limit("weekly_videos"), controls.limit("weekly_minutes")
        assert limit is None or videos <= limit
        assert minutes is None or videos * 4 <= (minutes + self._minutes_granted(timedelta(days=8))) * 60

    def _minutes_granted(self, within: timedelta) -> int:
        return sum(minutes for at, minutes in self.granted.values() if self.latest - at < within)

    def _check_session(self, controls: EffectiveControls) -> None:
        """No more than a session's videos without a rest between them."""
        if controls.continuous_feed or not controls.is_minor:
            return
        videos, previous = 0, self.handouts[-1].at
        for handout in reversed(self.handouts[-_RECENT:]):
            if previous - handout.at >= COOLDOWN:
                break
            videos, previous = videos + handout.videos, handout.at
        assert videos <= int(controls.value("session_videos"))

    def _check_day(self, controls: EffectiveControls) -> None:
        """No more than a day's videos and minutes, in the day that the server keeps and in the calendar's."""
        last, recent = self.handouts[-1], self.handouts[-_RECENT:]
        self._check_daily([item for item in recent if item.day_ends_at == last.day_ends_at], controls)
        if not self.moved:
            self._check_daily([item for item in recent if item.day == last.day], controls)

    def _check_daily(self, handouts: list[Handout], controls: EffectiveControls) -> None:
        videos = sum(handout.videos for handout in handouts)
        limit, minutes = controls.limit("daily_videos"), controls.limit("daily_minutes")
        assert limit is None or videos <= limit
        if minutes is None:
            return
        bound = int(ROOM.policy.controls.find("daily_minutes").loosest.of(controls.band))  # type: ignore[union-attr]
        minutes = max(minutes, min(bound, minutes + self._minutes_granted(timedelta(hours=50))))
        assert videos * 4 <= minutes * 60
        short_gaps = (later.at - earlier.at for earlier, later in pairwise(handouts))
        watched_s = sum(gap.total_seconds() for gap in short_gaps if gap <= timedelta(seconds=60))
        assert watched_s <= minutes * 60
