"""Videos in every state."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, literal, select, tuple_, update

from core.ids import PersonId, VideoId
from core.records import Video
from core.storage.database import Transaction
from core.storage.rows import batches, record_from
from core.storage.tables.creation import videos
from core.storage.types import UtcDateTime
from core.vocabulary import RemixPermission, VideoStatus, Visibility

_CONVERTERS = {"status": VideoStatus, "visibility": Visibility, "remixable": RemixPermission}


class Videos:
    """The videos, from queued wishes to published films."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, items: Sequence[Video]) -> None:
        """Store new videos; a remix must come after what it remixes."""
        rows = [{name: getattr(video, name) for name in Video.__slots__} for video in items]
        for part in batches(rows):
            self._tx.connection.execute(insert(videos), part)

    def find(self, video_id: VideoId) -> Video | None:
        """Return a video in any state but deleted, or None."""
        query = select(videos).where(videos.c.id == video_id, videos.c.status != VideoStatus.DELETED)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _video(row)

    def many(self, video_ids: Iterable[VideoId]) -> dict[VideoId, Video]:
        """Return those of the given videos that exist and are not deleted, by id."""
        found: dict[VideoId, Video] = {}
        for part in batches(sorted(set(video_ids))):
            query = select(videos).where(videos.c.id.in_(part), videos.c.status != VideoStatus.DELETED)
            for video in self._all(query):
                found[video.id] = video
        return found

    def by_creator(
        self, creator_id: PersonId, *, after: VideoId | None = None, limit: int = 20, newest_first: bool = True
    ) -> list[Video]:
        """Return a creator's own videos in every state but deleted, in order of creation."""
        query = select(videos).where(videos.c.creator_id == creator_id, videos.c.status != VideoStatus.DELETED)
        order = tuple_(videos.c.created_at, videos.c.id)
        anchor = self.find(after) if after is not None else None
        if anchor is not None:
            place = tuple_(literal(anchor.created_at, UtcDateTime), anchor.id)
            query = query.where(order < place if newest_first else order > place)
        columns = (videos.c.created_at, videos.c.id)
        query = query.order_by(*(column.desc() if newest_first else column.asc() for column in columns))
        return self._all(query.limit(limit))

    def published(self) -> list[Video]:
        """Return every published video, oldest first: for building a snapshot."""
        query = select(videos).where(videos.c.status == VideoStatus.PUBLISHED)
        return self._all(query.order_by(videos.c.published_at, videos.c.id))

    def published_since(self, moment: datetime, *, limit: int = 500) -> list[Video]:
        """Return what was published after ``moment``, newest first: what a snapshot cannot know yet."""
        query = select(videos).where(videos.c.status == VideoStatus.PUBLISHED, videos.c.published_at > moment)
        return self._all(query.order_by(videos.c.published_at.desc()).limit(limit))

    def uses_film(self, film_key: str) -> bool:
        """Whether any video that is not deleted shows this film."""
        query = select(videos.c.id).where(videos.c.film_key == film_key, videos.c.status != VideoStatus.DELETED)
        return self._tx.connection.execute(query.limit(1)).first() is not None

    def change(self, video_id: VideoId, **values: Any) -> None:
        """Set columns of one video."""
        self._tx.connection.execute(update(videos).where(videos.c.id == video_id).values(**values))

    def move(self, video_id: VideoId, *, only_from: Iterable[VideoStatus], **values: Any) -> bool:
        """Set columns of a video if it stands in one of these states at this very moment. False if it does not."""
        states = [str(status) for status in only_from]
        query = update(videos).where(videos.c.id == video_id, videos.c.status.in_(states)).values(**values)
        return self._tx.connection.execute(query).rowcount == 1

    def _all(self, query: Select[Any]) -> list[Video]:
        return [_video(row) for row in self._tx.connection.execute(query).mappings()]


def _video(row: Any) -> Video:
    return record_from(row, Video, _CONVERTERS)
