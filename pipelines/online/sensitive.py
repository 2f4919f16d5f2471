"""Which videos the feed leaves out for those whose sensitive topics are off."""

from collections.abc import Set

import numpy as np

from core.encoder import DIMENSIONS
from core.ids import VideoId
from core.storage.database import Transaction
from core.storage.videos import Videos
from pipelines.online.rooms import Rooms
from ranking.catalogue import text_vector, video_text
from ranking.understanding.attributes import NAMES


def without_sensitive(tx: Transaction, rooms: Rooms, video_ids: Set[VideoId]) -> set[VideoId]:
    """Return those videos that are on no sensitive topic and that no policy limits.

    The topics are read off the vector of a video's words; where none is stored, the words are encoded now: a video of
    which nothing is known is not handed out.
    """
    videos = list(Videos(tx).many(video_ids).values())
    if not videos:
        return set()
    vectors = np.array([text_vector(video.embedding) for video in videos], dtype=np.float32)
    texts = [video_text(video.prompt, video.caption) for video in videos]
    missing = [place for place, video in enumerate(videos) if _is_missing(video.embedding)]
    if missing:
        vectors[missing] = rooms.encoder.encode([texts[place] for place in missing])
    rows = rooms.ranking.attributes.of_texts(vectors, texts).tolist()
    policy = rooms.wellbeing.policy.sensitive
    return {
        video.id
        for video, row in zip(videos, rows, strict=True)
        if not video.limited and not policy.is_sensitive(dict(zip(NAMES, row, strict=True)))
    }


def _is_missing(embedding: bytes | None) -> bool:
    return embedding is None or len(embedding) != 4 * DIMENSIONS
