"""Pictures that a shot begins with: from a film's keyframes to the model's first frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from generation.backends import Keyframe
from generation.storyboard import Storyboard

_MOST_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The first frames (n, S, S, 3) of each shot that has some, and how many pictures could not be held."""

    first_frames: dict[int, NDArray[np.uint8]]
    left_out: int


def beginnings(
    storyboard: Storyboard, keyframes: Sequence[Keyframe], *, fps: int, chunk_frames: int, side_px: int
) -> Beginnings:  # fmt: skip
    """Return what each shot begins with: the picture at its start, and those that follow it frame by frame.

    Movement can be seen only in several: eight pictures a frame apart say how fast things go, a lone one stands still
    for a chunk of frames. Pictures anywhere else are left out.
    """
    found: dict[int, NDArray[np.uint8]] = {}
    held, start = 0, 0
    for number, count in enumerate(storyboard.shot_frames):
        at = {round((key.at_s - start / storyboard.fps) * fps): key.picture for key in keyframes}
        run = next((length for length in range(len(at) + 1) if length not in at), 0)
        if run:
            wanted = chunk_frames * min(_MOST_CHUNKS, max(1, run // chunk_frames))
            found[number] = np.stack([_square(at[min(place, run - 1)], side_px) for place in range(wanted)])
            held += min(run, wanted)
        start += count
    return Beginnings(found, len(keyframes) - held)


def _square(picture: Frame, side_px: int) -> Frame:
    """Return a picture as the middle of a square, its edges drawn out to fill the rest."""
    height, width = picture.shape[:2]
    side = max(height, width)
    down, across = side - height, side - width
    whole = cv2.copyMakeBorder(
        picture, down // 2, down - down // 2, across // 2, across - across // 2, cv2.BORDER_REPLICATE
    )  # fmt: skip
    return np.asarray(cv2.resize(whole, (side_px, side_px), interpolation=cv2.INTER_AREA), np.uint8)
