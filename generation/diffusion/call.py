"""What one call of a pipeline is asked for, and what comes of it."""

from dataclasses import dataclass

from core.media.film import Frame, Samples
from generation.diffusion.conditioning import Canvas, Pin


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a pipeline: one film's segment, or the same of several films (a prompt and seed for each)."""

    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    canvas: Canvas
    fps: float  # at which the frames are meant to be shown
    pins: tuple[Pin, ...] = ()
    references: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of it for one film: frames at the model's own size and rate, and the sound it made with them."""

    frames: list[Frame]
    sound: Samples | None
