"""Whole tables at once, as columns: for building snapshots and training. Never used while serving."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, select

from core.storage.database import Transaction
from core.storage.tables.accounts import follows, people
from core.storage.tables.feed import events, impressions

_CHUNK = 20_000
Columns = dict[str, list[Any]]


class Bulk:
    """Reads columns of many rows without making a record of each."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def people(self) -> Columns:
        """Return id, privacy, switched signals and reset moment of everyone who has an account, in order of id."""
        columns = (people.c.id, people.c.is_private, people.c.signals, people.c.reset_at)
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
        query = select(*columns)
        if condition is not None:
            query = query.where(condition)
        if order is not None:
            query = query.order_by(order)
        found: list[list[Any]] = [[] for _ in columns]
        result = self._tx.connection.execution_options(yield_per=_CHUNK).execute(query)
        for part in result.partitions():
            for place, values in enumerate(zip(*part, strict=True)):
                found[place].extend(map(_plain, values) if columns[place].name.endswith("_at") else values)
        return {column.name: values for column, values in zip(columns, found, strict=True)}


def _plain(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
