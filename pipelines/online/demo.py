"""The demo city's front door: a few people worth stepping into, and a search for anyone else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.age import age_years
from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.demo import DemoPeople
from core.storage.people import People
from pipelines.online.rooms import Rooms

_LOOKED_AT = 120  # people considered for each role
_SUGGESTED = ("Adult", "Teen", "Guardian", "Creator", "Adult", "Teen")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone to step into: their role in the city, and a sentence about them."""

    person: Person
    role: str
    about: str


def suggested_people(rooms: Rooms) -> list[DemoPerson]:
    """Return a handful of people, one role after another and no one twice. Empty for an empty city."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        found = {
            "Adult": _watchers(tx, now, minors=False),
            "Teen": _watchers(tx, now, minors=True),
            "Guardian": _guardians(tx),
            "Creator": _creators(tx, now),
        }
        return list(_one_each(found))


def search_people(rooms: Rooms, text: str, *, limit: int = 12) -> list[Person]:
    """Return people whose handle or name contains ``text``."""
    with rooms.database.read() as tx:
        return People(tx).page(containing=text.lstrip("@"), limit=limit)


def _one_each(found: dict[str, Iterator[DemoPerson]]) -> Iterator[DemoPerson]:
    taken: set[PersonId] = set()
    for role in _SUGGESTED:
        fresh = next((item for item in found[role] if item.person.id not in taken), None)
        if fresh is not None:
            taken.add(fresh.person.id)
            yield fresh


def _watchers(tx: Transaction, now: datetime, *, minors: bool) -> Iterator[DemoPerson]:
    counts = dict(DemoPeople(tx).most_following(_LOOKED_AT * 5))
    for person in _in_order(tx, counts):
        if person.is_minor(now) is minors:
            yield DemoPerson(person, "Teen" if minors else "Adult", f"{_age(person, now)}Follows {counts[person.id]}.")


def _guardians(tx: Transaction) -> Iterator[DemoPerson]:
    pairs = DemoPeople(tx).families(_LOOKED_AT)
    people = People(tx).many([person_id for pair in pairs for person_id in pair])
    for guardian, teen in pairs:
        if guardian in people and teen in people:
            yield DemoPerson(people[guardian], "Guardian", f"Looks after {people[teen].display_name}.")


def _creators(tx: Transaction, now: datetime) -> Iterator[DemoPerson]:
    counts = dict(DemoPeople(tx).busiest_creators(_LOOKED_AT))
    for person in _in_order(tx, counts):
        if not person.is_minor(now):
            yield DemoPerson(person, "Creator", f"Has published {counts[person.id]} videos.")


def _in_order(tx: Transaction, ids: Iterable[PersonId]) -> list[Person]:
    wanted = list(ids)
    people = People(tx).many(wanted)
    return [people[person_id] for person_id in wanted if person_id in people]


def _age(person: Person, now: datetime) -> str:
    return "" if person.birth_date is None else f"{age_years(person.birth_date, now.date())} years old. "
