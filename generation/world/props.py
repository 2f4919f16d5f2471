"""Painted props: the bodies that physics moves, and what stands on the ground. Units; bodies pivot at their middle."""

import math
from collections.abc import Callable
from dataclasses import replace

from generation.world.brush import DARK, WARM, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter, Sprite

# Bodies: radius of round ones; half width and half height of boxes.
RADII = {
    "ball": 19.0, "basketball": 17.0, "football": 15.0, "beach_ball": 24.0, "marble": 11.0, "tumbleweed": 21.0,
        "apple": 14.0,
    "orange_fruit": 13.0, "pumpkin": 22.0, "donut": 18.0, "coin": 13.0, "pendulum": 17.0,
}  # fmt: skip
BOXES = {"block": (17.0, 17.0), "domino": (5.5, 24.0), "seesaw": (92.0, 5.0)}


def paint_body(kind: str, b: Brush) -> Sprite:
    """Return the sprite of a simulated body."""
    if kind in BOXES:
        return _BOX_PAINTERS[kind](b, *BOXES[kind])
    radius = RADII[kind]
    painter = b.canvas(radius * 2 + 16, radius * 2 + 16, (radius + 8, radius + 8))
    _ROUND_PAINTERS.get(kind, _plain_ball)(painter, b, radius + 8, radius)
    return painter.sprite()


def _gloss(p: Painter, c: float, r: float) -> None:
    if p.look.style != "neon":
        p.ellipse(c - r * 0.36, c - r * 0.42, r * 0.22, r * 0.15, WHITE, turn=-0.6, plain=True, raw=True, alpha=0.55)


def _plain_ball(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, b.colour)
    stripe = mix(b.colour, WHITE, 0.62)
    p.polygon([(c + r * x, c + y * r) for x, y in ((-0.96, -0.22), (0.96, -0.22), (0.96, 0.22), (-0.96, 0.22))],
        stripe, plain=True, alpha=0.9)  # fmt: skip
    _gloss(p, c, r)


def _basketball(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, b.colour)
    seam = (70, 42, 34)
    p.line([(c - r, c), (c + r, c)], 1.3, seam, plain=True)
    p.line([(c, c - r), (c, c + r)], 1.3, seam, plain=True)
    for side in (-1, 1):
        arc = [(c + side * (r * 0.98 - r * 0.5 * math.cos(a)), c + r * 0.86 * math.sin(a)) for a in _steps(-1.25, 1.25)]
        p.line(arc, 1.3, seam, plain=True)
    _gloss(p, c, r)


def _football(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, b.colour)
    p.polygon(_star(c, c, r * 0.36, 5), DARK, plain=True)
    for step in range(5):
        a = -math.pi / 2 + step * 2 * math.pi / 5
        p.line([(c + r * 0.36 * math.cos(a), c + r * 0.36 * math.sin(a)), (c + r * 0.8 * math.cos(a),
            c + r * 0.8 * math.sin(a))], 1.1, DARK, plain=True)  # fmt: skip
        p.polygon(_star(c + r * 0.86 * math.cos(a), c + r * 0.86 * math.sin(a), r * 0.16, 5), DARK, plain=True)
    _gloss(p, c, r)


def _beach_ball(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, WHITE)
    hues: list[Rgb] = [b.colour, (250, 206, 92), (86, 160, 214)]
    for part in range(3):
        start = part * 2 * math.pi / 3
        arc = [(c + r * 0.97 * math.cos(a), c + r * 0.97 * math.sin(a)) for a in _steps(start, start + math.pi / 3)]
        p.polygon([(c, c), *arc], hues[part], plain=True)
    p.ellipse(c, c, r * 0.16, r * 0.16, WHITE, plain=True)
    _gloss(p, c, r)


def _marble(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, b.colour)
    p.blob([(c - r * 0.6, c), (c, c - r * 0.35), (c + r * 0.6, c + r * 0.1), (c, c + r * 0.3)], mix(b.colour, WHITE,
        0.6), plain=True)  # fmt: skip
    _gloss(p, c, r)
    p.light(c + r * 0.3, c + r * 0.35, r * 0.7, b.look.glow(mix(b.colour, WHITE, 0.5)), 0.4)


def _tumbleweed(p: Painter, b: Brush, c: float, r: float) -> None:
    for _ in range(26):
        turn, squash = b.rng.uniform(0, math.pi), b.rng.uniform(0.3, 0.95)
        arc = []
        for a in _steps(0, b.rng.uniform(2.5, 5.5), 14):
            x, y = r * math.cos(a), r * squash * math.sin(a)
            arc.append((c + x * math.cos(turn) - y * math.sin(turn), c + x * math.sin(turn) + y * math.cos(turn)))
        p.line(arc, 1.0, scaled(b.colour, b.rng.uniform(0.7, 1.25)), plain=True)


def _apple(p: Painter, b: Brush, c: float, r: float) -> None:
    p.blob([(c, c - r * 0.78), (c + r * 0.75, c - r * 0.8), (c + r, c), (c + r * 0.55, c + r * 0.92), (c,
        c + r * 0.84), (c - r * 0.55, c + r * 0.92), (c - r, c), (c - r * 0.75, c - r * 0.8)], b.colour)  # fmt: skip
    p.line([(c, c - r * 0.7), (c + r * 0.12, c - r * 1.25)], 1.8, (96, 70, 50), plain=True)
    p.blob([(c + r * 0.1, c - r * 1.0), (c + r * 0.5, c - r * 1.35), (c + r * 0.8, c - r * 1.1), (c + r * 0.4,
        c - r * 0.9)], (116, 176, 84), plain=True)  # fmt: skip
    _gloss(p, c, r)


def _citrus(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r * 0.96, b.colour)
    p.ellipse(c, c - r * 0.82, r * 0.16, r * 0.12, (110, 150, 74), plain=True)
    _gloss(p, c, r)


def _pumpkin(p: Painter, b: Brush, c: float, r: float) -> None:
    for dx, wide in ((-0.52, 0.46), (0.52, 0.46), (-0.26, 0.5), (0.26, 0.5), (0, 0.5)):
        p.ellipse(c + dx * r, c, wide * r, r * 0.92, scaled(b.colour, 1.0 - abs(dx) * 0.2), edge=False)
    p.box(c - 2.5, c - r * 1.2, 5, r * 0.36, (96, 122, 66), radius=1.5)


def _donut(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, (226, 174, 112))
    p.ellipse(c, c, r * 0.86, r * 0.86, b.colour, plain=True)
    for _ in range(16):
        a, d = b.rng.uniform(0, 6.3), b.rng.uniform(0.48, 0.76) * r
        x, y, turn = c + d * math.cos(a), c + d * math.sin(a), b.rng.uniform(0, 3.1)
        p.line([(x, y), (x + 2.4 * math.cos(turn), y + 2.4 * math.sin(turn))], 1.3, b.rng.choice(WARM), plain=True)
    p.ellipse(c, c, r * 0.34, r * 0.34, (150, 106, 70), plain=True)
    p.ellipse(c, c, r * 0.27, r * 0.27, scaled(b.look.haze, 0.9), plain=True, raw=True)


def _coin(p: Painter, b: Brush, c: float, r: float) -> None:
    p.ellipse(c, c, r, r, b.colour)
    p.ellipse(c, c, r * 0.78, r * 0.78, scaled(b.colour, 0.84), plain=True)
    p.polygon(_star(c, c, r * 0.52, 5), mix(b.colour, WHITE, 0.5), plain=True)
    _gloss(p, c, r)


def _steel(p: Painter, b: Brush, c: float, r: float) -> None:
    del b
    p.ellipse(c, c, r, r, (176, 184, 198))
    p.light(c - r * 0.3, c - r * 0.35, r * 0.8, WHITE, 0.55)
    _gloss(p, c, r)


def _block(b: Brush, hw: float, hh: float) -> Sprite:
    p = b.canvas(hw * 2 + 12, hh * 2 + 12, (hw + 6, hh + 6))
    p.box(6, 6, hw * 2, hh * 2, b.colour, radius=3)
    p.box(10, 10, hw * 2 - 8, hh * 2 - 8, mix(b.colour, WHITE, 0.28), radius=2, plain=True)
    if b.rng.random() < 0.5:
        p.polygon(_star(hw + 6, hh + 6, hw * 0.5, 5), b.colour, plain=True)
    else:
        p.ellipse(hw + 6, hh + 6, hw * 0.4, hh * 0.4, b.colour, plain=True)
    return p.sprite()


def _domino(b: Brush, hw: float, hh: float) -> Sprite:
    p = b.canvas(hw * 2 + 12, hh * 2 + 12, (hw + 6, hh + 6))
    p.box(6, 6, hw * 2, hh * 2, b.colour, radius=2.5)
    p.line([(8, hh + 6), (hw * 2 + 4, hh + 6)], 1, DARK, plain=True, alpha=0.6)
    for y in (hh * 0.5 + 6, hh * 1.5 + 6):
        p.ellipse(hw + 6, y, 1.7, 1.7, WHITE, plain=True)
    return p.sprite()


def _plank(b: Brush, hw: float, hh: float) -> Sprite:
    p = b.canvas(hw * 2 + 12, hh * 2 + 12, (hw + 6, hh + 6))
    p.box(6, 6, hw * 2, hh * 2, b.colour, radius=4)
    for end in (6, hw * 2 - 12):
        p.box(end, 6, 18, hh * 2, scaled(b.colour, 0.8), radius=4, plain=True)
    return p.sprite()


_ROUND_PAINTERS: dict[str, Callable[[Painter, Brush, float, float], None]] = {
    "basketball": _basketball, "football": _football, "beach_ball": _beach_ball, "marble": _marble,
        "tumbleweed": _tumbleweed,
    "apple": _apple, "orange_fruit": _citrus, "pumpkin": _pumpkin, "donut": _donut, "coin": _coin, "pendulum": _steel,
}  # fmt: skip
_BOX_PAINTERS: dict[str, Callable[[Brush, float, float], Sprite]] = {"block": _block, "domino": _domino,
    "seesaw": _plank}  # fmt: skip


def _steps(start: float, end: float, count: int = 18) -> list[float]:
    return [start + (end - start) * step / (count - 1) for step in range(count)]


def _star(x: float, y: float, r: float, points: int) -> list[tuple[float, float]]:
    ring = []
    for step in range(points * 2):
        a, d = -math.pi / 2 + step * math.pi / points, r if step % 2 == 0 else r * 0.48
        ring.append((x + d * math.cos(a), y + d * math.sin(a)))
    return ring


def soft_shadow(b: Brush, width: float) -> Sprite:
    """Return the shadow that something of this width throws on the ground."""
    p = b.canvas(width * 1.5 + 8, width * 0.42 + 8, (width * 0.75 + 4, width * 0.21 + 4))
    shade: Rgb = (24, 18, 44) if not b.look.is_neon else (4, 2, 18)
    p.ellipse(width * 0.75 + 4, width * 0.21 + 4, width * 0.52, width * 0.12, shade, plain=True, raw=True, alpha=0.42)
    p.blur(width * 0.045 if b.look.style != "paper" else width * 0.02)
    return replace(p.sprite(), is_shadow=True)
