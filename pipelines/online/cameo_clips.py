"""An uploaded clip, made safe to keep: bounded, decoded and encoded anew (which drops all metadata), and checked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.errors import InvalidInput, Unavailable
from core.media.codec import MediaInfo, MediaLimits, encode_image, probe, read_frames, write_mp4
from core.media.film import Film, Frame
from core.verdicts import Verdict
from core.vocabulary import Audience, Surface
from safety.room import FilmCheck, Safety

SHORTEST_S, LONGEST_S = 2.0, 4.0
_SLACK_S = 0.25  # phones stop a recording at the next frame, not on the dot
_LEAST_SIDE_PX = 64
_LONG_SIDE_PX = 640
_MOST_FPS = 30
_PORTRAIT_PX = 256
_FACE_HEIGHT = 0.42  # people film themselves with the face a little above the middle


@dataclass(frozen=True, slots=True)
class TidyClip:
    """A clip that may be kept: the file, a square portrait (WebP) from its middle, and what safety said of it."""

    path: Path
    portrait: bytes
    verdict: Verdict


@contextmanager
def tidy_clip(safety: Safety, clip: Path, audience: Audience, *, max_bytes: int) -> Iterator[TidyClip]:
    """Give the tidied clip for the length of the block. Raises ``InvalidInput`` for a clip that cannot be used."""
    info = _probed(clip, max_bytes)
    try:
        with tempfile.TemporaryDirectory(prefix="kindling-clip-") as folder:
            path = Path(folder) / "clip.mp4"
            passage = _Passage(clip, info, safety.film_check(_fps(info)))
            write_mp4(passage.film(), path)
            yield TidyClip(path, encode_image(passage.portrait(), ".webp"), passage.verdict(audience))
    except OSError as error:
        raise Unavailable(
            code="disk_unwritable",
            detail=f"The clip could not be written: {error.strerror or error}.",
            expected="Free some space where temporary files go (TMPDIR), then try again.",
        ) from error


def _probed(clip: Path, max_bytes: int) -> MediaInfo:
    limits = MediaLimits(
        max_bytes=max_bytes, min_seconds=SHORTEST_S - _SLACK_S, max_seconds=LONGEST_S + _SLACK_S, max_side=4096
    )
    info = probe(clip, limits)
    if min(info.width, info.height) < _LEAST_SIDE_PX:
        raise InvalidInput(
            code="clip_too_small",
            detail=f"The clip is {info.width}x{info.height}.",
            field="video",
            expected=f"Sides of at least {_LEAST_SIDE_PX} pixels.",
        )
    return info


def _fps(info: MediaInfo) -> int:
    return max(1, min(_MOST_FPS, round(info.fps)))


class _Passage:
    """Lets the clip's frames through once: scaled down, checked, and the middle one kept. Its sound is left behind."""

    def __init__(self, clip: Path, info: MediaInfo, check: FilmCheck) -> None:
        self._clip, self._check = clip, check
        scale = min(1.0, _LONG_SIDE_PX / max(info.width, info.height))
        # H.264 with 4:2:0 colour needs even sides.
        self._width, self._height = (max(2, round(side * scale / 2) * 2) for side in (info.width, info.height))
        self._fps = _fps(info)
        self._frames: list[Frame] = []

    def film(self) -> Film:
        """Return the clip as it is to be kept."""
        self._frames = [self._small(frame) for frame in read_frames(self._clip, every_s=1 / self._fps)]
        for index, frame in enumerate(self._frames):
            self._check.see(frame, index)
        self._check.hear(None)
        return Film(self._width, self._height, self._fps, len(self._frames), self._frames, None)

    def portrait(self) -> Frame:
        """Return a square of the middle frame, shape (256, 256, 3)."""
        frame = self._frames[len(self._frames) // 2]
        side = min(self._width, self._height)
        left = (self._width - side) // 2
        top = min(max(0, round(self._height * _FACE_HEIGHT) - side // 2), self._height - side)
        crop = np.ascontiguousarray(frame[top : top + side, left : left + side])
        return np.asarray(cv2.resize(crop, (_PORTRAIT_PX, _PORTRAIT_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def verdict(self, audience: Audience) -> Verdict:
        """Return what safety says of the clip."""
        return self._check.verdict(Surface.CAMEO, audience)

    def _small(self, frame: Frame) -> Frame:
        small = cv2.resize(frame, (self._width, self._height), interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8)
