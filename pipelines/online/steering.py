"""Steers: a person says what their feed should be like; it holds from the next page until it ends or is undone."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, InvalidInput, not_found
from core.ids import PersonId, SteerId, new_id
from core.storage.people import People
from core.storage.steers import Steers, StoredSteer
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms
from ranking.steering.steer import Lasts

MOST_IN_FORCE = 20


@dataclass(frozen=True, slots=True)
class SteerView:
    """A steer as it was understood. ``wants`` and ``refuses`` are in the person's own words."""

    id: SteerId
    text: str
    says: str
    wants: list[str]
    refuses: list[str]
    created_at: datetime
    expires_at: datetime | None


def add_steer(rooms: Rooms, person_id: PersonId, text: str, lasts: str | None = None) -> SteerView:
    """Store what a person asks of their feed. Raises ``InvalidInput`` for a text that cannot be followed."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        person = known_person(tx, person_id)
        understood = rooms.ranking.parse_steer(text, now=now, timezone=person.timezone, lasts=_lasts(lasts))
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
            parsed=understood.as_stored(),
            created_at=now,
            expires_at=understood.expires_at,
        )
        Steers(tx).add(stored)
    return _view(stored)


def list_steers(rooms: Rooms, person_id: PersonId) -> list[SteerView]:
    """Return a person's steers in force, oldest first."""
    with rooms.database.read() as tx:
        known_person(tx, person_id)
        return [_view(stored) for stored in Steers(tx).in_force(person_id, rooms.clock.now())]


def undo_steer(rooms: Rooms, person_id: PersonId, steer_id: SteerId) -> None:
    """Take a steer back from the next page on. Raises ``NotFound`` if the person has no such steer in force."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        if not any(stored.id == steer_id for stored in Steers(tx).in_force(person_id, now)):
            raise not_found("steer", steer_id)
        Steers(tx).undo(person_id, steer_id, now)


def _lasts(given: str | None) -> Lasts | None:
    if given is None:
        return None
    try:
        return Lasts(given)
    except ValueError:
        raise InvalidInput(
            code="unknown_duration",
            detail=f"{given!r} is no duration of a steer.",
            field="lasts",
            expected=f"One of {', '.join(Lasts)}.",
        ) from None


def _view(stored: StoredSteer) -> SteerView:
    return SteerView(
        id=stored.id,
        text=stored.text,
        says=stored.parsed["says"],
        wants=list(stored.parsed["wants"]),
        refuses=list(stored.parsed["refuses"]),
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )
