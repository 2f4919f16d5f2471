"""Pages handed out (leases) and the impressions on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select

from core.ids import PageId, PersonId, VideoId
from core.storage.database import Transaction
from core.storage.rows import batches, record_from
from core.storage.tables.feed import impressions, pages
from core.vocabulary import FeedMode, Reason

_SEEN = (  # built once: a page asks it, and putting it together costs as much as reading some hundred rows
    select(impressions.c.video_id)
    .where(impressions.c.person_id == bindparam("person_id"))
    .order_by(impressions.c.served_at.desc(), impressions.c.position.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A page as it was handed out. ``size`` is how many videos it counted; ``response`` is what was answered."""

    id: PageId
    person_id: PersonId
    mode: FeedMode
    size: int
    snapshot: str
    policy_version: str
    response: Mapping[str, Any]
    created_at: datetime
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Impression:
    """One video at one position of a page, and the probability that the policy in force put it there."""

    page_id: PageId
    position: int
    video_id: VideoId
    person_id: PersonId
    source: Reason
    propensity: float
    score: float
    heads: Mapping[str, float]
    served_at: datetime


class Pages:
    """Leases and impressions: written once, never changed."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, lease: Lease, shown: Sequence[Impression]) -> None:
        """Store a page and what stands on it."""
        self._tx.connection.execute(insert(pages), [{name: getattr(lease, name) for name in Lease.__slots__}])
        rows = [{name: getattr(item, name) for name in Impression.__slots__} for item in shown]
        for part in batches(rows):
            self._tx.connection.execute(insert(impressions), part)

    def find(self, person_id: PersonId, page_id: PageId) -> Lease | None:
        """Return a person's page, or None if there is none or it is someone else's."""
        return self._lease(select(pages).where(pages.c.id == page_id, pages.c.person_id == person_id))

    def by_key(self, person_id: PersonId, key: str) -> Lease | None:
        """Return the page that a person was given for an idempotency key, or None."""
        return self._lease(select(pages).where(pages.c.person_id == person_id, pages.c.idempotency_key == key))

    def impression(self, page_id: PageId, position: int) -> Impression | None:
        """Return what stood at a position of a page, or None."""
        query = select(impressions).where(impressions.c.page_id == page_id, impressions.c.position == position)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, Impression, {"source": Reason})

    def holds(self, page_id: PageId, person_id: PersonId, video_id: VideoId) -> bool:
        """Tell whether a page that was handed to this person has this video on it."""
        query = select(impressions.c.position).where(
            impressions.c.page_id == page_id,
            impressions.c.person_id == person_id,
            impressions.c.video_id == video_id,
        )
        return self._tx.connection.scalar(query.limit(1)) is not None

    def sizes(self, person_id: PersonId, page_ids: Sequence[PageId]) -> dict[PageId, int]:
        """Return how many videos each of these pages of a person holds; pages of others are left out."""
        query = (
            select(pages.c.id, func.count(impressions.c.position))
            .outerjoin(impressions, impressions.c.page_id == pages.c.id)
            .where(pages.c.person_id == person_id, pages.c.id.in_(list(page_ids)))
            .group_by(pages.c.id)
        )
        return {PageId(key): int(count) for key, count in self._tx.connection.execute(query)}

    def seen(self, person_id: PersonId, *, limit: int) -> list[VideoId]:
        """Return what a person was last shown, newest first."""
        rows = self._tx.connection.execute(_SEEN, {"person_id": person_id, "most": limit}).all()
        return [video_id for (video_id,) in rows]

    def _lease(self, query: Select[Any]) -> Lease | None:
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, Lease, {"mode": FeedMode})
