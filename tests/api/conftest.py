"""A town over a fresh database, on SQLite; ``both_towns`` is the same on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.settings import Settings
from core.storage.database import Database
from core.storage.tables import metadata
from tests.conftest import NOON
from tests.town import Town, open_town, settle


@pytest.fixture(scope="session")
def town_snapshots(tmp_path_factory: pytest.TempPathFactory, encoder: TextEncoder) -> Path:
    """A serving snapshot of the town, built once by the code that builds every snapshot."""
    from pipelines.offline.snapshot import build_snapshot

    home = tmp_path_factory.mktemp("town")
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    metadata.create_all(database.engine)
    settle(database)
    build_snapshot(database, encoder, Settings(home=home), ManualClock(NOON))
    database.close()
    return home / "snapshots"


@pytest.fixture
def town(tmp_path: Path, encoder_folder: Path, town_snapshots: Path) -> Iterator[Town]:
    """The town on SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'home' / 'kindling.db'}")
    metadata.create_all(database.engine)
    settle(database)
    database.close()
    opened = open_town(tmp_path / "home", encoder_folder.parent, town_snapshots)
    yield opened
    opened.rooms.database.close()


@pytest.fixture
def both_towns(database: Database, tmp_path: Path, encoder_folder: Path, town_snapshots: Path) -> Iterator[Town]:
    """The town on each of the two databases."""
    settle(database)
    opened = open_town(tmp_path / "home", encoder_folder.parent, town_snapshots, database.url)
    yield opened
    opened.rooms.database.close()
