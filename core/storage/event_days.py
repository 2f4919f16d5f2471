"""What was shown and done on one day, as columns: for the lake."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Table, func, select

from core.storage.database import Transaction
from core.storage.tables.feed import events, impressions

Columns = dict[str, list[Any]]
_CHUNK = 20_000


class EventDays:
    """Reads events and impressions day by day (UTC), by the server's clock."""

    _BY: tuple[tuple[Table, Column[Any]], ...] = (
        (events, events.c.received_at),
        (impressions, impressions.c.served_at),
    )
    TABLES: Sequence[str] = tuple(table.name for table, _ in _BY)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def days(self, table: str) -> list[date]:
        """Return every day from the table's first row to its last."""
        _, moment = self._named(table)
        first, last = self._tx.connection.execute(select(func.min(moment), func.max(moment))).one()
        if first is None:
            return []
        start, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
        return [start + timedelta(days=number) for number in range((end - start).days + 1)]

    def of(self, table: str, day: date) -> Columns:
        """Return one day's rows in order of time, every column of the table."""
        target, moment = self._named(table)
        start = datetime.combine(day, time(), UTC)
        query = select(target).where(moment >= start, moment < start + timedelta(days=1))
        query = query.order_by(moment, *target.primary_key.columns)
        columns: Columns = {column.name: [] for column in target.columns}
        result = self._tx.connection.execution_options(yield_per=_CHUNK).execute(query)
        for part in result.partitions():
            for name, values in zip(columns, zip(*part, strict=True), strict=True):
                columns[name].extend(values)
        return columns

    def _named(self, table: str) -> tuple[Table, Column[Any]]:
        return next(pair for pair in self._BY if pair[0].name == table)
