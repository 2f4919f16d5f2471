"""An uploaded clip, made safe to keep: bounded, decoded and encoded anew (which drops all metadata), and checked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.errors import InvalidInput, Unavailable
from core.media.codec import MediaLimits, encode_image, read_frames
from core.media.film import Frame
from core.media.sandbox import SandboxLimits
from core.media.tidy import Tidied, TidyShape, tidy
from core.verdicts import Verdict
from core.vocabulary import Audience, Surface
from safety.room import FilmCheck, Safety

SHORTEST_S, LONGEST_S = 2.0, 4.0
_SLACK_S = 0.25  # phones stop a recording at the next frame, not on the dot
_LEAST_SIDE_PX = 64
_LONG_SIDE_PX = 640
_MOST_FPS = 30
_PORTRAIT_PX = 256
_SANDBOX = SandboxLimits(wall_s=20, cpu_s=20)  # a clip of 4 s in 4K takes 6 s
_FACE_HEIGHT = 0.42  # people film themselves with the face a little above the middle


@dataclass(frozen=True, slots=True)
class TidyClip:
    """A clip that may be kept: the file, a square portrait (WebP) from its middle, and what safety said of it."""

    path: Path
    portrait: bytes
    verdict: Verdict
    words: tuple[str, ...] = ()  # read in it


@contextmanager
def tidy_clip(safety: Safety, clip: Path, audience: Audience, *, max_bytes: int) -> Iterator[TidyClip]:
    """Give the tidied clip for the length of the block. Raises ``InvalidInput`` for a clip that cannot be used.

    The clip itself is decoded in a process of its own (``core.media.tidy``); here, only what that process wrote.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="kindling-clip-") as folder:
            path = Path(folder) / "clip.mp4"
            tidied = _tidied(clip, path, max_bytes)
            portrait, check = _watched(path, tidied, safety)
            verdict = check.verdict(Surface.CAMEO, audience)
            yield TidyClip(path, encode_image(portrait, ".webp"), verdict, check.words())
    except OSError as error:
        raise Unavailable(
            code="disk_unwritable",
            detail=f"The clip could not be written: {error.strerror or error}.",
            expected="Free some space where temporary files go (TMPDIR), then try again.",
        ) from error


def _tidied(clip: Path, target: Path, max_bytes: int) -> Tidied:
    limits = MediaLimits(
        max_bytes=max_bytes, min_seconds=SHORTEST_S - _SLACK_S, max_seconds=LONGEST_S + _SLACK_S, max_side=4096
    )
    # Its sound is left behind: a likeness is a picture.
    shape = TidyShape(long_side=_LONG_SIDE_PX, most_fps=_MOST_FPS, keeps_sound=False)
    tidied = tidy(clip, target, limits=limits, shape=shape, sandbox=_SANDBOX)
    if min(tidied.was.width, tidied.was.height) < _LEAST_SIDE_PX:
        raise InvalidInput(
            code="clip_too_small",
            detail=f"The clip is {tidied.was.width}x{tidied.was.height}.",
            field="video",
            expected=f"Sides of at least {_LEAST_SIDE_PX} pixels.",
        )
    return tidied


def _watched(path: Path, tidied: Tidied, safety: Safety) -> tuple[Frame, FilmCheck]:
    """Return a square of the middle frame, shape (256, 256, 3), and the check that has seen them all."""
    check = safety.film_check(tidied.fps)
    middle: Frame | None = None
    for index, frame in enumerate(read_frames(path)):
        check.see(frame, index)
        middle = frame if index == tidied.frame_count // 2 or middle is None else middle
    check.hear(None)
    if middle is None:
        raise InvalidInput("no_frames", "The clip has no frames.", "video", "A film that a player can show.")
    return _portrait(middle), check


def _portrait(frame: Frame) -> Frame:
    height, width = frame.shape[:2]
    side = min(width, height)
    left = (width - side) // 2
    top = min(max(0, round(height * _FACE_HEIGHT) - side // 2), height - side)
    crop = np.ascontiguousarray(frame[top : top + side, left : left + side])
    return np.asarray(cv2.resize(crop, (_PORTRAIT_PX, _PORTRAIT_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)
