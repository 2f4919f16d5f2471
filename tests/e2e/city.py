"""Whom the walks are made as: people of the demo city, chosen by what is true of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.records import Person
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People


@dataclass
class Cast:
    """Hands out people; no one twice, so that no walk meets what another left behind."""

    adults: list[Person]
    teens: list[Person]
    friends: list[tuple[Person, Person]]  # two adults; the second follows the first
    guardian: Person  # someone with a teen in their family: their pages have most on them
    _taken: set[str] = field(default_factory=set)

    def adult(self) -> Person:
        """Return an adult without a family link."""
        return self._take(self.adults)

    def teen(self) -> Person:
        """Return someone under 18 without a family link."""
        return self._take(self.teens)

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
    return Cast(adults, teens, friends, people[guarded[0]])
