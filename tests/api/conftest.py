"""A town over a fresh database, on SQLite; ``both_towns`` is the same on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.settings import Settings
from core.storage.database import Database
from pipelines.online.rooms import Rooms, open_rooms
from tests.conftest import NOON, make_tables
from tests.town import Town, move_into, settle


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path, encoder: TextEncoder) -> Path:
    """A home with the town's database, the encoder, and a snapshot made by the code that makes every snapshot."""
    from pipelines.offline.snapshot import build_snapshot

    home = tmp_path_factory.mktemp("town")
    (home / "models").symlink_to(encoder_folder.parent.absolute())
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    make_tables(database)
    settle(database)
    build_snapshot(database, encoder, Settings(home=home), ManualClock(NOON))
    database.close()
    return home


@pytest.fixture(scope="session")
def town_rooms(town_home: Path) -> Iterator[Rooms]:
    """The rooms over that home, opened once: their policies and models never change."""
    rooms = open_rooms(Settings(home=town_home), ManualClock(NOON))
    yield rooms
    rooms.database.close()


@pytest.fixture
def town(tmp_path: Path, town_rooms: Rooms) -> Iterator[Town]:
    """The town on SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'home' / 'kindling.db'}")
    make_tables(database)
    settle(database)
    yield move_into(town_rooms, tmp_path / "home", database)
    database.close()


@pytest.fixture
def both_towns(database: Database, tmp_path: Path, town_rooms: Rooms) -> Town:
    """The town on each of the two databases."""
    settle(database)
    return move_into(town_rooms, tmp_path / "home", database)
