"""The lake: events and impressions as Parquet, one folder a day, for DuckDB and polars.

Layout: ``<lake>/events/day=2026-11-20/part-0.parquet`` (hive style; UTC days of the server's clock). A day is written
whole or not at all, and writing it again gives the same rows: it can be repeated, interrupted, or run from cron.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from core.errors import Unavailable
from core.storage.database import Database
from core.storage.event_days import Columns, EventDays

_SETTLED_AFTER = timedelta(minutes=15)  # no transaction takes longer: after this a past day gets no more rows
_MOMENT = pl.Datetime("us", "UTC")
SCHEMAS: dict[str, dict[str, Any]] = {
    "events": {
        "event_id": pl.String, "person_id": pl.String, "kind": pl.String, "video_id": pl.String,
        "target_person_id": pl.String, "page_id": pl.String, "position": pl.Int32, "value": pl.Float64,
        "text": pl.String, "occurred_at": _MOMENT, "received_at": _MOMENT,
    },
    "impressions": {
        "page_id": pl.String, "position": pl.Int32, "video_id": pl.String, "person_id": pl.String, "source": pl.String,
        "propensity": pl.Float64, "score": pl.Float64, "heads": pl.String, "served_at": _MOMENT,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """How many days and rows were written, and how many settled days were there already."""

    days: int
    rows: int
    already: int


def export_lake(
    database: Database, lake: Path, now: datetime, *, again: bool = False, done: Callable[[], None] = lambda: None
) -> Exported:
    """Write every day that is not settled in the lake yet (all of them with ``again``); ``done`` is called per day."""
    written = rows = already = 0
    for table, day in lake_days(database):
        target = lake / table / f"day={day.isoformat()}" / "part-0.parquet"
        if not again and _is_settled(target, day):
            already += 1
        else:
            with database.read() as tx:
                rows += _write(EventDays(tx).of(table, day), table, target)
            _mark(target, now)
            written += 1
        done()
    return Exported(written, rows, already)


def lake_days(database: Database) -> list[tuple[str, date]]:
    """Return each table and day that there is something to export of."""
    with database.read() as tx:
        repository = EventDays(tx)
        return [(table, day) for table in SCHEMAS for day in repository.days(table)]


def _is_settled(target: Path, day: date) -> bool:
    """Tell whether the file was written after its day had ended for good."""
    end = datetime.combine(day, time(), UTC) + timedelta(days=1) + _SETTLED_AFTER
    return target.exists() and target.stat().st_mtime >= end.timestamp()


def _mark(target: Path, now: datetime) -> None:
    # The server's clock decides what is settled, not the file system's.
    os.utime(target, (now.timestamp(), now.timestamp()))


def _write(columns: Columns, table: str, target: Path) -> int:
    if "heads" in columns:
        columns["heads"] = [json.dumps(value, sort_keys=True) for value in columns["heads"]]
    frame = pl.DataFrame(columns, schema=SCHEMAS[table])
    partial = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(partial, compression="zstd")
        partial.replace(target)
    except OSError as error:
        raise Unavailable(
            code="lake_unwritable", detail=f"The lake cannot be written to: {error.strerror or error}.",
            expected="Free some space or choose another folder with --to.",
        ) from error  # fmt: skip
    return len(frame)
