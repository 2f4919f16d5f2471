"""Several accounts of one person count as one: their records are merged, and the strictest of their controls holds.

Merging never gives anything back: what each account was handed in the day in progress is added up, and every block
that stands on one of them stands on all.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce

from core.ids import PersonId
from wellbeing.bands import AgeBand
from wellbeing.control_kinds import ControlsPolicy
from wellbeing.controls import EffectiveControl, EffectiveControls
from wellbeing.state import DayCount, ViewingState

TOGETHER = "count_together"
_BANDS = list(AgeBand)


def merged(states: Sequence[ViewingState]) -> ViewingState:
    """Return one record for several accounts of one person; a fresh one for none."""
    ordered = sorted(states, key=lambda state: state.last_seen_at.timestamp() if state.last_seen_at else 0.0)
    return reduce(_two, reversed(ordered[:-1]), ordered[-1]) if ordered else ViewingState()


def strictest(policy: ControlsPolicy, own: EffectiveControls, others: Iterable[EffectiveControls]) -> EffectiveControls:
    """Return the controls of the person's accounts taken together: of each control the strictest value."""
    held = dict(own.controls)
    band = own.band
    for other in others:
        band = min(band, other.band, key=_BANDS.index)
        for definition in policy.control:
            held[definition.name] = _stricter(policy, held[definition.name], other.controls[definition.name])
    unlimited = frozenset(item.name for item in policy.control if item.is_unlimited(held[item.name].value))
    return EffectiveControls(band, own.policy_version, held, unlimited)


def account_that_counts(accounts: Iterable[PersonId]) -> PersonId:
    """Return the account under which all of them are counted and locked: the same whoever asks."""
    return min(accounts)


def _stricter(policy: ControlsPolicy, one: EffectiveControl, other: EffectiveControl) -> EffectiveControl:
    definition = policy.find(one.name)
    if definition is None or definition.is_at_least_as_strict(one.value, other.value):
        return one
    value = definition.strictest(one.value, other.value)
    return EffectiveControl(one.name, value, other.set_by, other.person_id, other.rule_id, other.expires_at)


def _two(latest: ViewingState, other: ViewingState) -> ViewingState:
    """Return the later record with what the other one counted and closed."""
    state = latest.with_(
        last_seen_at=_latest(latest.last_seen_at, other.last_seen_at),
        last_active_at=_latest(latest.last_active_at, other.last_active_at),
        outstanding_videos=latest.outstanding_videos + other.outstanding_videos,
        cooldown_until=_latest(latest.cooldown_until, other.cooldown_until),
        break_until=_latest(latest.break_until, other.break_until),
        budget=latest.budget or other.budget,
        nudges_off=latest.nudges_off or other.nudges_off,
        polls_stopped=latest.polls_stopped or other.polls_stopped,
        dismissals=tuple(sorted((*latest.dismissals, *other.dismissals))),
        week=_weeks(latest.week, other.week),
    )
    same_day = (
        latest.last_seen_at is not None and other.day_ends_at is not None and latest.last_seen_at < other.day_ends_at
    )
    if not same_day:
        return state.with_(week=_weeks(state.week, _finished(other)))
    grants = {grant.id: grant for grant in (*other.grants, *latest.grants)}
    return state.with_(
        day_ends_at=_latest(latest.day_ends_at, other.day_ends_at),
        videos_today=latest.videos_today + other.videos_today,
        elapsed_s_today=latest.elapsed_s_today + other.elapsed_s_today,
        session_videos=latest.session_videos + other.session_videos,
        session_elapsed_s=latest.session_elapsed_s + other.session_elapsed_s,
        grants=tuple(grants.values()),
        labels_today=other.labels_today | latest.labels_today,
    )


def _finished(state: ViewingState) -> tuple[DayCount, ...]:
    if state.day is None:
        return ()
    return (DayCount(day=state.day, videos=state.videos_today, active_s=state.elapsed_s_today),)


def _weeks(one: Iterable[DayCount], other: Iterable[DayCount]) -> tuple[DayCount, ...]:
    days: dict[date, DayCount] = {}
    for item in (*one, *other):
        before = days.get(item.day)
        days[item.day] = item if before is None else _added(before, item)
    return tuple(days[day] for day in sorted(days))[-7:]


def _added(one: DayCount, other: DayCount) -> DayCount:
    return DayCount(day=one.day, videos=one.videos + other.videos, active_s=one.active_s + other.active_s)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    moments = [moment for moment in (one, other) if moment is not None]
    return max(moments, default=None)
