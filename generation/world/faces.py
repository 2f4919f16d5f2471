"""Heads and faces: hair, eyes, and a mouth that can be seen to speak. Pivot of a head: the neck."""

import hashlib

import numpy as np

from core.media.film import Frame
from generation.world.brush import DARK, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter, Sprite
from generation.world.wardrobe import Wear, paint_headwear

# Mouth shapes, as drawn animation has them: how wide, how open, how round. "rest" smiles.
MOUTHS: dict[str, tuple[float, float, float]] = {
    "closed": (4.2, 0.0, 0.0), "small": (3.4, 1.6, 0.2), "open": (4.2, 4.2, 0.3), "wide": (5.2, 2.4, 0.0),
    "round": (2.6, 3.4, 1.0), "teeth": (4.6, 1.3, 0.0),
}  # fmt: skip
_LIPS: Rgb = (150, 66, 62)
_MOUTH_X, _MOUTH_Y = 43.6, 46.6


def paint_head(
    b: Brush, skin: Rgb, hair: Rgb, wear: Wear, *, portrait: Frame | None = None, robot: bool = False,
    closed: bool = False, mouth: str = "rest",
) -> Sprite:  # fmt: skip
    """Paint a head: drawn, a robot's, or a cameo's picture in a ring."""
    p = b.canvas(88, 92, (42, 78))
    if robot:
        _robot(p, b, closed, mouth)
    elif portrait is not None:
        # A ring in the shirt's colour makes the picture part of the figure.
        p.ellipse(42, 52, 27, 27, mix(b.colour, WHITE, 0.2))
        p.picture(_speaking(portrait, mouth), 42, 52, 24)
        paint_headwear(p, b, wear, 42, 28, 25)
    else:
        _drawn(p, b, skin, hair, wear, closed, mouth)
    return p.sprite()


def _drawn(p: Painter, b: Brush, skin: Rgb, hair: Rgb, wear: Wear, closed: bool, mouth: str) -> None:
    x, y = 6.0, 16.0
    cut = hashlib.blake2b(f"{skin}{hair}".encode(), digest_size=1).digest()[0] % 3
    if cut == 0:
        p.ellipse(32 + x, 40 + y, 23, 25, hair)
    elif cut == 1:
        p.ellipse(30 + x, 18 + y, 10, 10, hair)
    p.box(31 + x, 50 + y, 10, 14, scaled(skin, 0.92), radius=4)
    p.ellipse(37 + x, 37 + y, 19, 20, skin)
    cap = [(17, 36), (17, 24), (26, 15), (40, 13), (54, 21), (56, 31), (47, 26), (36, 27), (26, 30), (22, 40)]
    p.blob([(px + x, py + y) for px, py in cap], hair)
    p.ellipse(24 + x, 41 + y, 4, 5, scaled(skin, 0.94), edge=False)
    _face(p, x, y, skin, hair, closed, mouth)
    if wear.costume == "astronaut":
        p.ellipse(37 + x, 36 + y, 27, 27, (214, 232, 250), plain=True, alpha=0.35)
        p.line([(16 + x, 26 + y), (24 + x, 17 + y)], 3, WHITE, plain=True, raw=True, alpha=0.7)
        p.box(20 + x, 58 + y, 34, 7, (226, 228, 236), radius=3)
    paint_headwear(p, b, wear, 37 + x, 24 + y, 20)


def _face(p: Painter, x: float, y: float, skin: Rgb, hair: Rgb, closed: bool, mouth: str) -> None:
    speaking = mouth != "rest"
    for ex in (38 + x, 49 + x):
        brow = 30.6 if mouth in {"open", "round"} else 31.6
        p.line([(ex - 3, brow + y), (ex, brow - 1 + y), (ex + 3, brow + 0.2 + y)], 1.2, scaled(hair, 0.8), plain=True)
        if closed:
            p.line([(ex - 2.6, 38 + y), (ex, 39.2 + y), (ex + 2.6, 38 + y)], 1.5, DARK, plain=True, raw=True)
        else:
            p.ellipse(ex, 37 + y, 2.5, 3.3, DARK, plain=True, raw=True)
            p.ellipse(ex + 0.8, 35.9 + y, 0.9, 1.0, WHITE, plain=True, raw=True)
    for ex in (34 + x, 52 + x):
        p.ellipse(ex, 43.4 + y, 3.4, 2.2, mix(skin, (244, 110, 110), 0.5), plain=True, alpha=0.6)
    p.line([(44.8 + x, 40 + y), (45.8 + x, 42 + y), (44.4 + x, 42.6 + y)], 1.0, scaled(skin, 0.78), plain=True)
    if speaking:
        paint_mouth(p, _MOUTH_X + x, _MOUTH_Y + 0.6 + y, mouth, 1.0)
    else:
        p.line([(40 + x, 46 + y), (43.5 + x, 48.6 + y), (47.5 + x, 46 + y)], 1.6, _LIPS, plain=True)


def paint_mouth(p: Painter, x: float, y: float, mouth: str, size: float) -> None:
    """Paint a mouth in one of its shapes with its middle at (x, y)."""
    wide, tall, rounded = MOUTHS[mouth]
    wide, tall = wide * size, tall * size
    if tall == 0:
        p.line([(x - wide, y), (x, y + 0.6 * size), (x + wide, y)], 1.6 * size, _LIPS, plain=True)
        return
    p.ellipse(x, y, wide + 0.9 * size, tall + 0.9 * size, _LIPS, plain=True)
    p.ellipse(x, y, wide, tall, (84, 26, 34), plain=True, raw=True)
    if rounded < 0.5:
        p.box(x - wide * 0.72, y - tall * 0.86, wide * 1.44, max(0.8, tall * 0.42), WHITE, radius=0.6, plain=True)
    if tall > 3:
        p.ellipse(x, y + tall * 0.55, wide * 0.6, tall * 0.4, (206, 92, 96), plain=True)


def _speaking(portrait: Frame, mouth: str) -> Frame:
    """Return a picture whose lower part has dropped, as a puppet's jaw does, by how open the mouth is."""
    if mouth in {"rest", "closed"}:
        return portrait
    drop = round(portrait.shape[0] * 0.016 * MOUTHS[mouth][1])
    line = round(portrait.shape[0] * 0.66)
    side = portrait.shape[1]
    left, right = round(side * 0.3), round(side * 0.7)
    moved = portrait.copy()
    moved[line + drop :, left:right] = portrait[line : portrait.shape[0] - drop, left:right]
    moved[line : line + drop, left:right] = np.array((84, 26, 34), np.uint8)
    return moved


def _robot(p: Painter, b: Brush, closed: bool, mouth: str) -> None:
    x, y = 6.0, 16.0
    p.line([(36 + x, 16 + y), (36 + x, 6 + y)], 2, (150, 156, 172), plain=True)
    p.ellipse(36 + x, 5 + y, 3.6, 3.6, (255, 120, 100), plain=True, raw=True)
    p.box(15 + x, 15 + y, 42, 38, (206, 212, 224), radius=9)
    p.box(21 + x, 23 + y, 32, 20, (44, 52, 80), radius=6, plain=True)
    glow = b.look.glow((110, 240, 226))
    for ex in (31 + x, 45 + x):
        p.ellipse(ex, 31 + y, 4, 0.9 if closed else 4.6, glow, plain=True, raw=True)
        p.light(ex, 31 + y, 9, glow, 0.6)
    if mouth != "rest":
        tall = 0.8 + MOUTHS[mouth][1] * 0.6
        for bar in range(5):
            high = tall * (1.0 if bar % 2 == 0 else 0.55)
            p.box(29 + bar * 3.4 + x, 40 - high / 2 + y, 2.2, max(0.8, high), glow, plain=True, raw=True)
    p.box(31 + x, 52 + y, 10, 10, (150, 156, 172), radius=2)
