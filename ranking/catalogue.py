"""All videos the ranker knows: a snapshot's rows, and after them the rows of what was published since."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import DIMENSIONS as TEXT_DIMENSIONS
from core.hashing import stable_int
from core.ids import PersonId, VideoId
from core.records import Video
from core.vocabulary import Visibility
from ranking.features import unit
from ranking.snapshot import COUNTS, VIDEO_COLUMNS, Rows, Snapshot
from ranking.understanding.kept import none_kept, unpacked
from ranking.words import side_by_side, stem_hashes

Array = NDArray[Any]


def film_number(video_id: str, film_key: str | None) -> int:
    """Return a number that is equal for videos that are the same film."""
    return stable_int("film", film_key or video_id)


def family_number(root_id: str) -> int:
    """Return a number that is equal for a video and all its remixes; ``root_id`` is the first of them."""
    return stable_int("family", root_id)


def video_text(prompt: str, caption: str) -> str:
    """Return the text that a video's embedding is made of."""
    return f"{prompt}\n{caption}".strip()


def text_vector(embedding: bytes | None) -> Array:
    """Return the 384 float32s of a stored embedding; zeros if there is none, or it has another length."""
    if embedding is None or len(embedding) != 4 * TEXT_DIMENSIONS:
        return np.zeros(TEXT_DIMENSIONS, dtype=np.float32)
    return np.frombuffer(embedding, dtype="<f4")


@dataclass(frozen=True, slots=True)
class Fresh:
    """Videos published after the snapshot was built, in the snapshot's columns, and the people it does not know."""

    columns: dict[str, Array]
    tokens: tuple[Array, ...]
    video_rows: dict[str, int]  # id -> row counted from the snapshot's end
    person_rows: dict[str, int]  # id -> row counted from the end of the snapshot's people
    ids: tuple[str, ...]
    by_creator: dict[int, list[int]]  # person row -> their new videos' rows, newest first
    records: tuple[Mapping[str, Any], ...]  # attributes as they are stored


class Catalogue:
    """One view over a snapshot and the fresh videos. Immutable; a new one is made when a video is published."""

    def __init__(self, snapshot: Snapshot, fresh: Sequence[Video] = ()) -> None:
        self.snapshot = snapshot
        self._base = snapshot.video_count
        self._people = len(snapshot.people)
        known = snapshot.video_rows([video.id for video in fresh])
        # A video that was re-published has a row already; the snapshot's stays.
        self.videos = tuple(video for video, row in zip(fresh, known, strict=True) if row < 0)
        self._fresh = self._columns_of(self.videos)

    @property
    def count(self) -> int:
        """How many videos there are in all."""
        return self._base + len(self._fresh.ids)

    def take(self, column: str, rows: Array) -> Array:
        """Return a column's values at ``rows``; shape (n, ...)."""
        base, extra = self.snapshot.videos[column], self._fresh.columns[column]
        if not len(extra):
            return np.asarray(base.take(rows, axis=0))
        is_fresh = rows >= self._base
        if not is_fresh.any():
            return np.asarray(base.take(rows, axis=0))
        taken = np.zeros((len(rows), *extra.shape[1:]), dtype=extra.dtype)
        taken[~is_fresh] = base[rows[~is_fresh]]
        taken[is_fresh] = extra[rows[is_fresh] - self._base]
        return taken

    def video_id(self, row: int) -> VideoId:
        """Return the id of the video in a row."""
        if row >= self._base:
            return VideoId(self._fresh.ids[row - self._base])
        return VideoId(self.snapshot.videos["id"][row].decode())

    def video_ids(self, rows: Array) -> list[VideoId]:
        """Return the ids of the videos in some rows."""
        if len(rows) and rows.max() >= self._base:
            return [self.video_id(row) for row in rows.tolist()]
        return [VideoId(key.decode()) for key in self.snapshot.videos["id"].take(rows).tolist()]

    def rows_of(self, video_ids: Sequence[str]) -> Array:
        """Return the row of each video, -1 for unknown ones; int64."""
        rows = self.snapshot.video_rows(video_ids)
        for place in np.flatnonzero(rows < 0).tolist():
            rows[place] = self._fresh.video_rows.get(video_ids[place], -1)
        return rows

    def people_rows(self, person_ids: Iterable[str]) -> Array:
        """Return the row of each person, -1 for those who are in no row; int64."""
        wanted = list(person_ids)
        rows = self.snapshot.person_rows(wanted)
        for place in np.flatnonzero(rows < 0).tolist():
            rows[place] = self._fresh.person_rows.get(wanted[place], -1)
        return rows

    def person_id(self, row: int) -> PersonId:
        """Return the id of the person in a row."""
        if row >= self._people:
            return next(PersonId(key) for key, value in self._fresh.person_rows.items() if value == row)
        return PersonId(self.snapshot.people[row].decode())

    def newest_by(self, people: Array, *, each: int) -> Array:
        """Return up to ``each`` newest videos of every one of these people (rows), fresh ones first."""
        made = self._fresh.by_creator
        found = [row for person in people.tolist() for row in made.get(person, ())[:each]] if made else []
        kept = self.snapshot.by_creator.of_many(people[people < self._people], each=each)
        return np.concatenate([np.array(found, dtype=np.int64), kept.astype(np.int64)])

    def is_at(self, place: int, people: Array) -> Array:
        """Return which people (rows) are of a place by the snapshot; none are of an unknown one; bool (n,)."""
        places = self.snapshot.places
        found = np.zeros(len(people), dtype=bool)
        inside = (people >= 0) & (people < len(places))
        found[inside] = (places[people[inside]] == place) & (place != 0)
        return found

    def began_at(self, people: Array) -> Array:
        """Return when each person's first video in the snapshot was published; infinity if there is none; (n,)."""
        table = self.snapshot.cached("began_at", self._began_at)
        began = np.full(len(people), np.inf)
        inside = (people >= 0) & (people < len(table))
        began[inside] = table[people[inside]]
        return began

    def _began_at(self) -> Array:
        made = self.snapshot.by_creator
        began = np.full(self._people, np.inf)
        has_any = np.diff(made.indptr) > 0
        oldest = np.asarray(made.indices[made.indptr[1:][has_any] - 1])  # a person's videos are newest first
        began[has_any] = self.snapshot.videos["published_at"][oldest]
        return began

    def newest(self, limit: int) -> Array:
        """Return the rows of the newest videos, newest first."""
        return np.arange(self.count - 1, max(-1, self.count - 1 - limit), -1, dtype=np.int64)

    def tokens_of(self, row: int) -> Array:
        """Return the hashed word stems of a video's text."""
        if row >= self._base:
            return self._fresh.tokens[row - self._base]
        return self.snapshot.tokens.of(row)

    def tokens_of_many(self, rows: Array) -> tuple[Array, Array]:
        """Return the stems of several rows side by side, and before them whose each is: a place in ``rows``."""
        if not self._fresh.ids or not (rows >= self._base).any():
            return self.snapshot.tokens.side_by_side(rows)
        return side_by_side([self.tokens_of(int(row)) for row in rows])

    def kept_attributes(self, rows: Array, revision: str) -> tuple[Array, Array]:
        """Return what heads of a revision read of some videos, (n, attributes) bytes, and which of them they read."""
        values, is_known = none_kept(len(rows))
        if self.snapshot.attributes_revision == revision and len(self.snapshot.attributes):
            if not self._fresh.ids:
                return np.asarray(self.snapshot.attributes.take(rows, axis=0)), ~is_known
            is_known = rows < self._base
            values[is_known] = self.snapshot.attributes[rows[is_known]]
        for place in np.flatnonzero(rows >= self._base).tolist():
            kept = unpacked(self._fresh.records[int(rows[place]) - self._base], revision)
            if kept is not None:
                values[place], is_known[place] = kept, True
        return values, is_known

    def _columns_of(self, videos: Sequence[Video]) -> Fresh:
        ordered = sorted(videos, key=lambda video: (video.published_at or video.created_at, video.id))
        people = self._new_people(ordered)
        creators = self._creators(ordered, people)
        columns = {name: self._column(name, ordered, creators) for name in VIDEO_COLUMNS}
        by_creator: dict[int, list[int]] = {}
        for place in range(len(ordered) - 1, -1, -1):
            by_creator.setdefault(int(creators[place]), []).append(self._base + place)
        return Fresh(
            columns=columns,
            tokens=tuple(stem_hashes(f"{video.prompt} {video.caption} {video.style}") for video in ordered),
            video_rows={video.id: self._base + place for place, video in enumerate(ordered)},
            person_rows=people,
            ids=tuple(video.id for video in ordered),
            by_creator=by_creator,
            records=tuple(video.attributes for video in ordered),
        )

    def _new_people(self, videos: Sequence[Video]) -> dict[str, int]:
        creators = list(dict.fromkeys(video.creator_id for video in videos))
        rows = self.snapshot.person_rows(creators)
        unknown = [creator for creator, row in zip(creators, rows, strict=True) if row < 0]
        return {creator: self._people + place for place, creator in enumerate(unknown)}

    def _creators(self, videos: Sequence[Video], people: dict[str, int]) -> Array:
        rows = self.snapshot.person_rows([video.creator_id for video in videos])
        return np.array(
            [people.get(video.creator_id, int(row)) for video, row in zip(videos, rows, strict=True)], dtype=np.int32
        )

    def _column(self, name: str, videos: Sequence[Video], creators: Array) -> Array:
        dtype, shape = VIDEO_COLUMNS[name]
        if name == "creator":
            return creators
        if name == "vector":
            return self._vectors(videos)
        if name == "family":
            return np.array([self._family(video, videos) for video in videos], dtype=dtype)
        values = [_FRESH_VALUE[name](video) for video in videos]
        return np.array(values, dtype=dtype).reshape((len(videos), *shape))

    def _vectors(self, videos: Sequence[Video]) -> Array:
        texts = np.array([text_vector(video.embedding) for video in videos], dtype=np.float32)
        return unit(texts.reshape(-1, TEXT_DIMENSIONS) @ np.asarray(self.snapshot.content_map)).astype(np.float32)

    def _family(self, video: Video, videos: Sequence[Video]) -> int:
        parents = {item.id: item.remixed_from for item in videos}
        root: str = video.id
        while (parent := parents.get(VideoId(root))) is not None:
            root = parent
        row = int(self.snapshot.video_rows([root])[0])
        return int(self.snapshot.videos["family"][row]) if row >= 0 else family_number(root)


_NO_COUNTS = np.zeros(len(COUNTS), dtype=np.float32)
_FRESH_VALUE: dict[str, Callable[[Video], Any]] = {
    "id": lambda video: video.id.encode(),
    "published_at": lambda video: (video.published_at or video.created_at).timestamp(),
    "film": lambda video: film_number(video.id, video.film_key),
    "teen": lambda video: video.teen_allowed,
    "adult": lambda video: video.adult_allowed,
    "open": lambda video: video.visibility == Visibility.PUBLIC,
    "limited": lambda video: video.limited,
    "is_remix": lambda video: video.remixed_from is not None,
    "seconds": lambda video: video.seconds,
    "counts": lambda _video: _NO_COUNTS,
    "heat": lambda _video: 0.0,
    "text": lambda video: text_vector(video.embedding),
}

__all__ = ["Catalogue", "Fresh", "Rows", "family_number", "film_number", "text_vector", "video_text"]
