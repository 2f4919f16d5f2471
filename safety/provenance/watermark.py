"""The visible mark: says what made a film and for whom, and moves so that no crop removes it."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.hashing import stable_unit
from core.media.film import Frame

_FONT_SHARE = 1 / 23  # of the shorter side
_MIN_FONT_PX = 10
_MARGIN_SHARE = 0.02
_OPACITY = 0.82
_DRIFT_S = (11.0, 7.3)  # periods of the two axes: their ratio keeps the path from closing on itself
_JUMP_EVERY_S = 3.0  # and it changes place, so that a repaired patch shows

Plate = NDArray[np.uint16]


class Watermark:
    """Draws one label on the frames of one film, at a place that depends on time and seed alone.

    White letters in a dark outline, so that it reads on any background; blended in 8-bit fixed point over the label's
    own rectangle only, which costs some 0.1 ms at 360x640.
    """

    def __init__(self, label: str, seed: int) -> None:
        self.label = label
        self._phase = (stable_unit("watermark-x", seed), stable_unit("watermark-y", seed))
        self._plates: dict[tuple[int, int], tuple[Plate, Plate]] = {}

    def place(self, width: int, height: int, index: int, fps: int) -> tuple[int, int, int, int]:
        """Return (left, top, width, height) in pixels of the label in frame ``index``."""
        colour, _ = self._plate(width, height)
        high, wide = colour.shape[:2]
        margin = max(2, round(min(width, height) * _MARGIN_SHARE))
        seconds = index / fps
        jump = int(seconds / _JUMP_EVERY_S)
        share_x = _wave(seconds / _DRIFT_S[0] + self._phase[0] + 0.41 * jump)
        share_y = _wave(seconds / _DRIFT_S[1] + self._phase[1] + 0.29 * jump)
        left = margin + round(share_x * max(0, width - wide - 2 * margin))
        top = margin + round(share_y * max(0, height - high - 2 * margin))
        return max(0, left), max(0, top), wide, high

    def apply(self, frame: Frame, index: int, fps: int) -> Frame:
        """Return ``frame`` (H, W, 3) with the mark on it; the given frame is not changed."""
        height, width = frame.shape[:2]
        left, top, wide, high = self.place(width, height, index, fps)
        colour, keep = self._plate(width, height)
        marked = frame.copy()
        patch = marked[top : top + high, left : left + wide]
        rows, columns = patch.shape[:2]
        blended = patch * keep[:rows, :columns] + colour[:rows, :columns]
        np.right_shift(blended, 8, out=blended)
        patch[:] = blended
        return marked

    def _plate(self, width: int, height: int) -> tuple[Plate, Plate]:
        if (width, height) not in self._plates:
            self._plates[width, height] = _draw(self.label, width, height)
        return self._plates[width, height]


def _wave(turns: float) -> float:
    """Return a place in [0, 1] that moves to and fro without stopping at the ends for long."""
    return 0.5 + 0.5 * math.sin(2 * math.pi * turns)


def _draw(label: str, width: int, height: int) -> tuple[Plate, Plate]:
    """Return (colour times opacity, what is kept of the frame), both (H, W, 3) of 8-bit fixed-point numbers."""
    size = max(_MIN_FONT_PX, round(min(width, height) * _FONT_SHARE))
    font = ImageFont.load_default(size)
    stroke = max(1, size // 9)
    left, top, right, bottom = font.getbbox(label, stroke_width=stroke)
    while right - left > width * 0.9 and size > _MIN_FONT_PX:
        size -= 1
        font = ImageFont.load_default(size)
        left, top, right, bottom = font.getbbox(label, stroke_width=stroke)
    image = Image.new("RGBA", (math.ceil(right - left) + 2, math.ceil(bottom - top) + 2), (0, 0, 0, 0))
    ImageDraw.Draw(image).text(
        (1 - left, 1 - top),
        label,
        font=font,
        fill=(255, 255, 255, 255),
        stroke_width=stroke,
        stroke_fill=(0, 0, 0, 255),
    )
    pixels = np.asarray(image, dtype=np.float32)
    alpha = pixels[..., 3:] / 255 * _OPACITY
    colour = np.rint(pixels[..., :3] * alpha * 256).clip(0, 65535)
    keep = np.rint((1 - alpha) * 256).repeat(3, axis=2)
    # Rounding must never carry a sum past 255.
    colour = np.minimum(colour, 255 * 256 + 255 - keep * 255)
    return np.ascontiguousarray(colour.astype(np.uint16)), np.ascontiguousarray(keep.astype(np.uint16))
