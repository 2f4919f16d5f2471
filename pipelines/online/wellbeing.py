"""The gate, polls and nudges: load what is known of a person's viewing, ask the room, store what it decided.

Whoever calls ``open_gate`` or ``note_events`` holds the person's lock (``People(tx).lock(person.id)``) in the same
transaction, so that two devices asking at once are counted one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from core.errors import Conflict, not_found
from core.ids import PersonId, PollId
from core.records import Event, Person
from core.records_wellbeing import StoredPoll
from core.storage.database import Transaction
from core.storage.events import Events
from core.storage.people import People
from core.storage.polls import Polls
from core.vocabulary import EventKind
from pipelines.online.changes import changing
from pipelines.online.rooms import Rooms
from pipelines.online.viewing import load_viewing, save_viewing
from wellbeing import passivity, polls
from wellbeing.controls import EffectiveControl
from wellbeing.gate import Gate, SessionView

_WATCHED = (EventKind.COMPLETE, EventKind.VIEW)
_RECENT, _A_DAY, _LONG_AGO = timedelta(hours=6), timedelta(hours=20), timedelta(days=7)
_TOLD_AS = {polls.ITEM: EventKind.POLL_ANSWER, polls.ITEM_LATER: EventKind.LOOK_BACK}


@dataclass(frozen=True, slots=True)
class DayView:
    """One local day: what was handed out, and estimated minutes in the feed."""

    day: date
    videos: int
    active_minutes: int


@dataclass(frozen=True, slots=True)
class WellbeingView:
    """A person's own view of their time."""

    today: DayView
    limits: tuple[EffectiveControl, ...]
    session: SessionView
    nudges: passivity.Reactance
    week: tuple[DayView, ...]


def open_gate(tx: Transaction, rooms: Rooms, person: Person, requested: int, *, for_goals: int = 0) -> Gate:
    """Decide how many of ``requested`` videos may be handed out now, count them, and store that.

    The caller holds the person's lock. ``gate.allowed`` may be fewer than asked, or none with ``gate.pause`` set.
    ``gate.personalised`` and ``gate.controls`` say what the page may use; ``gate.poll``, ``gate.nudge`` go beside it.
    """
    now = rooms.clock.now()
    known = load_viewing(tx, rooms, person, now)
    gate = rooms.wellbeing.open_page(
        known.state, person, known.controls, requested=requested, now=now, for_goals=for_goals
    )
    if gate.allowed:
        gate = _with_poll(tx, rooms, person, gate, now)
    save_viewing(tx, known.accounts, gate.state, now)
    return gate


def open_one(tx: Transaction, rooms: Rooms, person: Person) -> Gate:
    """Decide whether one video may be opened outside a page, count it, and store that. The caller holds the lock.

    Nothing goes beside it: no question, no nudge.
    """
    now = rooms.clock.now()
    known = load_viewing(tx, rooms, person, now)
    gate = rooms.wellbeing.open_one(known.state, person, known.controls, now=now)
    save_viewing(tx, known.accounts, gate.state, now)
    return gate


def note_events(tx: Transaction, rooms: Rooms, person: Person, events: Sequence[Event]) -> None:
    """Take in what a person did, for time and passivity. The caller holds the person's lock; only new events count."""
    if not events:
        return
    now = rooms.clock.now()
    known = load_viewing(tx, rooms, person, now)
    after = rooms.wellbeing.after_events(known.state, person, events, now)
    if after is not known.state:
        save_viewing(tx, known.accounts, after, now)


def wellbeing_view(rooms: Rooms, person_id: PersonId) -> WellbeingView:
    """Return a person's own day, limits, session and last week. Counts nothing."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = _person(tx, person_id)
        return view_in(tx, rooms, person, now)


def view_in(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> WellbeingView:
    """Return a person's day, limits, session and last week, within a transaction."""
    known = load_viewing(tx, rooms, person, now)
    state, session = rooms.wellbeing.looked_at(known.state, person, known.controls, now)
    today = DayView(state.day or now.date(), session.videos_today, session.active_minutes_today)
    week = tuple(DayView(item.day, item.videos, int(item.active_s // 60)) for item in state.week)
    nudges = passivity.reactance(state, now, rooms.wellbeing.policy.nudges)
    return WellbeingView(today, tuple(known.controls.controls.values()), session, nudges, week)


def dismiss_nudge(rooms: Rooms, person_id: PersonId, nudge_id: str, *, stop: bool = False) -> None:
    """Wave a nudge away; ``stop`` turns nudges off. A second tap changes nothing."""
    with changing(rooms, person_id) as change:
        if change.state.nudge_id != nudge_id:
            raise not_found("nudge", nudge_id)
        change.state = passivity.dismissed(change.state, change.now, rooms.wellbeing.policy.nudges, stop=stop)


def take_break(rooms: Rooms, person_id: PersonId, minutes: int) -> SessionView:
    """Close a person's own feed for some minutes, as they asked. A longer break that runs already stays."""
    with changing(rooms, person_id) as change:
        until = change.now + timedelta(minutes=minutes)
        state = passivity.heeded(change.state, change.now, rooms.wellbeing.policy.nudges)
        change.state = state.with_(break_until=max(until, state.break_until or until))
        return change.session()


def end_break(rooms: Rooms, person_id: PersonId) -> SessionView:
    """End a break that the person asked for; no other limit changes."""
    with changing(rooms, person_id) as change:
        change.state = change.state.with_(break_until=None)
        return change.session()


def answer_poll(
    rooms: Rooms,
    person_id: PersonId,
    poll_id: PollId,
    *,
    answer: float | None = None,
    answers: Sequence[int] | None = None,
    skip: bool = False,
    stop: bool = False,
) -> None:
    """Store an answer, a skip, or that no more questions are wanted. The same again is harmless.

    Only an answer about a video becomes an event that the ranker may learn from; moods and weeks never do.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        poll = Polls(tx).find(poll_id, person_id)
        if poll is None:
            raise not_found("poll", poll_id)
        given = rooms.wellbeing.checked_answer(poll.kind, answer, answers, skip=skip or stop)
        if poll.answered_at is not None:
            _check_same(poll, given, stop=stop)
        known = load_viewing(tx, rooms, _person(tx, person_id), now)
        state = known.state
        if given is None:
            if poll.answered_at is None:
                Polls(tx).skip(poll_id, now)
                state = polls.skipped(state)
            state = state.with_(polls_stopped=state.polls_stopped or stop)
        elif poll.answered_at is None:
            Polls(tx).answer(poll_id, given.value, now, answers=given.each)
            state = polls.answered(state)
            _tell_the_ranker(tx, poll, given.value, now)
        save_viewing(tx, known.accounts, state, now)


def _check_same(poll: StoredPoll, given: polls.Answer | None, *, stop: bool) -> None:
    if given is None and (stop or poll.skipped):
        return
    if given is not None and (given.value, given.each) == (poll.answer, poll.answers):
        return
    raise Conflict(
        code="already_answered", detail="This question was answered already.", expected="the same answer, or none"
    )


def _tell_the_ranker(tx: Transaction, poll: StoredPoll, answer: float, now: datetime) -> None:
    if poll.kind not in _TOLD_AS:
        return
    event = Event(
        event_id=f"poll:{poll.id}",
        person_id=poll.person_id,
        kind=_TOLD_AS[poll.kind],
        occurred_at=now,
        received_at=now,
        video_id=poll.video_id,
        value=answer,
    )
    Events(tx).append([event])


def _with_poll(tx: Transaction, rooms: Rooms, person: Person, gate: Gate, now: datetime) -> Gate:
    if not rooms.wellbeing.poll_may_come(gate.state, now):
        return gate
    watched = partial(Events(tx).last_of, person.id, kinds=_WATCHED)
    about = {
        polls.ITEM: watched(since=now - _RECENT, until=now),
        polls.ITEM_LATER: watched(since=now - _LONG_AGO, until=now - _A_DAY),
    }
    state, offer = rooms.wellbeing.poll_offer(gate.state, person, now, about=about)
    if offer is None:
        return gate
    Polls(tx).offer(StoredPoll(offer.id, person.id, offer.kind, now, video_id=offer.video_id))
    return replace(gate, state=state, poll=offer)


def _person(tx: Transaction, person_id: PersonId) -> Person:
    person = People(tx).find(person_id)
    if person is None:
        raise not_found("person", person_id)
    return person
