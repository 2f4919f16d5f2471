"""Small helpers that the repositories share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from core.storage.database import Transaction

T = TypeVar("T")
_MANY = 500


def record_from(row: Any, kind: Callable[..., T], converters: Mapping[str, Callable[[Any], Any]]) -> T:
    """Build a dataclass from a row, passing the named columns through their converters (None stays None)."""
    values = {name: row[name] for name in _names(kind)}
    for name, convert in converters.items():
        if values[name] is not None:
            values[name] = convert(values[name])
    return kind(**values)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def insert_ignoring(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, leaving out any that clash with what is there. Return how many went in."""
    inserted = 0
    for part in batches(rows):
        statement: Any
        if tx.is_sqlite:
            statement = sqlite.insert(table).values(part).on_conflict_do_nothing()
        else:
            statement = postgresql.insert(table).values(part).on_conflict_do_nothing()
        inserted += tx.connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return inserted


def upsert(tx: Transaction, table: Table, row: Mapping[str, Any], *, key: Sequence[str]) -> None:
    """Insert a row, or replace every other column of the one with the same ``key``."""
    changed = {name: value for name, value in row.items() if name not in key}
    statement: Any
    if tx.is_sqlite:
        statement = sqlite.insert(table).values(row).on_conflict_do_update(index_elements=list(key), set_=changed)
    else:
        statement = postgresql.insert(table).values(row).on_conflict_do_update(index_elements=list(key), set_=changed)
    tx.connection.execute(statement)


def batches(rows: Sequence[T], size: int = _MANY) -> Iterator[list[T]]:
    """Yield ``rows`` in lists of at most ``size`` (databases bound the parameters of one statement)."""
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
