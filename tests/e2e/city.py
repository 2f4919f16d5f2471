"""Whom the walks are made as: people of the demo city, chosen by what is true of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from core.ids import LinkId, PersonId, new_id
from core.records import Person
from core.records_wellbeing import FamilyLink, LinkStatus
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.viewing import Viewing

_OF_AGE = 18


@dataclass
class Cast:
    """Hands out people; no one twice, so that no walk meets what another left behind."""

    database: Database
    adults: list[Person]
    teens: list[Person]
    friends: list[tuple[Person, Person]]  # two adults; the second follows the first
    guardian: Person  # someone with a teen in their family: their pages have most on them
    _taken: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    def adult(self) -> Person:
        """Return an adult without a family link."""
        return self._take(self.adults)

    def teen(self) -> Person:
        """Return someone under 18 without a family link."""
        return self._take(self.teens)

    def newcomer(self, name: str, *, age: int, jurisdiction: str = "ZZ", guardian: Person | None = None) -> Person:
        """Return someone who has just joined the city: of this age, from there, and with this guardian."""
        now = datetime.now(UTC)
        born = now.date() - timedelta(days=age * 365 + age // 4 + 60)
        person = Person(
            id=PersonId(new_id("per")), handle=f"{name.lower()}.{next(self._numbers)}", display_name=f"{name} New",
            birth_date=born, jurisdiction=jurisdiction, timezone="UTC", created_at=now - timedelta(days=2),
            is_private=age < _OF_AGE,
        )  # fmt: skip
        with self.database.write() as tx:
            People(tx).add([person])
            if guardian is not None:
                link = FamilyLink(
                    LinkId(new_id("link")), guardian.id, person.id, LinkStatus.ACTIVE, guardian.id, now, now
                )
                FamilyLinks(tx).add(link)
        return person

    def parent(self) -> Person:
        """Return an adult who has just joined: someone to look after a newcomer."""
        return self.newcomer("Pat", age=40)

    def creator_and_follower(self) -> tuple[Person, Person]:
        """Return an adult, and an adult who follows them."""
        pair = next(pair for pair in self.friends if not {person.id for person in pair} & self._taken)
        self._taken |= {person.id for person in pair}
        return pair

    def _take(self, people: list[Person]) -> Person:
        person = next(person for person in people if person.id not in self._taken)
        self._taken.add(person.id)
        return person


def choose_cast(database: Database) -> Cast:
    """Return who lives in the city and stands alone enough for a walk."""
    now = datetime.now(UTC)
    with database.read() as tx:
        people = {person.id: person for person in People(tx).page(limit=500)}
        alone = [person for person in people.values() if not FamilyLinks(tx).of(person.id)]
        adults = [person for person in alone if not person.is_minor(now)]
        teens = [person for person in alone if person.is_minor(now)]
        friends = [
            (people[followee], person)
            for person in reversed(adults)
            for followee in sorted(People(tx).following(person.id))
            if people.get(followee) in adults
        ]
        guarded = [guardian for person in people.values() for guardian in FamilyLinks(tx).guardians_of(person.id)]
    return Cast(database, adults, teens, friends, people[guarded[0]])


def change_viewing(database: Database, person: Person, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what is counted for a person: for what would take hours to watch."""
    with database.write() as tx:
        state = Viewing(tx).load(person.id) or {}
        change(state)
        Viewing(tx).save(person.id, state, datetime.now(UTC))
