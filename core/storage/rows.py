"""Small helpers that the repositories share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from core.storage.database import Transaction

T = TypeVar("T")
_MANY = 500
_ROWCOUNT = {"preserve_rowcount": True}


def record_from(row: Any, kind: Callable[..., T], converters: Mapping[str, Callable[[Any], Any]]) -> T:
    """Build a dataclass from a row, passing the named columns through their converters (None stays None)."""
    values = {name: row[name] for name in _names(kind)}
    for name, convert in converters.items():
        if values[name] is not None:
            values[name] = convert(values[name])
    return kind(**values)


def columns_of(table: Table, kind: Callable[..., Any]) -> tuple[Column[Any], ...]:
    """Return a table's columns in the order of a record's fields, so that a row makes one by place: ``kind(*row)``."""
    return tuple(table.c[name] for name in _names(kind))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def insert_ignoring(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out any that clash with what is there. Return how many went in."""
    if len(rows) == 1:
        done = tx.connection.execute(_one_ignored(table, tx.is_sqlite), dict(rows[0]), execution_options=_ROWCOUNT)
        return done.rowcount
    inserted = 0
    for part in batches(rows):
        statement: Any
        if tx.is_sqlite:
            statement = sqlite.insert(table).values(part).on_conflict_do_nothing()
        else:
            statement = postgresql.insert(table).values(part).on_conflict_do_nothing()
        inserted += tx.connection.execute(statement, execution_options=_ROWCOUNT).rowcount
    return inserted


def upsert(tx: Transaction, table: Table, row: Mapping[str, Any], *, key: Sequence[str]) -> None:
    """Insert a row, or replace every other column of the one with the same ``key``."""
    changed = tuple(name for name in row if name not in key)
    tx.connection.execute(_upserting(table, changed, tuple(key), tx.is_sqlite), dict(row))


@cache
def _one_ignored(table: Table, is_sqlite: bool) -> Any:
    return (sqlite if is_sqlite else postgresql).insert(table).on_conflict_do_nothing()


@cache
def _upserting(table: Table, changed: tuple[str, ...], key: tuple[str, ...], is_sqlite: bool) -> Any:
    """Return the statement, built once for each shape of row."""
    statement = (sqlite if is_sqlite else postgresql).insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in changed}
    )


def batches(rows: Sequence[T], size: int = _MANY) -> Iterator[list[T]]:
    """Yield ``rows`` in lists of at most ``size`` (databases bound the parameters of one statement)."""
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
