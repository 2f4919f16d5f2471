"""Rooms over both databases with a quick renderer, and people who make and are shown in videos."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.media.store import MediaStore
from core.records import Person
from core.storage.database import Database
from pipelines.online.rooms import Rooms
from safety.room import Safety
from tests.conftest import make_person
from tests.creation_kit import PatternBackend, add_people, open_kit, write_clip


@pytest.fixture(scope="session")
def safety(encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Safety:
    """The safety room, opened once: its OCR models take a moment to load."""
    return Safety.open(encoder, keys=tmp_path_factory.mktemp("keys"))


@dataclass
class Town:
    """Rooms, their renderer, and four people: two adults who do not know each other, a follower, and a teen."""

    rooms: Rooms
    backend: PatternBackend
    home: Path
    ada: Person
    bob: Person
    fay: Person
    tim: Person


@pytest.fixture
def town(
    tmp_path: Path, database: Database, clock: ManualClock, media: MediaStore, encoder: TextEncoder, safety: Safety
) -> Town:
    rooms, backend = open_kit(tmp_path, database, clock, media, encoder, safety)
    people = (
        make_person("ada"),
        make_person("bob"),
        make_person("fay"),
        make_person("tim", born=date(2011, 3, 1), is_private=True),
    )
    add_people(rooms, *people)
    return Town(rooms, backend, tmp_path, *people)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of three seconds, as a phone would send it."""
    return write_clip(tmp_path_factory.mktemp("clips") / "me.mp4")
