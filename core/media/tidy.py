"""An upload made safe to handle: decoded in a process of its own, and encoded anew as a plain MP4.

What comes out holds pictures and sound and nothing else: no metadata, no second file behind the film, one picture size,
upright, a steady frame rate, timestamps from zero. Everything after this reads only files that we wrote.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.media.codec import MediaInfo, MediaLimits, probe, read_sound, steady_frames, write_mp4
from core.media.film import Film, Frame, Sound
from core.media.sandbox import SandboxLimits, answer, run_apart


class TidyShape(BaseModel):
    """What a tidied film looks like."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    long_side: int = Field(default=640, ge=16, description="Longer side in pixels, at most.")
    most_fps: int = Field(default=30, ge=1, le=60, description="Frames a second, at most.")
    keeps_sound: bool = Field(default=True, description="Whether its sound is kept.")


class Tidied(BaseModel):
    """A tidied film: ``was`` is the upload, the rest is the file that we wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    was: MediaInfo
    width: int
    height: int
    fps: int
    frame_count: int
    has_sound: bool


def tidy(
    source: Path, target: Path, *, limits: MediaLimits, shape: TidyShape, sandbox: SandboxLimits | None = None
) -> Tidied:
    """Write the upload ``source`` anew to ``target`` (MP4), in a process of its own.

    Costs about half a second to start, then what decoding and encoding cost. Raises ``InvalidInput`` naming what is
    wrong with the file, or ``too_costly`` when reading it went past the sandbox's limits.
    """
    task = {
        "source": str(source.absolute()), "target": str(target.absolute()),
        "limits": limits.model_dump(), "shape": shape.model_dump(),
    }  # fmt: skip
    return Tidied.model_validate(run_apart("core.media.tidy", task, sandbox or SandboxLimits()))


def tidy_here(source: Path, target: Path, limits: MediaLimits, shape: TidyShape) -> Tidied:
    """Do the work of ``tidy`` in this process. Raises ``InvalidInput``."""
    info = probe(source, limits)
    fps = max(1, min(shape.most_fps, round(info.fps)))
    scale = min(1.0, shape.long_side / max(info.width, info.height))
    # H.264 with 4:2:0 colour needs even sides.
    width, height = (max(2, round(side * scale / 2) * 2) for side in (info.width, info.height))
    count = max(1, round(info.seconds * fps))
    sound = _bounded(read_sound(source, limits=limits), count / fps) if shape.keeps_sound else None
    frames = _exactly(count, _scaled(steady_frames(source, fps, limits=limits), width, height))
    write_mp4(Film(width, height, fps, count, frames, sound), target)
    return Tidied(was=info, width=width, height=height, fps=fps, frame_count=count, has_sound=sound is not None)


def _scaled(frames: Iterator[Frame], width: int, height: int) -> Iterator[Frame]:
    for frame in frames:
        small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        yield np.ascontiguousarray(small, dtype=np.uint8)


def _exactly(count: int, frames: Iterator[Frame]) -> Iterator[Frame]:
    """Yield ``count`` frames: the last one stands until the end, and what is past the end is left out."""
    last: Frame | None = None
    given = 0
    for last in frames:
        yield last
        given += 1
        if given == count:
            return
    while last is not None and given < count:
        yield last
        given += 1


def _bounded(sound: Sound | None, seconds: float) -> Sound | None:
    if sound is None or not len(sound.samples):
        return None
    finite = np.nan_to_num(sound.samples[: round(seconds * sound.rate_hz)], posinf=1.0, neginf=-1.0)
    return Sound(np.clip(finite, -1.0, 1.0).astype(np.float32), sound.rate_hz)


def _work(task: dict[str, Any]) -> dict[str, Any]:
    cv2.setNumThreads(1)
    limits, shape = MediaLimits.model_validate(task["limits"]), TidyShape.model_validate(task["shape"])
    return tidy_here(Path(task["source"]), Path(task["target"]), limits, shape).model_dump()


if __name__ == "__main__":
    answer(_work)
