"""Videos in every state."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, literal, select, tuple_, update

from core.ids import PersonId, VideoId
from core.records import Video
from core.storage.database import Transaction
from core.storage.rows import batches, columns_of
from core.storage.tables.creation import videos
from core.storage.types import UtcDateTime
from core.vocabulary import RemixPermission, VideoStatus, Visibility

_COLUMNS = columns_of(videos, Video)
_KINDS = {"status": VideoStatus, "visibility": Visibility, "remixable": RemixPermission}
# Where in a row they stand, and what each text stands for: a look-up costs a tenth of calling the enumeration.
_CONVERTED = [(Video.__slots__.index(name), {str(item): item for item in kind}) for name, kind in _KINDS.items()]
# What every page asks is built once: putting a statement together costs several times what it takes to run.
_MANY = select(*_COLUMNS).where(
    videos.c.id.in_(bindparam("video_ids", expanding=True)), videos.c.status != VideoStatus.DELETED
)
_SINCE = (
    select(*_COLUMNS)
    .where(videos.c.status == VideoStatus.PUBLISHED, videos.c.published_at > bindparam("moment", type_=UtcDateTime))
    .order_by(videos.c.published_at.desc())
    .limit(bindparam("most"))
)


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
        query = select(*_COLUMNS).where(videos.c.id == video_id, videos.c.status != VideoStatus.DELETED)
        row = self._tx.connection.execute(query).first()
        return None if row is None else _video(row)

    def many(self, video_ids: Iterable[VideoId]) -> dict[VideoId, Video]:
        """Return those of the given videos that exist and are not deleted, by id."""
        found: dict[VideoId, Video] = {}
        for part in batches(sorted(set(video_ids))):
            for video in self._all(_MANY, {"video_ids": part}):
                found[video.id] = video
        return found

    def by_creator(
        self, creator_id: PersonId, *, after: VideoId | None = None, limit: int = 20, newest_first: bool = True
    ) -> list[Video]:
        """Return a creator's own videos in every state but deleted, in order of creation."""
        query = select(*_COLUMNS).where(videos.c.creator_id == creator_id, videos.c.status != VideoStatus.DELETED)
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
        query = select(*_COLUMNS).where(videos.c.status == VideoStatus.PUBLISHED)
        return self._all(query.order_by(videos.c.published_at, videos.c.id))

    def published_since(self, moment: datetime, *, limit: int = 500) -> list[Video]:
        """Return what was published after ``moment``, newest first: what a snapshot cannot know yet."""
        return self._all(_SINCE, {"moment": moment, "most": limit})

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

    def _all(self, query: Select[Any], given: Mapping[str, Any] | None = None) -> list[Video]:
        return [_video(row) for row in self._tx.connection.execute(query, given).all()]


def _video(row: Any) -> Video:
    values = list(row)
    for place, known in _CONVERTED:
        values[place] = known[values[place]]
    return Video(*values)
