"""Everything that ranking is trained on, read once from the database into arrays of row numbers and seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import DIMENSIONS, TextEncoder
from core.records import Video
from core.storage.bulk_read import Bulk, Columns
from core.storage.database import Database
from core.storage.videos import Videos
from core.vocabulary import EventKind
from ranking.catalogue import text_vector, video_text
from ranking.snapshot import place_number
from ranking.taste import taste_weight
from ranking.viewer import LOCATION

Array = NDArray[Any]
_LEARNING_SIGNALS = ("personalisation", "in_app_activity", "past_engagement")


@dataclass(frozen=True, slots=True)
class Happened:
    """Events that name a known person and a published video, in order of time; every array has n rows."""

    person: Array
    video: Array
    kind: Array  # str of EventKind
    at: Array  # seconds since 1970
    value: Array  # NaN where there is none
    taste: Array  # what it says about the person's taste; 0 for those who switched learning off


@dataclass(frozen=True, slots=True)
class Shown:
    """Impressions of published videos to known people, in order of time."""

    person: Array
    video: Array
    at: Array
    position: Array
    propensity: Array


@dataclass(frozen=True, slots=True)
class RankingData:
    """People in order of id, published videos in order of publication, and what happened between them."""

    people: Array  # ids as bytes
    is_private: Array
    places: Array  # ``ranking.snapshot.place_number`` of each person
    videos: list[Video]
    creators: Array  # video -> person row
    texts: Array  # (videos, 384) float32
    published_at: Array
    follows: Array  # (edges, 2) person rows: follower, followee
    follows_at: Array
    events: Happened
    shown: Shown


def load_ranking_data(database: Database, encoder: TextEncoder, *, until: float | None = None) -> RankingData:
    """Read what ranking learns from; with ``until`` (seconds since 1970), only what had happened before it."""
    limit = np.inf if until is None else until
    with database.read() as tx:
        bulk = Bulk(tx)
        people, follows, events, shown = bulk.people(), bulk.follows(), bulk.events(), bulk.impressions()
        videos = [video for video in Videos(tx).published() if _published_s(video) < limit]
    ids = np.array([key.encode() for key in people["id"]], dtype="S64")
    order = np.argsort(ids, kind="stable")
    person_row = {people["id"][place]: row for row, place in enumerate(order)}
    videos = [video for video in videos if video.creator_id in person_row]
    video_row = {video.id: row for row, video in enumerate(videos)}
    return RankingData(
        people=ids[order],
        is_private=np.array(people["is_private"], dtype=bool)[order],
        places=_places(people)[order],
        videos=videos,
        creators=np.array([person_row[video.creator_id] for video in videos], dtype=np.int32),
        texts=_texts(videos, encoder),
        published_at=np.array([_published_s(video) for video in videos], dtype=np.float64),
        follows=_edges(follows, person_row, limit),
        follows_at=_edge_times(follows, person_row, limit),
        events=_happened(events, person_row, video_row, _learn_from(people), limit),
        shown=_shown(shown, person_row, video_row, limit),
    )


def _places(people: Columns) -> Array:
    """Return where everyone is; nowhere for those who switched location off."""
    told = zip(people["jurisdiction"], people["signals"], strict=True)
    places = [place_number(place) if (signals or {}).get(LOCATION, True) else 0 for place, signals in told]
    return np.array(places, dtype=np.int64)


def _learn_from(people: Columns) -> dict[str, float]:
    """Person -> the moment from which on their events may be learned from; infinity for those who switched it off."""
    starts: dict[str, float] = {}
    for person_id, signals, reset_at in zip(people["id"], people["signals"], people["reset_at"], strict=True):
        is_off = any((signals or {}).get(name, True) is False for name in _LEARNING_SIGNALS)
        starts[person_id] = np.inf if is_off else (reset_at or -np.inf)
    return starts


def _texts(videos: list[Video], encoder: TextEncoder) -> Array:
    texts = np.zeros((len(videos), DIMENSIONS), dtype=np.float32)
    for row, video in enumerate(videos):
        texts[row] = text_vector(video.embedding)
    missing = [row for row, video in enumerate(videos) if video.embedding is None]
    if missing:
        texts[missing] = encoder.encode([video_text(videos[row].prompt, videos[row].caption) for row in missing])
    return texts


def _rows(ids: list[Any], rows: Mapping[Any, int]) -> Array:
    return np.array([rows.get(key, -1) for key in ids], dtype=np.int64)


def _edges(follows: Columns, person_row: Mapping[str, int], limit: float) -> Array:
    pairs = np.stack([_rows(follows["follower_id"], person_row), _rows(follows["followee_id"], person_row)], axis=1)
    kept: Array = pairs[_edge_kept(pairs, follows, limit)]
    return kept


def _edge_times(follows: Columns, person_row: Mapping[str, int], limit: float) -> Array:
    pairs = np.stack([_rows(follows["follower_id"], person_row), _rows(follows["followee_id"], person_row)], axis=1)
    kept: Array = np.array(follows["created_at"], dtype=np.float64)[_edge_kept(pairs, follows, limit)]
    return kept


def _edge_kept(pairs: Array, follows: Columns, limit: float) -> Array:
    kept: Array = (pairs >= 0).all(axis=1) & (np.array(follows["created_at"], dtype=np.float64) < limit)
    return kept


def _happened(
    events: Columns, person_row: Mapping[str, int], video_row: Mapping[Any, int], starts: dict[str, float], limit: float
) -> Happened:
    person, video = _rows(events["person_id"], person_row), _rows(events["video_id"], video_row)
    at = np.array(events["received_at"], dtype=np.float64)
    value = np.array([np.nan if item is None else item for item in events["value"]], dtype=np.float64)
    start = np.array([starts.get(key, np.inf) for key in events["person_id"]], dtype=np.float64)
    taste = np.array(
        [
            taste_weight(EventKind(kind), None if np.isnan(given) else float(given))
            for kind, given in zip(events["kind"], value, strict=True)
        ],
        dtype=np.float64,
    )
    kept = (person >= 0) & (video >= 0) & (at < limit)
    kinds = np.array(events["kind"], dtype="U16")
    return Happened(
        person[kept], video[kept], kinds[kept], at[kept], value[kept], np.where(at > start, taste, 0.0)[kept]
    )


def _shown(shown: Columns, person_row: Mapping[str, int], video_row: Mapping[Any, int], limit: float) -> Shown:
    person, video = _rows(shown["person_id"], person_row), _rows(shown["video_id"], video_row)
    at = np.array(shown["served_at"], dtype=np.float64)
    kept = (person >= 0) & (video >= 0) & (at < limit)
    return Shown(
        person=person[kept],
        video=video[kept],
        at=at[kept],
        position=np.array(shown["position"], dtype=np.float64)[kept],
        propensity=np.array(shown["propensity"], dtype=np.float64)[kept],
    )


def _published_s(video: Video) -> float:
    return (video.published_at or video.created_at).timestamp()
