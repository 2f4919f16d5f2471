"""What people give themselves ("15 minutes, then stop"), and the minutes that guardians add to a day.

A budget can only close the feed, never open it. It ends when the person ends it, when its rest is over, or when it has
grown old without being spent.
"""

from datetime import datetime, timedelta

from wellbeing.policy import LimitsPolicy
from wellbeing.state import Budget, Grant, ViewingState


def given(state: ViewingState, minutes: int, now: datetime) -> ViewingState:
    """Return the state with a fresh budget of so many minutes from ``now`` on, in place of the one before."""
    return state.with_(budget=Budget(minutes=minutes, set_at=now))


def ended(state: ViewingState) -> ViewingState:
    """Return the state without a budget; no other limit changes."""
    return state.with_(budget=None)


def settled(state: ViewingState, videos_left: int | None, now: datetime, policy: LimitsPolicy) -> ViewingState:
    """Close the feed once the budget is spent (``videos_left`` is zero), and drop a budget that is over."""
    budget = state.budget
    if budget is None:
        return state
    if budget.closed_until is not None:
        return state.with_(budget=None) if now >= budget.closed_until else state
    if videos_left == 0:
        closed_until = now + timedelta(minutes=policy.budget.rest_minutes)
        return state.with_(budget=budget.model_copy(update={"closed_until": closed_until}))
    is_old = now - budget.set_at >= timedelta(hours=policy.budget.lasts_hours)
    return state.with_(budget=None) if is_old else state


def handed_out(state: ViewingState, videos: int) -> ViewingState:
    """Count videos against the budget, if there is one."""
    if state.budget is None:
        return state
    return state.with_(budget=state.budget.model_copy(update={"videos": state.budget.videos + videos}))


def granted(state: ViewingState, grant: Grant) -> ViewingState:
    """Return the state, moved to its day already, with a guardian's minutes added to that day; once for each grant."""
    if any(known.id == grant.id for known in state.grants):
        return state
    return state.with_(grants=(*state.grants, grant))
