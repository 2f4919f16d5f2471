"""The Parquet lake: what DuckDB and polars read, on both databases, however often it is exported."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from core.errors import Unavailable
from core.ids import PersonId, VideoId
from core.records import Event
from core.storage.database import Database
from core.storage.events import Events
from core.storage.people import People
from core.vocabulary import EventKind
from pipelines.offline.lake import export_lake
from tests.conftest import NOON, make_person


def say(database: Database, name: str, at: datetime, kind: EventKind = EventKind.LIKE, text: str | None = None) -> None:
    event = Event(name, PersonId("per_ada"), kind, at, at, VideoId("video_1"), text=text)
    with database.write() as tx:
        Events(tx).append([event])


@pytest.fixture
def history(database: Database) -> Database:
    """Three days of one person's events, the last of them today."""
    with database.write() as tx:
        People(tx).add([make_person("ada")])
    for number in range(6):
        say(database, f"event-{number}", NOON - timedelta(days=2) + timedelta(hours=9 * number))
    return database


def test_days_are_folders_that_duckdb_and_polars_read(history: Database, tmp_path: Path) -> None:
    say(history, "a-comment", NOON, EventKind.COMMENT, "so calm, “thank you” 🌊")
    exported = export_lake(history, tmp_path, NOON + timedelta(hours=11))
    assert (exported.days, exported.rows, exported.already) == (3, 7, 0)
    pattern = f"{tmp_path}/events/*/*.parquet"
    rows = duckdb.sql(
        f"SELECT day::varchar, count(*) FROM read_parquet('{pattern}') GROUP BY day ORDER BY day"
    ).fetchall()
    assert [day for day, _ in rows] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    frame = pl.read_parquet(pattern, hive_partitioning=True)
    assert frame.height == 7
    comment = frame.filter(pl.col("kind") == "comment").row(0, named=True)
    assert comment["text"] == "so calm, “thank you” 🌊"
    assert comment["received_at"] == NOON
    assert comment["day"].isoformat() == "2026-11-21"


def test_exporting_again_adds_nothing_and_today_is_kept_up_to_date(history: Database, tmp_path: Path) -> None:
    export_lake(history, tmp_path, NOON + timedelta(hours=1))
    say(history, "later-today", NOON + timedelta(hours=2))
    again = export_lake(history, tmp_path, NOON + timedelta(hours=3))
    assert (again.days, again.already) == (1, 2)
    ids = pl.read_parquet(f"{tmp_path}/events/*/*.parquet")["event_id"].to_list()
    assert len(ids) == len(set(ids)) == 7


def test_a_day_exported_before_its_end_is_written_once_more(history: Database, tmp_path: Path) -> None:
    export_lake(history, tmp_path, NOON)
    say(history, "before-midnight", datetime(2026, 11, 21, 23, 59, tzinfo=UTC))
    settled = export_lake(history, tmp_path, NOON + timedelta(days=1))
    assert settled.days == 1
    assert export_lake(history, tmp_path, NOON + timedelta(days=1)).days == 0
    assert export_lake(history, tmp_path, NOON + timedelta(days=1), again=True).days == 3


def test_an_empty_database_makes_no_lake(database: Database, tmp_path: Path) -> None:
    assert export_lake(database, tmp_path / "lake", NOON).days == 0
    assert not (tmp_path / "lake").exists()


def test_a_lake_that_cannot_be_written_says_so(history: Database, tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file stands where the folder should be")
    with pytest.raises(Unavailable) as caught:
        export_lake(history, tmp_path / "lake", NOON)
    assert caught.value.code == "lake_unwritable"
