"""Steers: a person says what their feed should be like; it holds from the next page until it ends or is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, InvalidInput, not_found
from core.ids import PersonId, SteerId, new_id
from core.records import Person
from core.storage.database import Transaction
from core.storage.people import People
from core.storage.steers import Steers, StoredSteer
from pipelines.online.budgets import LONGEST_BUDGET_MINUTES, set_session_budget_in
from pipelines.online.cards import known_person
from pipelines.online.changes import changing_in
from pipelines.online.rooms import Rooms
from ranking.steering.steer import Lasts
from wellbeing import budgets

MOST_IN_FORCE = 20
CHOSEN = (Lasts.SESSION, Lasts.TODAY, Lasts.UNTIL_UNDONE)


@dataclass(frozen=True, slots=True)
class SteerView:
    """A steer as it was understood. ``wants`` and ``refuses`` are in the person's own words.

    ``mood``: arousal and valence aimed at, 1 to 5; ``minutes``: after how many the feed stops; ``novelty``: +1 for what
    is new to them, -1 for more of the same.
    """

    id: SteerId
    text: str
    says: str
    wants: list[str]
    refuses: list[str]
    created_at: datetime
    expires_at: datetime | None
    mood: dict[str, float]
    minutes: int | None
    novelty: int


def add_steer(rooms: Rooms, person_id: PersonId, text: str, lasts: str | None = None) -> SteerView:
    """Store what a person asks of their feed. Raises ``InvalidInput`` for a text that cannot be followed.

    Minutes in it ("15 minutes, then stop") become the person's own budget for the session.
    The text is read before anything is locked: a language model may take its time over it.
    """
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
    understood = rooms.ranking.parse_steer(text, now=now, timezone=person.timezone, lasts=_lasts(lasts))
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        more_from = _people_named(tx, person_id, understood.asked.more_from)
        none_from = _people_named(tx, person_id, understood.asked.none_from)
        if Steers(tx).count_in_force(person_id, now) >= MOST_IN_FORCE:
            raise Conflict(
                code="too_many_steers",
                detail=f"You have {MOST_IN_FORCE} steers in force.",
                expected="Undo one first.",
            )
        stored = StoredSteer(
            id=SteerId(new_id("steer")),
            person_id=person_id,
            text=text,
            parsed=understood.as_stored(more_from=more_from, none_from=none_from),
            created_at=now,
            expires_at=understood.expires_at,
        )
        Steers(tx).add(stored)
        if understood.asked.minutes is not None:
            set_session_budget_in(tx, rooms, person, min(understood.asked.minutes, LONGEST_BUDGET_MINUTES))
    return _view(stored)


def list_steers(rooms: Rooms, person_id: PersonId) -> list[SteerView]:
    """Return a person's steers in force, oldest first."""
    with rooms.database.read() as tx:
        known_person(tx, person_id)
        return [_view(stored) for stored in Steers(tx).in_force(person_id, rooms.clock.now())]


def undo_steer(rooms: Rooms, person_id: PersonId, steer_id: SteerId) -> None:
    """Take a steer back from the next page on, with the budget it gave. Raises ``NotFound`` if none is in force."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        steer = next((stored for stored in Steers(tx).in_force(person_id, now) if stored.id == steer_id), None)
        if steer is None:
            raise not_found("steer", steer_id)
        Steers(tx).undo(person_id, steer_id, now)
        if steer.parsed.get("minutes") is not None:
            _end_budget(tx, rooms, known_person(tx, person_id), steer)


def _end_budget(tx: Transaction, rooms: Rooms, person: Person, steer: StoredSteer) -> None:
    """End the budget that a steer gave, unless another has taken its place since."""
    with changing_in(tx, rooms, person) as change:
        budget = change.state.budget
        if budget is not None and budget.minutes == steer.parsed["minutes"] and budget.set_at >= steer.created_at:
            change.state = budgets.ended(change.state)


def _people_named(tx: Transaction, person_id: PersonId, handles: Sequence[str]) -> list[PersonId]:
    """Return who has these handles. Someone who blocked this person, or is blocked, is as unknown as no one at all."""
    blocked = People(tx).blocked_either_way(person_id)
    found = [(handle, People(tx).find_by_handle(handle)) for handle in handles]
    for handle, creator in found:
        if creator is None or creator.id in blocked:
            raise InvalidInput(
                code="unknown_creator",
                detail=f"There is nobody called @{handle}.",
                field="text",
                expected="The handle of somebody who is here.",
            )
    return [creator.id for _, creator in found if creator is not None]


def _lasts(given: str | None) -> Lasts | None:
    if given is None:
        return None
    if given not in CHOSEN:
        raise InvalidInput(
            code="unknown_duration",
            detail=f"{given!r} is no duration of a steer.",
            field="lasts",
            expected=f"One of {', '.join(CHOSEN)}.",
        )
    return Lasts(given)


def _view(stored: StoredSteer) -> SteerView:
    return SteerView(
        id=stored.id,
        text=stored.text,
        says=stored.parsed["says"],
        wants=list(stored.parsed["wants"]),
        refuses=list(stored.parsed["refuses"]),
        created_at=stored.created_at,
        expires_at=stored.expires_at,
        mood=dict(stored.parsed.get("mood", {})),
        minutes=stored.parsed.get("minutes"),
        novelty=int(stored.parsed.get("novelty", 0)),
    )
