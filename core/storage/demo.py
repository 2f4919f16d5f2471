"""What the page that lets anyone act as a demo person needs to know: who makes, who watches, who looks after whom."""

from collections.abc import Sequence

from sqlalchemy import func, select

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.tables.accounts import follows, people
from core.storage.tables.creation import videos
from core.storage.tables.family import family_links
from core.vocabulary import VideoStatus


class DemoPeople:
    """People worth stepping into, found by counting."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def busiest_creators(self, limit: int) -> list[tuple[PersonId, int]]:
        """Return who has published most, with how many videos."""
        published = func.count()
        query = select(videos.c.creator_id, published).where(videos.c.status == VideoStatus.PUBLISHED)
        query = query.group_by(videos.c.creator_id).order_by(published.desc(), videos.c.creator_id).limit(limit)
        return [(PersonId(row[0]), int(row[1])) for row in self._tx.connection.execute(query)]

    def most_following(self, limit: int) -> list[tuple[PersonId, int]]:
        """Return who follows most people, with how many."""
        followed = func.count()
        query = select(follows.c.follower_id, followed).join(people, people.c.id == follows.c.follower_id)
        query = query.where(people.c.deleted_at.is_(None)).group_by(follows.c.follower_id)
        rows = self._tx.connection.execute(query.order_by(followed.desc(), follows.c.follower_id).limit(limit))
        return [(PersonId(row[0]), int(row[1])) for row in rows]

    def families(self, limit: int) -> Sequence[tuple[PersonId, PersonId]]:
        """Return (guardian, teen) pairs whose link is active, oldest first."""
        query = select(family_links.c.guardian_id, family_links.c.teen_id).where(family_links.c.status == "active")
        rows = self._tx.connection.execute(query.order_by(family_links.c.created_at, family_links.c.id).limit(limit))
        return [(PersonId(row[0]), PersonId(row[1])) for row in rows]
