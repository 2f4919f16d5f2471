"""Whole tables at once, as columns: for building snapshots and training. Never used while serving."""

from typing import Any

import numpy as np
from sqlalchemy import Column, Float, String, cast, func, select, type_coerce

from core.storage.database import Transaction
from core.storage.tables.accounts import follows, people
from core.storage.tables.feed import events, impressions
from core.storage.types import UtcDateTime

_CHUNK = 20_000
Columns = dict[str, list[Any]]


class Bulk:
    """Reads columns of many rows without making a record of each."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def people(self) -> Columns:
        """Return id, privacy, switched signals and reset moment of everyone who has an account, in order of id."""
        columns = (people.c.id, people.c.is_private, people.c.signals, people.c.reset_at, people.c.jurisdiction)
        return self._columns(columns, people.c.deleted_at.is_(None), people.c.id)

    def follows(self) -> Columns:
        """Return every follow edge with the moment it began (seconds since 1970)."""
        return self._columns((follows.c.follower_id, follows.c.followee_id, follows.c.created_at))

    def events(self) -> Columns:
        """Return every event in the order the server received them."""
        columns = (
            events.c.person_id,
            events.c.kind,
            events.c.video_id,
            events.c.page_id,
            events.c.position,
            events.c.value,
            events.c.received_at,
        )
        return self._columns(columns, None, events.c.received_at)

    def impressions(self) -> Columns:
        """Return every impression in the order they were handed out."""
        columns = (
            impressions.c.page_id,
            impressions.c.position,
            impressions.c.video_id,
            impressions.c.person_id,
            impressions.c.propensity,
            impressions.c.served_at,
        )
        return self._columns(columns, None, impressions.c.served_at)

    def _columns(self, columns: tuple[Column[Any], ...], condition: Any = None, order: Any = None) -> Columns:
        query = select(*(self._fast(column) for column in columns))
        if condition is not None:
            query = query.where(condition)
        if order is not None:
            query = query.order_by(order)
        found: list[list[Any]] = [[] for _ in columns]
        result = self._tx.connection.execution_options(yield_per=_CHUNK).execute(query)
        for part in result.partitions():
            for place, values in enumerate(zip(*part, strict=True)):
                found[place].extend(values)
        named = {column.name: values for column, values in zip(columns, found, strict=True)}
        return {name: _seconds(values) if name.endswith("_at") else values for name, values in named.items()}

    def _fast(self, column: Column[Any]) -> Any:
        """Read moments as the database has them: making 300,000 datetimes would take longer than the query."""
        if not isinstance(column.type, UtcDateTime):
            return column
        if self._tx.is_sqlite:
            return type_coerce(column, String).label(column.name)
        return cast(func.extract("epoch", column), Float).label(column.name)


def _seconds(values: list[Any]) -> list[Any]:
    """Return moments as seconds since 1970: SQLite gives UTC text, PostgreSQL the number itself; None stays None."""
    if not any(isinstance(value, str) for value in values):
        return values
    moments = np.array([value or "NaT" for value in values], dtype="datetime64[us]")
    seconds = moments.astype(np.int64) / 1e6
    return [
        None if is_missing else value for value, is_missing in zip(seconds.tolist(), np.isnat(moments), strict=True)
    ]
