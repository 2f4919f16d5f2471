"""Captions: what is said, in letters that can be read on a phone, over the foot of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.media.film import Frame
from generation.world.speech import Utterance

_LINGERS_S = 0.35
_FOOT = 0.845  # where the last line of a caption ends, as a share of the frame's height
_WIDEST = 0.86


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one shot for a frame of a size."""

    lines: Sequence[Utterance]
    width: int
    height: int

    def over(self, frame: Frame, t: float) -> None:
        """Write what is being said at ``t`` seconds onto a frame."""
        said = next((line for line in reversed(self.lines) if line.start_s <= t < line.end_s + _LINGERS_S), None)
        if said is None:
            return
        ink, veil = _lettering(said.text, self.width, self.height)
        high, wide = ink.shape[:2]
        top, left = max(0, round(self.height * _FOOT) - high), (self.width - wide) // 2
        part = frame[top : top + high, left : left + wide]
        cv2.multiply(part, veil, dst=part, scale=1 / 255)
        cv2.add(part, ink, dst=part)


@lru_cache(maxsize=32)
def _lettering(text: str, width: int, height: int) -> tuple[Frame, Frame]:
    """Return a caption's letters (premultiplied RGB) and how much of the picture shows through (0 to 255)."""
    size = max(9, round(min(width, height) * 0.052))
    font = ImageFont.load_default(size)
    lines = _wrapped(text, font, width * _WIDEST)
    pad, step = round(size * 0.55), round(size * 1.3)
    wide = min(width, round(max(font.getlength(line) for line in lines)) + 2 * pad)
    high = step * len(lines) + pad
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, wide - 1, high - 1), radius=pad, fill=(14, 12, 22, 178))
    for number, line in enumerate(lines):
        middle = wide / 2 - font.getlength(line) / 2
        draw.text((middle, pad * 0.4 + number * step), line, font=font, fill=(255, 253, 246, 255))
    rgba = np.asarray(picture, np.uint8)
    alpha = np.repeat(rgba[..., 3:], 3, axis=2)
    ink = np.asarray(cv2.multiply(np.ascontiguousarray(rgba[..., :3]), alpha, scale=1 / 255), np.uint8)
    return ink, np.asarray(cv2.bitwise_not(alpha), np.uint8)


def _wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, most: float) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > most:
            lines.append(line)
            line = word
        else:
            line = longer
    lines.append(line)
    if len(lines) > 4:
        lines = [*lines[:3], lines[3] + " …"]
    return lines
