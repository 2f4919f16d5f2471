"""Who may find, see and follow whom.

- A block, either way, makes two people invisible to each other.
- Which adults come upon someone is a control, ``adult_discovery``: at most those known to them if they are under 18. To
  know someone is to be linked as a family, or to be followed by them. An adult who may not find someone cannot be the
  first to follow.
- Whoever has a private account, or is under 18, chooses their followers: those whom they follow or are family with
  follow them at once, others who find them may ask.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from core.errors import NotAllowed, not_found
from core.ids import PersonId
from core.records import Person
from core.records_wellbeing import LinkStatus
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.people import People
from pipelines.online.family import control_in
from pipelines.online.rooms import Rooms

DISCOVERY, FAMILY, KNOWN = "adult_discovery", "family", "known"


@dataclass(frozen=True, slots=True)
class Circle:
    """A person and whom they have to do with, at one moment."""

    person: Person
    is_minor: bool
    following: Set[PersonId]
    followers: Set[PersonId]
    blocked: Set[PersonId]
    family: Set[PersonId]

    def knows(self, other: PersonId) -> bool:
        """Whether ``other`` has shown that they know this person: they follow them, or are family."""
        return other in self.followers or other in self.family

    def may_find(self, other: Person, now: datetime, discovery: str | None = None) -> bool:
        """Whether this person can come upon ``other`` in a search or by their profile.

        ``discovery``: which adults find the other, by their controls; unsaid, it is what holds for their age at least.
        """
        if other.id == self.person.id:
            return True
        if other.id in self.blocked:
            return False
        if self.is_minor or other.id in self.family:
            return True
        if discovery == FAMILY:
            return False
        known_only = discovery == KNOWN or other.is_minor(now)
        return not known_only or self.knows(other.id) or other.id in self.following

    def may_follow(self, other: Person, now: datetime) -> bool:
        """Whether this person may (begin to) follow ``other``."""
        if other.id == self.person.id or other.id in self.blocked:
            return False
        if other.id in self.following or self.knows(other.id):
            return True
        return not (other.is_private or other.is_minor(now))


def circle_of(tx: Transaction, person_id: PersonId, now: datetime) -> Circle:
    """Return a person's circle. Raises ``NotFound`` for an unknown person."""
    people = People(tx)
    person = people.find(person_id)
    if person is None:
        raise not_found("person", person_id)
    return Circle(
        person=person,
        is_minor=person.is_minor(now),
        following=people.following(person_id),
        followers=people.followers(person_id),
        blocked=people.blocked_either_way(person_id),
        family={link.other(person_id) for link in FamilyLinks(tx).of(person_id) if link.status == LinkStatus.ACTIVE},
    )


def findable(tx: Transaction, rooms: Rooms, circle: Circle, other_id: PersonId, now: datetime) -> Person:
    """Return someone whom the person may see. Raises ``NotFound`` for all others, known or not."""
    other = People(tx).find(other_id)
    if other is None or not circle.may_find(other, now, discovery_of(tx, rooms, other, now)):
        raise not_found("person", other_id)
    return other


def all_findable(
    tx: Transaction, rooms: Rooms, circle: Circle, others: Sequence[Person], now: datetime
) -> list[Person]:
    """Return those of many people whom the person may see, in the given order."""
    own_choice = FamilyLinks(tx).who_set(DISCOVERY, [other.id for other in others])
    return [
        other
        for other in others
        if circle.may_find(other, now, discovery_of(tx, rooms, other, now) if other.id in own_choice else None)
    ]


def discovery_of(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> str:
    """Return which adults may find a person, by what they, their guardians, the platform and the law have set."""
    return str(control_in(tx, rooms, person, DISCOVERY, now))


def check_may_follow(tx: Transaction, rooms: Rooms, person_id: PersonId, other_id: PersonId, now: datetime) -> None:
    """Raise ``NotFound`` or ``NotAllowed`` unless ``person_id`` may follow ``other_id`` without asking."""
    circle = circle_of(tx, person_id, now)
    other = findable(tx, rooms, circle, other_id, now)
    if not circle.may_follow(other, now):
        raise NotAllowed(
            code="may_not_follow",
            detail="This person chooses their followers.",
            field="person_id",
            expected=f"PUT /v1/people/{other_id}/follow asks them.",
        )
