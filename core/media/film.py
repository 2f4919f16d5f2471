"""A film in memory: frames that stream by once, and sound."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """Stereo sound: samples of shape (n, 2) in [-1, 1], at ``rate_hz``."""

    samples: Samples
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Film:
    """Frames (H, W, 3), RGB, uint8, to be read once in order; and the sound that belongs to them, if any.

    ``notes`` say, for people, what was asked for and could not be made.
    """

    width: int
    height: int
    fps: int
    frame_count: int
    frames: Iterable[Frame]
    sound: Sound | None
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it runs."""
        return self.frame_count / self.fps
