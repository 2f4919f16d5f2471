"""What decides who may see a video, and the figures that stand on its card."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, delete, func, insert, literal, select, union_all

from core.ids import PersonId, VideoId
from core.storage.database import Transaction
from core.storage.rows import batches, insert_ignoring
from core.storage.tables.accounts import people
from core.storage.tables.creation import video_characters, videos
from core.storage.tables.feed import events, likes
from core.visibility import Showing
from core.vocabulary import EventKind, VideoStatus, Visibility


class Showings:
    """Reads, for many videos at once, all that ``core.visibility.may_see`` asks for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, video_ids: Iterable[VideoId]) -> dict[VideoId, Showing]:
        """Return what decides about each of these videos; unknown ones are left out."""
        wanted = sorted(set(video_ids))
        shown = self._shown(wanted)
        found: dict[VideoId, Showing] = {}
        for part in batches(wanted):
            for row in self._tx.connection.execute(_facts_of(part)).all():
                found[VideoId(row.id)] = _showing(row, shown.get(VideoId(row.id), ()))
        return found

    def _shown(self, video_ids: list[VideoId]) -> dict[VideoId, tuple[PersonId, ...]]:
        shown: dict[VideoId, tuple[PersonId, ...]] = {}
        for part in batches(video_ids):
            query = select(video_characters.c.video_id, video_characters.c.owner_id)
            for row in self._tx.connection.execute(query.where(video_characters.c.video_id.in_(part))).all():
                video_id = VideoId(row.video_id)
                shown[video_id] = (*shown.get(video_id, ()), PersonId(row.owner_id))
        return shown


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people liked a video, and how many comments and published remixes it has."""

    like: int = 0
    comment: int = 0
    remix: int = 0


class Likes:
    """The present state of likes, and the counts on a card. The event log keeps the history."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def like(self, person_id: PersonId, video_id: VideoId, at: datetime) -> None:
        """Record that a person likes a video; once however often they say so."""
        insert_ignoring(self._tx, likes, [{"person_id": person_id, "video_id": video_id, "created_at": at}])

    def unlike(self, person_id: PersonId, video_id: VideoId) -> None:
        """Take a like back."""
        self._tx.connection.execute(delete(likes).where(likes.c.person_id == person_id, likes.c.video_id == video_id))

    def liked_by(self, person_id: PersonId, video_ids: Iterable[VideoId]) -> set[VideoId]:
        """Return which of these videos a person likes."""
        query = select(likes.c.video_id).where(likes.c.person_id == person_id, likes.c.video_id.in_(list(video_ids)))
        return {VideoId(value) for value in self._tx.connection.scalars(query)}

    def counts(self, video_ids: Iterable[VideoId]) -> dict[VideoId, Counts]:
        """Return likes, comments and published remixes of each video."""
        wanted = sorted(set(video_ids))
        liked = self._count(likes.c.video_id, wanted, True)
        commented = self._count(events.c.video_id, wanted, events.c.kind == EventKind.COMMENT)
        remixed = self._count(videos.c.remixed_from, wanted, videos.c.status == VideoStatus.PUBLISHED)
        return {key: Counts(liked.get(key, 0), commented.get(key, 0), remixed.get(key, 0)) for key in wanted}

    def on_cards(self, person_id: PersonId, video_ids: Iterable[VideoId]) -> tuple[dict[VideoId, Counts], set[VideoId]]:
        """Return ``counts`` and ``liked_by`` in one statement: what a page of cards shows."""
        wanted = sorted(set(video_ids))
        mine = select(literal("mine"), likes.c.video_id, literal(1))
        parts = (
            self._counted("like", likes.c.video_id, wanted, None),
            self._counted("comment", events.c.video_id, wanted, events.c.kind == EventKind.COMMENT),
            self._counted("remix", videos.c.remixed_from, wanted, videos.c.status == VideoStatus.PUBLISHED),
            mine.where(likes.c.person_id == person_id, likes.c.video_id.in_(wanted)),
        )
        found: dict[str, dict[VideoId, int]] = {"like": {}, "comment": {}, "remix": {}, "mine": {}}
        for name, video_id, count in self._tx.connection.execute(union_all(*parts)):
            found[name][VideoId(video_id)] = int(count)
        names = ("like", "comment", "remix")
        counts = {key: Counts(*(found[name].get(key, 0) for name in names)) for key in wanted}
        return counts, set(found["mine"])

    def settle(self) -> int:
        """Rebuild every like from the event log (after loading events in bulk); return how many there are."""
        self._tx.connection.execute(delete(likes))
        latest = (
            select(events.c.person_id, events.c.video_id, func.max(events.c.received_at).label("at"))
            .where(events.c.kind.in_([EventKind.LIKE, EventKind.UNLIKE]), events.c.video_id.is_not(None))
            .group_by(events.c.person_id, events.c.video_id)
            .subquery()
        )
        same = and_(
            events.c.person_id == latest.c.person_id,
            events.c.video_id == latest.c.video_id,
            events.c.received_at == latest.c.at,
        )
        undone = func.max(case((events.c.kind == EventKind.UNLIKE, 1), else_=0))
        rows = (
            select(latest.c.person_id, latest.c.video_id, latest.c.at)
            .join(events, same)
            .where(events.c.kind.in_([EventKind.LIKE, EventKind.UNLIKE]))
            .group_by(latest.c.person_id, latest.c.video_id, latest.c.at)
            .having(undone == 0)
        )
        self._tx.connection.execute(insert(likes).from_select(["person_id", "video_id", "created_at"], rows))
        return self._tx.connection.scalar(select(func.count()).select_from(likes)) or 0

    def _counted(self, name: str, column: Any, wanted: list[VideoId], condition: Any) -> Select[Any]:
        query = select(literal(name), column, func.count()).where(column.in_(wanted))
        return (query if condition is None else query.where(condition)).group_by(column)

    def _count(self, column: Any, wanted: list[VideoId], condition: Any) -> dict[VideoId, int]:
        query = select(column, func.count()).where(column.in_(wanted))
        if condition is not True:
            query = query.where(condition)
        return {VideoId(key): int(count) for key, count in self._tx.connection.execute(query.group_by(column))}


def _facts_of(video_ids: list[VideoId]) -> Select[Any]:
    columns = (
        videos.c.id,
        videos.c.creator_id,
        videos.c.status,
        videos.c.visibility,
        videos.c.teen_allowed,
        videos.c.adult_allowed,
        people.c.is_private,
        people.c.deleted_at,
    )
    return select(*columns).join(people, people.c.id == videos.c.creator_id).where(videos.c.id.in_(video_ids))


def _showing(row: Any, shows: tuple[PersonId, ...]) -> Showing:
    return Showing(
        video_id=VideoId(row.id),
        creator_id=PersonId(row.creator_id),
        status=VideoStatus(row.status),
        visibility=Visibility(row.visibility),
        teen_allowed=row.teen_allowed,
        adult_allowed=row.adult_allowed,
        creator_is_private=row.is_private,
        creator_exists=row.deleted_at is None,
        shows=shows,
    )
