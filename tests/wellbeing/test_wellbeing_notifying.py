"""Everything that tells a person something goes through the gate; what it holds comes in the morning."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.records import Person
from core.storage.database import Database
from core.storage.people import People
from pipelines.online import notifying
from pipelines.online.family import controls_in
from pipelines.online.telling import FAMILY, REMIXED, TEXTS, VIDEO_READY, tell
from tests.conftest import make_person
from tests.wellbeing.limits_database import Rooms
from wellbeing.room import Wellbeing

ROOT = Path(__file__).resolve().parents[2]
EVENING = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
TEEN, ADULT = make_person("teen", born=date(2011, 3, 1)), make_person("ana")


@pytest.fixture
def rooms(database: Database) -> Rooms:
    with database.write() as tx:
        People(tx).add([TEEN, ADULT])
    return Rooms(database, ManualClock(EVENING), Wellbeing.open())


def told(rooms: Rooms, person: Person, kind: str) -> None:
    with rooms.database.write() as tx:
        controls = controls_in(tx, rooms, person, rooms.clock.now())
        tell(tx, rooms, person, controls, kind, {"by": "bo", "title": "Night hours", "video_id": "video_1"})


def kinds(rooms: Rooms, person: Person) -> list[str]:
    return [item.kind for item in notifying.my_notifications(rooms, person.id)]


def test_what_is_held_in_the_night_reaches_a_teen_in_the_morning_and_once(rooms: Rooms) -> None:
    for kind in (VIDEO_READY, REMIXED):
        told(rooms, TEEN, kind)
    assert kinds(rooms, TEEN) == []
    rooms.clock.set(datetime(2026, 11, 22, 7, 59, tzinfo=UTC))
    assert kinds(rooms, TEEN) == []
    assert notifying.release_held(rooms) == 0
    rooms.clock.set(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    assert notifying.release_held(rooms) == 2
    assert notifying.release_held(rooms) == 0
    assert sorted(kinds(rooms, TEEN)) == [REMIXED, VIDEO_READY]


def test_an_adult_and_whatever_keeps_someone_safe_are_told_at_once(rooms: Rooms) -> None:
    told(rooms, ADULT, VIDEO_READY)
    told(rooms, TEEN, FAMILY)
    assert kinds(rooms, ADULT) == [VIDEO_READY]
    assert [item.text for item in notifying.my_notifications(rooms, TEEN.id)] == ["@bo changed a control: Night hours."]


def test_the_gate_is_asked_again_when_the_time_has_come(rooms: Rooms) -> None:
    told(rooms, TEEN, VIDEO_READY)
    rooms.clock.set(datetime(2026, 11, 22, 21, 30, tzinfo=UTC))  # no one looked all day, and it is night again
    assert kinds(rooms, TEEN) == []
    rooms.clock.set(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    assert kinds(rooms, TEEN) == [VIDEO_READY]


def test_what_was_read_is_no_longer_new(rooms: Rooms) -> None:
    told(rooms, ADULT, VIDEO_READY)
    assert notifying.mark_read(rooms, ADULT.id) == 1
    assert notifying.mark_read(rooms, ADULT.id) == 0
    assert [item.is_new for item in notifying.my_notifications(rooms, ADULT.id)] == [False]


def test_nothing_else_writes_a_notification() -> None:
    writers = [
        str(path.relative_to(ROOT))
        for folder in ("core", "pipelines", "api", "wellbeing", "safety", "generation", "ranking")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"Notifications\(tx\)\.add|insert\(notifications\)", path.read_text(encoding="utf-8"))
    ]
    assert writers == ["core/storage/notifications.py", "pipelines/online/telling.py"]
    assert "may_notify" in (ROOT / "pipelines/online/telling.py").read_text(encoding="utf-8")


def test_words_of_notifications_are_plain_and_lay_no_guilt() -> None:
    for text in TEXTS.values():
        assert not re.search(r"streak|miss|come back|!", text)
