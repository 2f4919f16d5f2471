"""The picture that a film begins with: judged on the way in, kept with its video, handed to whichever worker makes it.

A picture that shows somebody's face becomes no film, with one exception: a frame of the clip from which a character was
made, where the wish shows that character and its owner lets them be used.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import NotFound
from core.ids import VideoId
from core.media.codec import encode_image, read_frames
from core.media.film import Frame
from core.media.pictures import covering, read_pictures
from core.media.store import MediaStore
from core.records import Character, Person
from core.verdicts import Verdict
from pipelines.online.films import discard
from pipelines.online.judging import audience_of
from pipelines.online.moderation import refusal, require_allowed
from pipelines.online.rooms import Rooms
from pipelines.online.wishes import Source, VideoRequest, Wish

_SUBJECT, _FIELD = "input_reference", "input_reference"
_NOT_LOOKED_AT = "film/missing/"  # rules that say which detector is not installed
_COMPARED_PX, _TILE_PX = 160, 10
# A frame of the clip, encoded anew, differs from itself by 1 to 4 of 255 and nowhere by more than about 12.
_MOST_APART, _MOST_APART_ANYWHERE = 8.0, 24.0


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The picture at the film's size, and as whatever else it has to be judged: as it came, uncut."""

    frame: Frame
    uncut: Frame | None = None


def first_frame_for(rooms: Rooms, request: VideoRequest, source: Source | None) -> FirstFrame | None:
    """Return the picture that a wish begins with: the one that was sent, or that its source begins with.

    Raises ``InvalidInput`` for a picture that cannot fill the film, and for a model that takes none.
    """
    if request.reference is not None:
        rooms.generation.check_takes_pictures(request.model)
        return FirstFrame(request.reference.fitted(request.size), request.reference.picture)
    if source is None or not source.first_frame:
        return None
    try:
        return FirstFrame(_read(rooms.media, source.first_frame))
    except NotFound:  # taken away with the likeness that it showed
        return None


def check_first_frame(
    rooms: Rooms, maker: Person, first: FirstFrame, shown: Sequence[Character], *, shows_minor: bool,
    video_id: VideoId, now: datetime,
) -> None:  # fmt: skip
    """Judge a picture before anything is made of it. Raises ``Refused`` with the rule, and how to appeal.

    An adult's picture that some detector could not look at, because there is none, may go on: the film then waits for
    a person before anyone but its maker sees it. Where somebody young makes it or is shown, it may not.
    """
    audiences = sorted({maker.audience(now), audience_of(maker, shows_minor, now)})
    frames = [first.frame] if first.uncut is None else [first.uncut, first.frame]
    verdict, faces = rooms.safety.see_upload(frames, audiences)
    is_consented = faces != 0 and _is_of_a_clip(rooms.media, first.frame, shown)
    likeness = rooms.safety.may_show_picture(faces, is_consented=is_consented)
    require_allowed(rooms, likeness, _SUBJECT, video_id, maker.id, field=_FIELD)
    if not verdict.allowed and not (_waits_for_a_person(verdict) and not shows_minor and not maker.is_minor(now)):
        raise refusal(rooms, verdict, _SUBJECT, video_id, maker.id, field=_FIELD)


def _waits_for_a_person(verdict: Verdict) -> bool:
    return verdict.rule_id.startswith(_NOT_LOOKED_AT)


def key_for(video_id: VideoId) -> str:
    """Return where the picture that a video begins with is kept."""
    return f"first_frames/{video_id}.png"


@contextmanager
def kept(media: MediaStore, first: FirstFrame | None, video_id: VideoId) -> Iterator[None]:
    """Store a picture, losslessly; what fails inside the block leaves nothing of it. Raises ``Unavailable``."""
    if first is None:
        yield
        return
    key = key_for(video_id)
    try:
        media.put_bytes(key, encode_image(first.frame, ".png"))
        yield
    except BaseException:
        discard(media, (key,))
        raise


def read_first_frame(media: MediaStore, wish: Wish) -> Frame | None:
    """Return the picture that a wish begins with, if any. Raises ``NotFound`` for one that was taken away."""
    return _read(media, wish.first_frame) if wish.first_frame else None


def _read(media: MediaStore, key: str) -> Frame:
    return read_pictures(media.read(key))[0]


def _is_of_a_clip(media: MediaStore, frame: Frame, shown: Sequence[Character]) -> bool:
    """Whether a picture is a frame of the clip of one of these characters, which may be used."""
    height, width = frame.shape[:2]
    wanted = _compared(frame)
    for character in shown:
        with media.local(character.clip_key) as path:
            stills = (_compared(covering(still, width, height)) for still in read_frames(path))
            if any(_are_the_same(wanted, still) for still in stills):
                return True
    return False


def _compared(frame: Frame) -> NDArray[np.float32]:
    """Return a picture as pictures are compared: small, whole tiles."""
    scale = _COMPARED_PX / max(frame.shape[:2])
    height, width = (max(1, round(side * scale / _TILE_PX)) * _TILE_PX for side in frame.shape[:2])
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)


def _are_the_same(first: NDArray[np.float32], second: NDArray[np.float32]) -> bool:
    """Whether two pictures show the same everywhere: another face in the same place is another picture."""
    apart = np.abs(first - second).mean(axis=2)
    rows, columns = (side // _TILE_PX for side in apart.shape)
    tiles = apart.reshape(rows, _TILE_PX, columns, _TILE_PX).mean(axis=(1, 3))
    return bool(apart.mean() <= _MOST_APART and tiles.max() <= _MOST_APART_ANYWHERE)
