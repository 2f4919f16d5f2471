"""What is kept of a video's attributes: read off its words, and off its transcript and frames where it has any."""

from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from core.encoder import TextEncoder
from core.errors import KindlingError
from core.media.codec import read_frames
from core.records import Video
from core.storage.videos import Videos
from pipelines.online.rooms import Rooms
from ranking.catalogue import video_text
from ranking.understanding.frames import Look, look_of, with_look
from ranking.understanding.kept import stored_record, unpacked
from ranking.understanding.model import ENCODER_VARIANT

TRANSCRIPT = "transcript"  # among a video's attributes: what is said in it, where somebody wrote that down
LOOK = "look"  # among them too: how its film looks, so that it need not be decoded again
_FRAMES_APART_S = 0.5


def attributes_of(
    rooms: Rooms, video: Video, *, caption: str | None = None, film_key: str | None = None
) -> dict[str, Any]:
    """Return a video's attributes as the heads in force read them; they name the heads' revision.

    ``caption`` and ``film_key`` are what they are about to be, where that is not what the record says.
    """
    said = str(video.attributes.get(TRANSCRIPT, ""))
    text = f"{video_text(video.prompt, video.caption if caption is None else caption)}\n{said}".strip()
    heads = rooms.ranking.attributes
    (row,) = heads.closely(_close_reader(rooms.encoder).encode([text]), [text]).tolist()
    look = _look(rooms, video, film_key)
    if look is None:
        return stored_record(row, heads.revision)
    return stored_record(with_look(row, look), heads.revision) | {LOOK: asdict(look)}


def recompute_attributes(rooms: Rooms, *, everything: bool = False) -> int:
    """Read again the attributes of published videos that other heads read; return of how many."""
    with rooms.database.read() as tx:
        videos = Videos(tx).published()
    revision = rooms.ranking.attributes.revision
    stale = [video for video in videos if everything or unpacked(video.attributes, revision) is None]
    for video in stale:
        fresh = attributes_of(rooms, video)
        with rooms.database.write() as tx:
            now = Videos(tx).find(video.id)
            if now is not None and now.caption == video.caption:  # else publishing it has just read them
                Videos(tx).change(video.id, attributes={**now.attributes, **fresh})
    return len(stale)


@lru_cache(maxsize=2)
def _close_reader(encoder: TextEncoder) -> TextEncoder:
    """The encoder adapted to attributes, opened by the first video that is published."""
    return encoder.variant(ENCODER_VARIANT)


def _look(rooms: Rooms, video: Video, film_key: str | None) -> Look | None:
    """How the film looks; None where there is none, or it cannot be read."""
    kept = video.attributes.get(LOOK)
    if kept is not None and film_key is None:
        return Look(**kept)
    key = film_key or video.film_key
    if key is None:
        return None
    with suppress(KindlingError), rooms.media.local(key) as path:
        return look_of(read_frames(path, every_s=_FRAMES_APART_S))
    return None
