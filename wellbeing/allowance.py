"""What each limit still leaves, and what closes the feed now: arithmetic over a state that was moved to this moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.records import Person
from wellbeing.controls import EffectiveControls
from wellbeing.counting import active_s_today
from wellbeing.policy import LimitsPolicy, TimeRules, WellbeingPolicy
from wellbeing.state import DayCount, ViewingState


class PauseKind(StrEnum):
    """Why the feed is closed."""

    COOLDOWN = "cooldown"
    DAILY_LIMIT = "daily_limit"
    WEEKLY_LIMIT = "weekly_limit"
    NIGHT = "night"
    BREAK = "break"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Block:
    """One reason the feed is closed; ``until`` is None while it cannot open by waiting (a limit of zero)."""

    kind: PauseKind
    until: datetime | None


def left(
    state: ViewingState, person: Person, controls: EffectiveControls, policy: WellbeingPolicy
) -> dict[PauseKind, int]:
    """Return how many videos each limit still leaves; a limit that is off is not in it."""
    bounds: dict[PauseKind, int] = {}
    if not controls.continuous_feed:
        bounds[PauseKind.COOLDOWN] = int(controls.value("session_videos")) - state.session_videos
    daily = list(_daily(state, person, controls, policy))
    if daily:
        bounds[PauseKind.DAILY_LIMIT] = min(daily)
    weekly = list(_weekly(state, person, controls, policy))
    if weekly:
        bounds[PauseKind.WEEKLY_LIMIT] = min(weekly)
    if state.budget is not None:
        budget = state.budget
        bounds[PauseKind.BUDGET] = _by_time(
            budget.minutes * 60, budget.elapsed_s, budget.videos, policy.limits.time
        )  # fmt: skip
    return {kind: max(0, count) for kind, count in bounds.items()}


def minutes_allowed(
    name: str, state: ViewingState, person: Person, controls: EffectiveControls, policy: WellbeingPolicy
) -> int | None:
    """Return the minutes of a time limit with what was granted today, or None when nothing limits it.

    A grant adds to what was agreed; it never passes the platform's bound, nor a law that leaves parents no say.
    """
    minutes = controls.limit(name)
    if minutes is None or not state.grants:
        return minutes
    definition = policy.controls.find(name)
    bounds = [] if definition is None else [int(definition.loosest.of(controls.band))]
    laws = policy.laws.applying(person.jurisdiction, controls.band, name)
    bounds += [int(law.value) for law in laws if not law.guardian_may_loosen]
    return max(minutes, min([minutes + sum(grant.minutes for grant in state.grants), *bounds]))


def blocks(
    state: ViewingState, person: Person, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> list[Block]:
    """Return everything that closes the feed at ``now``."""
    bounds = left(state, person, controls, policy)
    found = [
        Block(kind, until)
        for kind, until in (
            (PauseKind.BREAK, state.break_until),
            (PauseKind.NIGHT, state.night_until),
            (PauseKind.BUDGET, None if state.budget is None else state.budget.closed_until),
            (PauseKind.COOLDOWN, None if controls.continuous_feed else state.cooldown_until),
        )
        if until is not None and now < until
    ]
    if bounds.get(PauseKind.DAILY_LIMIT) == 0:
        minutes = minutes_allowed("daily_minutes", state, person, controls, policy)
        closed = 0 in (controls.limit("daily_videos"), minutes)
        found.append(Block(PauseKind.DAILY_LIMIT, None if closed else state.day_ends_at))
    if bounds.get(PauseKind.WEEKLY_LIMIT) == 0:
        minutes = minutes_allowed("weekly_minutes", state, person, controls, policy)
        closed = 0 in (controls.limit("weekly_videos"), minutes)
        found.append(Block(PauseKind.WEEKLY_LIMIT, None if closed else _week_ends_at(state)))
    return found


def strongest(found: list[Block]) -> Block | None:
    """Return the block that ends last."""
    never = [block for block in found if block.until is None]
    if never:
        return never[0]
    return max(found, key=lambda block: block.until.timestamp() if block.until else 0.0, default=None)


def active_s_this_week(state: ViewingState, policy: LimitsPolicy) -> float:
    """Return the estimate of seconds in the feed since Monday, by the person's own days."""
    return sum(day.active_s for day in _days_this_week(state)) + active_s_today(state, policy)


def _daily(state: ViewingState, person: Person, controls: EffectiveControls, policy: WellbeingPolicy) -> Iterator[int]:
    videos = controls.limit("daily_videos")
    if videos is not None:
        yield videos - state.videos_today
    minutes = minutes_allowed("daily_minutes", state, person, controls, policy)
    if minutes is not None:
        yield _by_time(minutes * 60, state.elapsed_s_today, state.videos_today, policy.limits.time)


def _weekly(state: ViewingState, person: Person, controls: EffectiveControls, policy: WellbeingPolicy) -> Iterator[int]:
    earlier = _days_this_week(state)
    videos = controls.limit("weekly_videos")
    if videos is not None:
        yield videos - sum(day.videos for day in earlier) - state.videos_today
    minutes = minutes_allowed("weekly_minutes", state, person, controls, policy)
    if minutes is not None:
        used_s = sum(day.active_s for day in earlier)
        yield _by_time(minutes * 60 - used_s, state.elapsed_s_today, state.videos_today, policy.limits.time)


def _by_time(limit_s: float, elapsed_s: float, videos: int, rules: TimeRules) -> int:
    """Both bounds on time: what has passed leaves room for whole videos, and each video counts at least a little."""
    by_clock = (limit_s - elapsed_s) // rules.video_s
    by_count = (limit_s - videos * rules.least_video_s) // rules.least_video_s
    return int(min(by_clock, by_count))


def _days_this_week(state: ViewingState) -> list[DayCount]:
    """Return the finished days since Monday, by the person's own calendar."""
    if state.day is None:
        return []
    monday = state.day - timedelta(days=state.day.weekday())
    return [item for item in state.week if item.day >= monday]


def _week_ends_at(state: ViewingState) -> datetime | None:
    """Return when next Monday begins, never before the day in progress ends."""
    if state.day is None or state.day_ends_at is None:
        return state.day_ends_at
    monday = state.day + timedelta(days=7 - state.day.weekday())
    zone = ZoneInfo(state.timezone or "UTC")
    return max(state.day_ends_at, datetime.combine(monday, time.min, tzinfo=zone).astimezone(UTC))
