"""The stored decisions in bulk, oldest first, for deciding them again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, func, select, type_coerce

from core.storage.database import Transaction
from core.storage.tables.safety import decisions

COLUMNS = ("id", "person_id", "surface", "audience", "outcome", "rule_id", "category", "scores")


class DecisionHistory:
    """Reads decisions as columns. Scores come as the JSON text that is stored."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def count(self, since: datetime | None = None) -> int:
        """Return how many decisions there are."""
        return self._tx.connection.scalar(_since(select(func.count()).select_from(decisions), since)) or 0

    def batches(self, since: datetime | None = None, size: int = 50_000) -> Iterator[dict[str, list[Any]]]:
        """Yield the columns ``COLUMNS`` of up to ``size`` decisions at a time."""
        scores: Any = type_coerce(decisions.c.scores, Text) if self._tx.is_sqlite else cast(decisions.c.scores, Text)
        columns = [scores.label(name) if name == "scores" else decisions.c[name] for name in COLUMNS]
        query = _since(select(*columns), since).order_by(decisions.c.created_at)
        result = self._tx.connection.execution_options(stream_results=True, yield_per=size).execute(query)
        for rows in result.partitions(size):
            yield dict(zip(COLUMNS, (list(column) for column in zip(*rows, strict=True)), strict=True))


def _since(query: Select[Any], since: datetime | None) -> Select[Any]:
    return query if since is None else query.where(decisions.c.created_at >= since)
