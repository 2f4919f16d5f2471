"""Candidates that run beside the policy in force: how often they would have said something else, and what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from core.ids import new_id
from core.storage.database import Transaction
from core.storage.rows import insert_ignoring, record_from
from core.storage.tables.policies import policy_shadow_counts, policy_shadow_disagreements, policy_shadows

MOST_KEPT = 2_000  # disagreements of one shadow that are stored one by one; all are counted

Tally = Mapping[tuple[str, str, str, str], int]  # (surface, audience, live, candidate): how often


@dataclass(frozen=True, slots=True)
class Shadow:
    """One run of a candidate. ``classifier``: the folder of a candidate classifier; empty: the live scores."""

    id: str
    name: str
    revision: str
    classifier: str
    by: str
    reason: str
    started_at: datetime
    stopped_at: datetime | None = None
    dropped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One verdict that the candidate would have given otherwise. No text, nobody's name: the scores alone."""

    surface: str
    audience: str
    live: str
    candidate: str
    live_rule: str
    candidate_rule: str
    scores: Mapping[str, float | None]
    at: datetime


class Shadows:
    """Starts, stops and counts."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, shadow: Shadow) -> None:
        """Store a shadow that begins."""
        values = {name: getattr(shadow, name) for name in Shadow.__slots__}
        self._tx.connection.execute(insert(policy_shadows).values(values))

    def find(self, shadow_id: str) -> Shadow | None:
        """Return a shadow, or None."""
        query = select(policy_shadows).where(policy_shadows.c.id == shadow_id)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, Shadow, {})

    def newest(self) -> Shadow | None:
        """Return the shadow that was started last, or None."""
        query = select(policy_shadows).order_by(policy_shadows.c.started_at.desc(), policy_shadows.c.id).limit(1)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, Shadow, {})

    def stop(self, shadow_id: str, at: datetime) -> None:
        """Note that a shadow ended."""
        mine = policy_shadows.c.id == shadow_id
        self._tx.connection.execute(update(policy_shadows).where(mine).values(stopped_at=at))

    def record(
        self, shadow_id: str, tally: Tally, disagreements: Sequence[Disagreement], *, dropped: int, failed: int
    ) -> None:
        """Add what one server counted since it last did; keep disagreements while there is room for them."""
        lost = {"dropped": policy_shadows.c.dropped + dropped, "failed": policy_shadows.c.failed + failed}
        # First of all this row, so that servers that count at once wait for one another here and nowhere else.
        self._tx.connection.execute(update(policy_shadows).where(policy_shadows.c.id == shadow_id).values(lost))
        for key, count in tally.items():
            self._count(shadow_id, key, count)
        room = max(0, MOST_KEPT - self._kept(shadow_id))
        rows = [{name: getattr(item, name) for name in Disagreement.__slots__} for item in disagreements[:room]]
        named = [row | {"id": new_id("dis"), "shadow_id": shadow_id} for row in rows]
        if named:
            self._tx.connection.execute(insert(policy_shadow_disagreements), named)

    def counts(self, shadow_id: str) -> dict[tuple[str, str, str, str], int]:
        """Return how often what was said against what: (surface, audience, live, candidate)."""
        table = policy_shadow_counts
        query = select(table).where(table.c.shadow_id == shadow_id)
        rows = self._tx.connection.execute(query).mappings()
        return {(row["surface"], row["audience"], row["live"], row["candidate"]): row["count"] for row in rows}

    def disagreements(self, shadow_id: str) -> list[Disagreement]:
        """Return the disagreements that were kept, oldest first."""
        table = policy_shadow_disagreements
        query = select(table).where(table.c.shadow_id == shadow_id).order_by(table.c.at, table.c.id)
        return [record_from(row, Disagreement, {}) for row in self._tx.connection.execute(query).mappings()]

    def _count(self, shadow_id: str, key: tuple[str, str, str, str], count: int) -> None:
        table = policy_shadow_counts
        row: dict[str, Any] = dict(zip(("surface", "audience", "live", "candidate"), key, strict=True))
        insert_ignoring(self._tx, table, [{"shadow_id": shadow_id, **row, "count": 0}])
        mine = [table.c.shadow_id == shadow_id, *(table.c[name] == value for name, value in row.items())]
        self._tx.connection.execute(update(table).where(*mine).values({"count": table.c["count"] + count}))

    def _kept(self, shadow_id: str) -> int:
        table = policy_shadow_disagreements
        query = select(func.count()).select_from(table).where(table.c.shadow_id == shadow_id)
        return self._tx.connection.scalar(query) or 0
