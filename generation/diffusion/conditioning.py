"""Pictures in: frames pinned to places of a segment, and what somebody looks like, as each pipeline takes them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.media.film import Frame
from generation.diffusion.face import Face
from generation.diffusion.fitting import Grid
from generation.diffusion.segments import Segment

_GREY = 128  # what VACE was trained to see where there is nothing yet
_ITEMS = ("LTX2VideoCondition", "LTXVideoCondition")


@dataclass(frozen=True, slots=True)
class Pin:
    """A picture that frame ``at`` of a segment shall be, at the size that is made; ``strength`` 1 holds it fast."""

    at: int
    picture: Frame
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Canvas:
    """What one call makes: its size, and how many frames."""

    width: int
    height: int
    frames: int


def places_of(times_s: Sequence[float], segment: Segment, starts_s: float, until_s: float, own_fps: float) -> list[int]:
    """Return for each time the frame of a segment that is shown nearest to it; -1 where another segment shows it.

    ``starts_s``: when in the film the segment's first frame is. ``until_s``: when the next shot begins; infinite for
    the last segment of a film.
    """
    half = 0.5 / own_fps
    since_s = starts_s + segment.goes_on / own_fps - (half if segment.part else 0)
    end_s = until_s if segment.closes else starts_s + segment.frames / own_fps - half
    found = []
    for time_s in times_s:
        at = min(max(round((time_s - starts_s) * own_fps), int(segment.goes_on)), segment.frames - 1)
        found.append(at if since_s <= time_s < end_s else -1)
    return found


def held(face: Face, pins: Sequence[Pin], frames: int, used: int) -> tuple[list[Pin], int]:
    """Return the pins that a pipeline can hold, and how many it cannot.

    Of ``frames`` that are made, ``used`` are shown: where only the very last can be pinned, it stands for the last one
    shown.
    """
    moved = [replace(pin, at=frames - 1) if _is_end(face, pin, used) else pin for pin in pins]
    able = [pin for pin in moved if face.holds(pin.at, frames)]
    return able, len(pins) - len(able)


def _is_end(face: Face, pin: Pin, used: int) -> bool:
    return face.places == "ends" and pin.at == used - 1 > 0


def picture_arguments(
    face: Face, pipeline: Any, pins: Sequence[Pin], references: Sequence[Frame], canvas: Canvas, grid: Grid
) -> dict[str, Any]:
    """Return the arguments that show a pipeline these pictures. Every pin must be one that it can hold."""
    arguments: dict[str, Any] = {}
    if references:
        arguments["reference_images"] = [_picture(frame) for frame in references]
    if not pins:
        return arguments
    if face.takes("conditions"):
        arguments["conditions"] = [_condition(pipeline, pin, canvas, grid) for pin in pins]
    elif face.takes("mask") and face.takes("video"):
        arguments |= _masked_video(pins, canvas)
    else:
        by_place = {pin.at: _picture(pin.picture) for pin in pins}
        arguments |= {"image": by_place[0]} if 0 in by_place else {}
        if canvas.frames > 1 and canvas.frames - 1 in by_place:
            arguments["last_image"] = by_place[canvas.frames - 1]
    return arguments


def _condition(pipeline: Any, pin: Pin, canvas: Canvas, grid: Grid) -> Any:
    """Return what the LTX families call a condition: at a frame, or for LTX-2 at the latent that begins nearest to it.

    Latent 0 is the first frame; latent k begins with frame (k - 1) * step + 1.
    """
    module = sys.modules[type(pipeline).__module__]
    item: Any = next(getattr(module, name) for name in _ITEMS if hasattr(module, name))
    if item.__name__ == "LTXVideoCondition":
        return item(image=_picture(pin.picture), frame_index=pin.at, strength=pin.strength)
    nearest = 0 if pin.at == 0 else round((pin.at - 1) / grid.step) + 1
    latent = min(nearest, (canvas.frames - 1) // grid.step)
    return item(frames=_picture(pin.picture), index=latent, strength=pin.strength)


def _masked_video(pins: Sequence[Pin], canvas: Canvas) -> dict[str, Any]:
    """Return VACE's video and mask: grey and white where frames are to be made, the picture and black where it is."""
    empty = np.full((canvas.height, canvas.width, 3), _GREY, np.uint8)
    video = [_picture(empty)] * canvas.frames
    mask = [_picture(np.full_like(empty, 255))] * canvas.frames
    for pin in pins:
        video[pin.at] = _picture(pin.picture)
        mask[pin.at] = _picture(np.zeros_like(empty))
    return {"video": video, "mask": mask}


def _picture(frame: Frame) -> Any:
    from PIL import Image

    return Image.fromarray(frame)
