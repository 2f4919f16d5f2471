"""What people were told: their list, and what was held for them.

What is held reaches the person at the first look, or sweep, after its time has come; then the gate is asked again, for
a guardian or a move may have changed the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.notifications import Notification, Notifications
from core.storage.people import People
from pipelines.online.cards import known_person
from pipelines.online.family import controls_in
from pipelines.online.rooms import Rooms
from pipelines.online.telling import TEXTS

_MOST_SHOWN = 50
_A_SWEEP = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One notification as its person reads it."""

    id: str
    kind: str
    text: str
    detail: Mapping[str, Any]
    at: datetime
    is_new: bool


def my_notifications(rooms: Rooms, person_id: PersonId) -> list[Told]:
    """Return what reached a person, newest first; what was held and may come now comes now."""
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        _release(tx, rooms, known_person(tx, person_id))
        return [_told(item) for item in Notifications(tx).delivered(person_id, limit=_MOST_SHOWN)]


def mark_read(rooms: Rooms, person_id: PersonId) -> int:
    """Mark all that reached a person as read; return how many were not."""
    with rooms.database.write() as tx:
        known_person(tx, person_id)
        return Notifications(tx).mark_read(person_id, rooms.clock.now())


def release_held(rooms: Rooms) -> int:
    """Deliver everything held whose time has come; return how many. Safe to run as often and as often at once."""
    with rooms.database.read() as tx:
        waiting = Notifications(tx).people_waiting(rooms.clock.now(), limit=_A_SWEEP)
    delivered = 0
    for person_id in waiting:
        with rooms.database.write() as tx:
            People(tx).lock(person_id)
            person = People(tx).find(person_id)
            delivered += 0 if person is None else _release(tx, rooms, person)
    return delivered


def _release(tx: Transaction, rooms: Rooms, person: Person) -> int:
    now, delivered = rooms.clock.now(), 0
    held = Notifications(tx).due(person.id, now)
    if not held:
        return 0
    controls = controls_in(tx, rooms, person, now)
    for item in held:
        verdict = rooms.wellbeing.may_notify(person, controls, now, kind=item.kind)
        if verdict.allowed:
            Notifications(tx).deliver(item.id, now)
            delivered += 1
        else:
            Notifications(tx).hold(item.id, verdict.rule_id, verdict.send_after)
    return delivered


def _told(item: Notification) -> Told:
    text = TEXTS[item.kind].format_map(item.detail)
    return Told(item.id, item.kind, text, item.detail, item.delivered_at or item.created_at, item.read_at is None)
