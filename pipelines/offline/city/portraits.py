"""Simple, friendly faces for the demo city's people: drawn from their id alone, the same every time."""

import io
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.hashing import stable_int

SIDE_PX = 256
_SCALE = 3  # drawn larger and reduced, which smooths the edges
_SKIN = ("#f6d7b8", "#e9bd93", "#d39e6f", "#b57b4c", "#8d5a34", "#6a4126", "#fbe3cf")
_HAIR = ("#2b1f1a", "#4b3020", "#7a4a26", "#b5793a", "#d8a657", "#8f8d8a", "#e3e0da", "#a63d2f", "#34344a", "#5f3f6b")
_BACK = ("#ffd9c7", "#cfe8d5", "#cfe0f5", "#f3d3e4", "#fbe8b5", "#d9d3f0", "#c9ecec", "#f2e2cf")
_SHIRT = ("#e4572e", "#2e86ab", "#4f9d69", "#f2a541", "#7d5ba6", "#d1495b", "#30638e", "#edae49")


def portrait(ident: str, side: int = SIDE_PX) -> NDArray[np.uint8]:
    """Return a face as RGB of shape (side, side, 3)."""
    dice = random.Random(stable_int("portrait", ident))
    size = side * _SCALE
    picture = Image.new("RGB", (size, size), dice.choice(_BACK))
    draw = ImageDraw.Draw(picture)
    skin, hair = dice.choice(_SKIN), dice.choice(_HAIR)
    style = dice.choice(("short", "long", "curly", "bun", "bald", "fringe", "scarf"))
    _behind(draw, size, style, hair)
    _body(draw, size, dice.choice(_SHIRT), skin)
    _ellipse(draw, size, 0.5, 0.46, 0.2, 0.24, skin)
    _hair(draw, size, style, hair, dice)
    _face(draw, size, dice)
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS), dtype=np.uint8)


def portrait_png(ident: str, side: int = SIDE_PX) -> bytes:
    """Return the same face as a PNG file's bytes."""
    buffer = io.BytesIO()
    Image.fromarray(portrait(ident, side)).quantize(48).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def _ellipse(draw: ImageDraw.ImageDraw, size: int, x: float, y: float, rx: float, ry: float, colour: str) -> None:
    draw.ellipse(((x - rx) * size, (y - ry) * size, (x + rx) * size, (y + ry) * size), fill=colour)


def _behind(draw: ImageDraw.ImageDraw, size: int, style: str, hair: str) -> None:
    if style == "long":
        _ellipse(draw, size, 0.5, 0.54, 0.27, 0.34, hair)
    if style == "bun":
        _ellipse(draw, size, 0.5, 0.17, 0.1, 0.1, hair)
    if style == "scarf":
        _ellipse(draw, size, 0.5, 0.48, 0.27, 0.31, hair)


def _body(draw: ImageDraw.ImageDraw, size: int, shirt: str, skin: str) -> None:
    _ellipse(draw, size, 0.5, 1.04, 0.36, 0.33, shirt)
    draw.rounded_rectangle((0.43 * size, 0.6 * size, 0.57 * size, 0.78 * size), radius=0.06 * size, fill=skin)


def _hair(draw: ImageDraw.ImageDraw, size: int, style: str, hair: str, dice: random.Random) -> None:
    box = (0.29 * size, 0.19 * size, 0.71 * size, 0.66 * size)
    if style in {"short", "long", "bun"}:
        draw.chord(box, 192, 348, fill=hair)
    if style == "fringe":
        draw.chord(box, 178, 362, fill=hair)
    if style == "scarf":
        draw.chord((0.27 * size, 0.17 * size, 0.73 * size, 0.66 * size), 190, 350, fill=hair)
    if style == "curly":
        for step in range(9):
            angle = np.pi * (0.98 + step * 1.04 / 8)
            x, y = 0.5 + 0.2 * float(np.cos(angle)), 0.42 + 0.21 * float(np.sin(angle))
            _ellipse(draw, size, x, y, 0.085, 0.085 + dice.random() * 0.015, hair)


def _face(draw: ImageDraw.ImageDraw, size: int, dice: random.Random) -> None:
    dark, gap = "#2d2424", dice.uniform(0.07, 0.09)
    for side in (-1, 1):
        _ellipse(draw, size, 0.5 + side * gap, 0.47, 0.018, 0.024, dark)
        _ellipse(draw, size, 0.5 + side * (gap + 0.045), 0.55, 0.03, 0.02, "#e99a86")
    smile = dice.uniform(0.05, 0.08)
    box = ((0.5 - smile) * size, 0.5 * size, (0.5 + smile) * size, 0.585 * size)
    draw.arc(box, 15, 165, fill=dark, width=round(0.012 * size))
    if dice.random() < 0.3:
        for side in (-1, 1):
            x = 0.5 + side * gap
            frame = ((x - 0.055) * size, 0.42 * size, (x + 0.055) * size, 0.52 * size)
            draw.ellipse(frame, outline=dark, width=round(0.01 * size))
        bridge = ((0.5 - gap + 0.055) * size, 0.465 * size, (0.5 + gap - 0.055) * size, 0.465 * size)
        draw.line(bridge, fill=dark, width=round(0.01 * size))
