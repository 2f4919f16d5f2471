"""The passing of time over a viewing state: active seconds, days and sessions, on the server's clock."""

from datetime import datetime, timedelta
from typing import Any

from core.records import Person
from wellbeing.bands import AgeBand
from wellbeing.days import day_end, local_date
from wellbeing.policy import LimitsPolicy
from wellbeing.state import Budget, DayCount, ViewingState

WEEK_DAYS = 7
_SHORTEST_DAY = timedelta(hours=23)


def never_back(state: ViewingState, now: datetime) -> datetime:
    """Return ``now``, or the last moment seen if the clock was set back: a block only ends when time has passed."""
    return now if state.last_seen_at is None else max(now, state.last_seen_at)


def active_s_today(state: ViewingState, policy: LimitsPolicy) -> float:
    """Return the estimate of seconds in the feed today: time between requests, at least a little for each video."""
    return max(state.elapsed_s_today, state.videos_today * policy.time.least_video_s)


def moved_to(state: ViewingState, person: Person, band: AgeBand, now: datetime, policy: LimitsPolicy) -> ViewingState:
    """Return the state at ``now``: time since the last sign of watching counted, a new day or session begun if due."""
    state = _credited(state, now, policy)
    state = _in_its_day(state, person, now, policy)
    state = _in_its_session(state, band, now, policy)
    return state.with_(last_seen_at=now)


def caught_up(state: ViewingState, person: Person, band: AgeBand, now: datetime, policy: LimitsPolicy) -> ViewingState:
    """Return the state at ``now`` for keeping, between two signs of watching: no second is credited twice."""
    moved = moved_to(state, person, band, now, policy)
    if state.last_active_at is None:
        return moved
    is_watching = now < state.last_active_at + _longest(state, policy)
    return moved.with_(last_active_at=now if is_watching else None)


def _longest(state: ViewingState, policy: LimitsPolicy) -> timedelta:
    """Return for how long silence may be watching: as long as what was handed out and not yet watched would take."""
    return timedelta(seconds=max(policy.time.idle_s, state.outstanding_videos * policy.time.video_s))


def _credited(state: ViewingState, now: datetime, policy: LimitsPolicy) -> ViewingState:
    """Add the seconds since the last sign of watching, each to the day it fell on."""
    if state.last_active_at is None:
        return state
    watched_until = min(now, state.last_active_at + _longest(state, policy))
    end = watched_until if state.day_ends_at is None else min(watched_until, state.day_ends_at)
    before_midnight_s = max(0.0, (end - state.last_active_at).total_seconds())
    watched_s = (watched_until - state.last_active_at).total_seconds()
    after_midnight_s = watched_s - before_midnight_s
    state = state.with_(
        elapsed_s_today=state.elapsed_s_today + before_midnight_s,
        session_elapsed_s=state.session_elapsed_s + watched_s,
        budget=_spent(state.budget, watched_s),
        outstanding_videos=max(0, state.outstanding_videos - int(watched_s // policy.time.video_s)),
    )
    if state.day_ends_at is not None and now >= state.day_ends_at:
        # The new day opens with what was watched after midnight, unless more than that night has passed.
        carried_s = after_midnight_s if now - state.day_ends_at < _SHORTEST_DAY else 0.0
        state = _day_closed(state, policy).with_(elapsed_s_today=carried_s)
    return state


def _spent(budget: Budget | None, watched_s: float) -> Budget | None:
    return None if budget is None else budget.model_copy(update={"elapsed_s": budget.elapsed_s + watched_s})


def _day_closed(state: ViewingState, policy: LimitsPolicy) -> ViewingState:
    week = state.week
    if state.day is not None:
        week = (*week, DayCount(day=state.day, videos=state.videos_today, active_s=active_s_today(state, policy)))
    fresh: dict[str, Any] = {"day": None, "videos_today": 0, "elapsed_s_today": 0.0, "grants": (), "labels_today": {}}
    return state.with_(week=week[-WEEK_DAYS:], **fresh)


def _in_its_day(state: ViewingState, person: Person, now: datetime, policy: LimitsPolicy) -> ViewingState:
    if state.day_ends_at is not None and now < state.day_ends_at:
        return state
    if state.day is not None:
        state = _day_closed(state, policy)
    previous = state.timezone or person.timezone
    ends_at = day_end(now, person.timezone, previous)
    today = local_date(now, previous)
    return state.with_(day=today, day_ends_at=ends_at, timezone=person.timezone)


def _in_its_session(state: ViewingState, band: AgeBand, now: datetime, policy: LimitsPolicy) -> ViewingState:
    if not _session_is_over(state, band, now, policy):
        return state
    return state.with_(
        session_started_at=now,
        session_number=state.session_number + 1,
        session_videos=0,
        session_elapsed_s=0.0,
        session_polls=0,
        cooldown_until=None,
    )


def _session_is_over(state: ViewingState, band: AgeBand, now: datetime, policy: LimitsPolicy) -> bool:
    if state.session_started_at is None or state.last_seen_at is None:
        return True
    if state.cooldown_until is not None:
        return now >= state.cooldown_until
    idle = timedelta(minutes=policy.session.idle_minutes.of(band))
    return now - state.last_seen_at >= idle
