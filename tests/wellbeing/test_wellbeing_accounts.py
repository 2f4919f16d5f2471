"""Two accounts of one teen on the same family link are one allowance, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.clock import ManualClock
from core.ids import LinkId, PersonId
from core.records import Person
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People
from pipelines.online.family import activity
from pipelines.online.wellbeing import open_gate, open_one, take_break, wellbeing_view
from tests.conftest import NOON, make_person
from tests.wellbeing.limits_database import Rooms
from wellbeing.room import Wellbeing

BORN = date(2011, 3, 1)
FIRST, SECOND, SISTER = (
    make_person("tia", born=BORN), make_person("tia2", born=BORN), make_person("una", born=date(2012, 9, 9)),
)  # fmt: skip
GUARDIAN = make_person("gus")


@pytest.fixture
def rooms(database: Database) -> Rooms:
    with database.write() as tx:
        People(tx).add([FIRST, SECOND, SISTER, GUARDIAN])
        for teen in (FIRST, SISTER):
            link(tx, teen)
    return Rooms(database, ManualClock(NOON), Wellbeing.open())


def link(tx: object, teen: Person) -> None:
    made = FamilyLink(LinkId(f"link_{teen.handle}"), GUARDIAN.id, teen.id, LinkStatus.ACTIVE, GUARDIAN.id, NOON, NOON)
    FamilyLinks(tx).add(made)  # type: ignore[arg-type]


def join(rooms: Rooms, teen: Person = SECOND) -> None:
    with rooms.database.write() as tx:
        link(tx, teen)


def control(rooms: Rooms, teen: Person, name: str, value: object) -> None:
    with rooms.database.write() as tx:
        setting = Setting(name, value, GUARDIAN.id, rooms.clock.now())  # type: ignore[arg-type]
        FamilyLinks(tx).set_control(teen.id, setting)


def page(rooms: Rooms, person: Person, size: int = 30) -> int:
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        return open_gate(tx, rooms, person, size).allowed  # type: ignore[arg-type]


def film(rooms: Rooms, person: Person) -> int:
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        return open_one(tx, rooms, person).allowed  # type: ignore[arg-type]


def test_a_second_account_on_the_same_link_is_no_second_allowance(rooms: Rooms) -> None:
    join(rooms)
    assert (page(rooms, FIRST, 12), page(rooms, SECOND), page(rooms, FIRST), film(rooms, SECOND)) == (12, 8, 0, 0)
    assert page(rooms, SISTER) == 20  # another child, another birthday
    rooms.clock.advance(minutes=20)
    assert page(rooms, SECOND) + page(rooms, FIRST) == 20
    assert wellbeing_view(rooms, SECOND.id).today.videos == 40  # type: ignore[arg-type]
    for teen in (FIRST, SECOND):  # a guardian reads the same of both
        assert activity(rooms, GUARDIAN.id, teen.id).today.videos == 40  # type: ignore[arg-type]


def test_what_each_account_had_before_they_were_joined_counts(rooms: Rooms) -> None:
    assert (page(rooms, FIRST, 12), page(rooms, SECOND, 15)) == (12, 15)
    join(rooms)
    assert (page(rooms, FIRST), page(rooms, SECOND)) == (0, 0)


def test_a_break_on_one_account_and_the_strictest_of_their_controls_hold_on_both(rooms: Rooms) -> None:
    join(rooms)
    control(rooms, FIRST, "daily_videos", 5)
    assert (page(rooms, SECOND), page(rooms, FIRST)) == (5, 0)
    rooms.clock.advance(days=1)
    take_break(rooms, FIRST.id, 60)  # type: ignore[arg-type]
    assert page(rooms, SECOND) == 0


def test_a_guardian_says_that_they_are_twins_and_may_take_it_back(rooms: Rooms) -> None:
    join(rooms)
    assert page(rooms, FIRST) == 20
    control(rooms, SECOND, "count_together", False)
    assert page(rooms, SECOND) == 20
    control(rooms, SECOND, "count_together", True)
    assert (page(rooms, FIRST), page(rooms, SECOND)) == (0, 0)
    assert wellbeing_view(rooms, FIRST.id).today.videos == 40  # type: ignore[arg-type]


def test_forty_requests_at_once_over_two_accounts_get_exactly_one_sessions_videos(rooms: Rooms) -> None:
    join(rooms)
    with ThreadPoolExecutor(8) as pool:
        asked = list(
            pool.map(
                lambda number: (
                    film(rooms, (FIRST, SECOND)[number % 2])
                    if number % 3 == 0
                    else page(rooms, (FIRST, SECOND)[number % 2], 2)
                ),
                range(40),
            )
        )
    assert sum(asked) == 20


def test_adults_with_the_same_birthday_are_two_people(rooms: Rooms) -> None:
    rooms.clock.advance(days=366 * 4)
    join(rooms)
    assert (page(rooms, FIRST), page(rooms, SECOND)) == (30, 30)
    assert PersonId("per_tia") == FIRST.id
