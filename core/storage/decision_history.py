"""The stored decisions in bulk, for deciding them again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, func, select, type_coerce

from core.ids import VideoId
from core.storage.database import Transaction
from core.storage.decisions import OVERTURNED, WORDS, Decision, decision_from
from core.storage.tables.creation import videos
from core.storage.tables.safety import decisions, review_cases
from core.vocabulary import VideoStatus

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


class StoredWords:
    """What was decided of the words that videos go out with."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def videos_after(self, last: str, limit: int) -> list[VideoId]:
        """Return up to ``limit`` videos that are not deleted, in order of their ids, after ``last``."""
        query = select(videos.c.id).where(videos.c.id > last, videos.c.status != VideoStatus.DELETED)
        return [VideoId(value) for value in self._tx.connection.scalars(query.order_by(videos.c.id).limit(limit))]

    def latest(self, video_ids: Sequence[VideoId]) -> dict[VideoId, list[Decision]]:
        """Return the newest decision for each audience of each video; those without any are left out."""
        query = select(decisions).where(decisions.c.subject_kind == WORDS, decisions.c.subject_id.in_(video_ids))
        found: dict[VideoId, dict[str, Decision]] = {}
        for row in self._tx.connection.execute(query.order_by(decisions.c.created_at, decisions.c.id)).mappings():
            decision = decision_from(row)
            found.setdefault(VideoId(decision.subject_id), {})[decision.audience] = decision
        return {video_id: list(by_audience.values()) for video_id, by_audience in found.items()}

    def overturned(self, video_ids: Sequence[VideoId]) -> set[VideoId]:
        """Return the videos of which a reviewer overturned some decision."""
        query = (
            select(decisions.c.subject_id)
            .join(review_cases, review_cases.c.decision_id == decisions.c.id)
            .where(review_cases.c.status == OVERTURNED, decisions.c.subject_id.in_(video_ids))
        )
        return {VideoId(value) for value in self._tx.connection.scalars(query)}
