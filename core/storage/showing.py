"""What decides who may see a video, and the figures that stand on its card."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, case, delete, func, insert, literal, select, union_all

from core.ids import PersonId, VideoId
from core.storage.database import Transaction
from core.storage.rows import batches, insert_ignoring
from core.storage.tables.accounts import people
from core.storage.tables.creation import video_characters, videos
from core.storage.tables.feed import events, likes
from core.visibility import Showing
from core.vocabulary import EventKind, VideoStatus, Visibility

_STATUS, _VISIBILITY = {str(item): item for item in VideoStatus}, {str(item): item for item in Visibility}
# What every page asks is built once: putting a statement together costs several times what it takes to run.
_VIDEO_IDS: BindParameter[Any] = bindparam("video_ids", expanding=True)
_FACTS = (
    select(
        videos.c.id,
        videos.c.creator_id,
        videos.c.status,
        videos.c.visibility,
        videos.c.teen_allowed,
        videos.c.adult_allowed,
        people.c.is_private,
        people.c.deleted_at.is_(None),
        video_characters.c.owner_id,
    )
    .join(people, people.c.id == videos.c.creator_id)
    .outerjoin(video_characters, video_characters.c.video_id == videos.c.id)
    .where(videos.c.id.in_(_VIDEO_IDS))
    .order_by(videos.c.id, video_characters.c.character_id)
)


def _counted(name: str, column: Any, condition: Any = None) -> Select[Any]:
    query = select(literal(name), column, func.count()).where(column.in_(_VIDEO_IDS))
    return (query if condition is None else query.where(condition)).group_by(column)


_ON_CARDS = union_all(
    _counted("like", likes.c.video_id),
    _counted("comment", events.c.video_id, events.c.kind == EventKind.COMMENT),
    _counted("remix", videos.c.remixed_from, videos.c.status == VideoStatus.PUBLISHED),
    select(literal("mine"), likes.c.video_id, literal(1)).where(
        likes.c.person_id == bindparam("person_id"), likes.c.video_id.in_(_VIDEO_IDS)
    ),
)


class Showings:
    """Reads, for many videos at once, all that ``core.visibility.may_see`` asks for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, video_ids: Iterable[VideoId]) -> dict[VideoId, Showing]:
        """Return what decides about each of these videos; unknown ones are left out."""
        found: dict[VideoId, Showing] = {}
        for part in batches(sorted(set(video_ids))):
            for row in self._tx.connection.execute(_FACTS, {"video_ids": part}).all():
                known, owner = found.get(row[0]), row[-1]
                if known is not None:  # one row for each likeness that a video shows
                    found[row[0]] = replace(known, shows=(*known.shows, owner))
                else:
                    found[row[0]] = _showing(row, () if owner is None else (owner,))
        return found


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
        found: dict[str, dict[VideoId, int]] = {"like": {}, "comment": {}, "remix": {}, "mine": {}}
        rows = self._tx.connection.execute(_ON_CARDS, {"person_id": person_id, "video_ids": wanted}).all()
        for name, video_id, count in rows:
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

    def _count(self, column: Any, wanted: list[VideoId], condition: Any) -> dict[VideoId, int]:
        query = select(column, func.count()).where(column.in_(wanted))
        if condition is not True:
            query = query.where(condition)
        return {VideoId(key): int(count) for key, count in self._tx.connection.execute(query.group_by(column))}


def _showing(row: Any, shows: tuple[PersonId, ...]) -> Showing:
    video_id, creator_id, status, visibility, teen, adult, is_private, exists, _ = row
    return Showing(
        video_id, creator_id, _STATUS[status], _VISIBILITY[visibility], teen, adult, is_private, exists, shows
    )
