"""A small demo city that any test may use: built once per test run, without rendering two hundred films.

``small_city`` is for reading only; ``city_copy`` gives a test its own database of the same city to write to.
"""

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.clock import ManualClock
from core.settings import Settings
from core.storage.database import Database

if TYPE_CHECKING:
    from pipelines.offline.city.manifest import CityManifest
    from pipelines.online.rooms import Rooms

CITY_NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SmallCity:
    """A built city: forty people, eighty videos with copies of one small real film, trained heads, a snapshot."""

    settings: Settings
    manifest: "CityManifest"
    clock: ManualClock  # stands at the end of the city's history

    def rooms(self) -> "Rooms":
        """Open all rooms on this city; close ``rooms.database`` when done."""
        from pipelines.online.rooms import open_rooms

        return open_rooms(self.settings, self.clock)

    def database(self) -> Database:
        """Open the city's database; close it when done."""
        return Database(self.settings.resolved_database_url)


def build_small_city(
    home: Path, encoder_folder: Path, *, seed: int = 7, people: int = 40, videos: int = 80, train: bool = True
) -> SmallCity:
    """Build a small city into ``home`` in this process."""
    # Imported here: every test run loads this file, few build a city.
    from pipelines.offline.city.build import build_city
    from pipelines.offline.city.config import CityConfig

    (home / "models").mkdir(parents=True, exist_ok=True)
    link = home / "models" / "encoder"
    if not link.exists():
        link.symlink_to(encoder_folder.absolute())
    settings = Settings(home=home)
    config = CityConfig(seed=seed, people=people, videos=videos, films=0, now=CITY_NOW)
    manifest = build_city(settings, config, processes=0, train=train)
    return SmallCity(settings, manifest, ManualClock(CITY_NOW))


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> SmallCity:
    """The shared small city on SQLite. Read only: use ``city_copy`` to write."""
    return build_small_city(tmp_path_factory.mktemp("city"), encoder_folder)


@pytest.fixture
def city_copy(small_city: SmallCity, tmp_path: Path) -> SmallCity:
    """The small city with a database, media and snapshots of the test's own."""
    home = tmp_path / "city-home"
    home.mkdir()
    for name in ("snapshots", "keys", "media", "city"):
        if (small_city.settings.home / name).exists():
            shutil.copytree(small_city.settings.home / name, home / name)
    (home / "models").symlink_to((small_city.settings.home / "models").absolute())
    old, new = (sqlite3.connect(folder / "kindling.db") for folder in (small_city.settings.home, home))
    old.backup(new)
    for connection in (old, new):
        connection.close()
    return SmallCity(Settings(home=home), small_city.manifest, ManualClock(CITY_NOW))
