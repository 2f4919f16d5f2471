"""Who may find, see and follow whom.

- A block, either way, makes two people invisible to each other.
- Someone under 18 is not found by adults they do not know, and such an adult cannot be the first to follow. To know
  someone is to be linked as a family, or to be followed by them.
- Someone with a private account is found, and can be followed by those whom they follow or are family with.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from core.errors import NotAllowed, not_found
from core.ids import PersonId
from core.records import Person
from core.records_wellbeing import LinkStatus
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.people import People


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

    def may_find(self, other: Person, now: datetime) -> bool:
        """Whether this person can come upon ``other`` in a search or by their profile."""
        if other.id == self.person.id:
            return True
        if other.id in self.blocked:
            return False
        stranger = not self.knows(other.id) and other.id not in self.following
        return not (stranger and other.is_minor(now) and not self.is_minor)

    def may_follow(self, other: Person, now: datetime) -> bool:
        """Whether this person may (begin to) follow ``other``."""
        if other.id == self.person.id or other.id in self.blocked:
            return False
        if other.id in self.following or self.knows(other.id):
            return True
        guarded = other.is_private or (other.is_minor(now) and not self.is_minor)
        return not guarded


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


def findable(tx: Transaction, circle: Circle, other_id: PersonId, now: datetime) -> Person:
    """Return someone whom the person may see. Raises ``NotFound`` for all others, known or not."""
    other = People(tx).find(other_id)
    if other is None or not circle.may_find(other, now):
        raise not_found("person", other_id)
    return other


def check_may_follow(tx: Transaction, person_id: PersonId, other_id: PersonId, now: datetime) -> None:
    """Raise ``NotFound`` or ``NotAllowed`` unless ``person_id`` may follow ``other_id``."""
    circle = circle_of(tx, person_id, now)
    other = findable(tx, circle, other_id, now)
    if not circle.may_follow(other, now):
        raise NotAllowed(
            code="may_not_follow",
            detail="You cannot be the first to follow this person.",
            field="person_id",
            expected="They can follow you first.",
        )
