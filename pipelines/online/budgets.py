"""What people give themselves, what guardians add, and warning labels that were shown."""

from datetime import datetime, timedelta

from core.errors import InvalidInput
from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from pipelines.online.changes import Change, changing, changing_in
from pipelines.online.rooms import Rooms
from wellbeing import budgets, counting, labels
from wellbeing.gate import SessionView
from wellbeing.state import Grant

LONGEST_BUDGET_MINUTES = 480
LONGEST_GRANT_MINUTES = 120


def set_session_budget(rooms: Rooms, person_id: PersonId, minutes: int) -> SessionView:
    """Give a person so many minutes in the feed from now on, then stop, as they asked. Replaces the one before.

    Raises ``InvalidInput`` for minutes out of range.
    """
    with changing(rooms, person_id) as change:
        return _budgeted(change, minutes)


def set_session_budget_in(tx: Transaction, rooms: Rooms, person: Person, minutes: int) -> SessionView:
    """The same within a transaction whose caller holds the person's lock: for a steer that says a time."""
    with changing_in(tx, rooms, person) as change:
        return _budgeted(change, minutes)


def end_session_budget(rooms: Rooms, person_id: PersonId) -> SessionView:
    """End a budget that the person gave themselves; no other limit changes."""
    with changing(rooms, person_id) as change:
        change.state = budgets.ended(change.state)
        return change.session()


def grant_minutes_in(tx: Transaction, rooms: Rooms, teen: Person, grant_id: str, minutes: int) -> datetime:
    """Add minutes to a teen's day in progress, once for each ``grant_id``; return when that day ends.

    The caller holds the teen's lock and has checked that whoever grants may. The daily and weekly minutes rise by it,
    never past the platform's bound or a law that leaves parents no say; cooldowns, nights and breaks stay.
    Raises ``InvalidInput`` for minutes out of range.
    """
    if not 1 <= minutes <= LONGEST_GRANT_MINUTES:
        raise _out_of_range(LONGEST_GRANT_MINUTES)
    with changing_in(tx, rooms, teen) as change:
        change.catch_up()
        now = counting.never_back(change.state, change.now)
        change.state = budgets.granted(change.state, Grant(id=grant_id, minutes=minutes, at=now))
        return change.state.day_ends_at or now + timedelta(days=1)


def acknowledge_label(rooms: Rooms, person_id: PersonId, label_id: str) -> SessionView:
    """Note that a warning label was shown. Raises ``Conflict`` before one that may not be skipped has had its time."""
    with changing(rooms, person_id) as change:
        change.state = labels.acknowledged(change.state, label_id, counting.never_back(change.state, change.now))
        return change.session()


def _budgeted(change: Change, minutes: int) -> SessionView:
    if not 1 <= minutes <= LONGEST_BUDGET_MINUTES:
        raise _out_of_range(LONGEST_BUDGET_MINUTES)
    change.catch_up()  # what was watched before now is not part of it
    change.state = budgets.given(change.state, minutes, counting.never_back(change.state, change.now))
    return change.session()


def _out_of_range(longest: int) -> InvalidInput:
    return InvalidInput(
        code="bad_minutes", detail="That many minutes cannot be set.", field="minutes", expected=f"1 to {longest}."
    )
