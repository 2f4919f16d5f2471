"""The database: SQLite (WAL) when embedded, PostgreSQL when operated. Both behave the same to the repositories."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import InvalidInput, Unavailable

_WRITE = "kindling_write"
_BUSY_TIMEOUT_MS = 10_000
_LOG_PAGES = 8192  # of the write-ahead log, from which on a writer checkpoints: see ``checkpoints``


@dataclass(frozen=True, slots=True)
class Transaction:
    """One unit of work. Commits when its ``with`` block ends, rolls back when it raises."""

    connection: Connection

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use (it locks whole files, not rows)."""
        return self.connection.dialect.name == "sqlite"


class Database:
    """Opens transactions. Safe to share between threads; one per process."""

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        self.url = _with_driver(url)
        if self.url.startswith("sqlite"):
            _make_parent(self.url)
        self.engine: Engine = create_engine(
            self.url, pool_size=pool_size, max_overflow=16, pool_pre_ping=False, json_serializer=_json
        )
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that only reads: it sees one state of the database and never waits for a writer."""
        with _explained(), self.engine.connect() as connection, connection.begin():
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that may write. On SQLite it takes the write lock at once, so it cannot fail half-way."""
        with _explained(), self.engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
            yield Transaction(connection)

    def checkpoint(self) -> None:
        """Move what SQLite's write-ahead log holds into the file, as far as no reader needs it. Nobody waits for it."""
        with self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:  # past the engine: a checkpoint is not allowed within a transaction
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database cannot do now, or can never do, into an error that a caller can act on."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable(
            code="database_unavailable",
            detail="The database cannot be used now: it is busy, full, read-only or out of reach.",
            expected="Try again soon; an operator should look at the log and the disk.",
            retry_after_s=5,
        ) from error
    except DataError as error:
        raise InvalidInput(
            code="unstorable", detail="The input holds something that cannot be stored.",
            expected="Text without NUL characters, and numbers of ordinary size.",
        ) from error  # fmt: skip


def _json(value: Any) -> str:
    """Return JSON of plain values, moments and dataclasses; several times as fast as ``json`` on a page of videos."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:  # half of a surrogate pair, say, which ``json`` writes as an escape
        return json.dumps(value)


def _with_driver(url: str) -> str:
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _make_parent(url: str) -> None:
    name = make_url(url).database
    if not name or name == ":memory:":
        return
    try:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            code="database_folder", detail=f"The database folder cannot be made: {error.strerror}.",
            expected="Set KINDLING_HOME to a folder that this user may write to.",
        ) from error  # fmt: skip


def _prepare_sqlite(engine: Engine) -> None:
    """Take transaction control from the driver, so that BEGIN is ours to choose (SQLAlchemy's documented recipe)."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
            "mmap_size=268435456",
            f"wal_autocheckpoint={_LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
