"""Sets with a wall: court, workshop, room, kitchen, stage."""

from collections.abc import Callable
from random import Random

import numpy as np

from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter
from generation.world.scenery import SetBuilder, plan_seed


def _wall(
    b: SetBuilder, top: Rgb, low: Rgb, draw: Callable[[Painter, float, float], None], parallax: float = 0.35
) -> None:
    """A wall from the top of the frame to the floor's far edge; ``draw`` gets painter, width and height."""
    foot = _foot(b)

    def paint(painter: Painter, width: float) -> None:
        painter.gradient([(0, 0), (width, 0), (width, foot), (0, foot)], top, low)
        draw(painter, width, foot)
        shade = scaled(low, 0.7)
        painter.gradient([(0, foot - 26), (width, foot - 26), (width, foot), (0, foot)], low, shade, alpha=0.35)

    b.layer(0, foot, parallax, 0.05, paint)


def _foot(b: SetBuilder) -> float:
    return b.plan.floor - b.plan.height * 0.085


def _planks(b: SetBuilder, far: Rgb, near: Rgb) -> None:
    """A wooden floor seen from the front, boards running towards the viewer."""

    def boards(painter: Painter, width: float, height: float) -> None:
        centre = width / 2
        for step in range(-22, 23):
            painter.line(
                [(centre + step * 20, 0), (centre + step * 52, height)], 0.8, scaled(near, 0.84), plain=True, alpha=0.6
            )
        painter.gradient([(0, 0), (width, 0), (width, 16), (0, 16)], scaled(far, 0.72), far, alpha=0.55)

    b.ground(_foot(b), far, near, boards)


def _window(painter: Painter, b: SetBuilder, x: float, y: float, w: float, h: float) -> None:
    look = b.look
    painter.box(x - 6, y - 6, w + 12, h + 12, (250, 246, 238), radius=3)
    painter.gradient([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], look.zenith, look.horizon, raw=True)
    if look.is_dark:
        painter.ellipse(x + w * 0.7, y + h * 0.3, 9, 9, look.sun, plain=True, raw=True)
    else:
        painter.light(x + w * 0.66, y + h * 0.35, w * 0.6, look.sun, 0.6)
    painter.blob([(x, y + h), (x, y + h * 0.76), (x + w * 0.3, y + h * 0.66), (x + w * 0.7, y + h * 0.78), (x + w,
        y + h * 0.7), (x + w, y + h)],
                 look.tone((112, 160, 104), 0.3), plain=True, raw=True)  # fmt: skip
    painter.box(x + w / 2 - 2, y, 4, h, (250, 246, 238), plain=True)
    painter.box(x, y + h / 2 - 2, w, 4, (250, 246, 238), plain=True)
    painter.box(x - 10, y + h + 5, w + 20, 6, (240, 234, 222), radius=2)


def _frames(painter: Painter, rng: Random, spots: list[tuple[float, float, float, float]]) -> None:
    for x, y, w, h in spots:
        painter.box(x, y, w, h, rng.choice([(176, 132, 92), (90, 82, 92), (236, 226, 206)]), radius=1.5)
        shade = rng.choice([(236, 152, 120), (120, 168, 190), (150, 178, 130), (240, 206, 132)])
        painter.box(x + 4, y + 4, w - 8, h - 8, (250, 246, 236), plain=True)
        painter.ellipse(x + w / 2, y + h * 0.55, w * 0.22, h * 0.22, shade, plain=True)


def _room(b: SetBuilder) -> None:
    rng = Random(plan_seed(b.plan, "room"))

    def wall(painter: Painter, width: float, height: float) -> None:
        for stripe in range(0, int(width), 24):
            painter.box(stripe, 0, 11, height, (236, 214, 190), plain=True, alpha=0.35)
        tall = min(190.0, height * 0.42)
        _window(painter, b, width * 0.5, height * 0.78 - tall, width * 0.3, tall)
        for x in (width * 0.5 - 26, width * 0.8 + 2):
            painter.blob([(x, height * 0.78 - tall - 16), (x + 24, height * 0.78 - tall - 16), (x + 20,
                height * 0.5), (x + 27, height * 0.84), (x - 3, height * 0.84), (x + 4, height * 0.5)],
                         (214, 122, 104), edge=False)  # fmt: skip
        _frames(
            painter,
            rng,
            [
                (width * 0.10, height * 0.34, 44, 56),
                (width * 0.26, height * 0.40, 38, 38),
                (width * 0.12, height * 0.54, 34, 34),
            ],
        )
        painter.box(0, height - 13, width, 13, (250, 244, 232), plain=True)

    _wall(b, (244, 222, 198), (232, 200, 172), wall)
    _planks(b, (196, 146, 104), (150, 102, 70))

    def rug(painter: Painter, width: float) -> None:
        painter.ellipse(width / 2, 36, width * 0.42, 30, (206, 110, 96), edge=False)
        painter.ellipse(width / 2, 36, width * 0.36, 24, (242, 206, 160), edge=False)
        painter.ellipse(width / 2, 36, width * 0.30, 19, (206, 110, 96), edge=False)

    b.layer(b.plan.floor - 22, b.plan.floor + 52, 1.0, 0.0, rug)


def _kitchen(b: SetBuilder) -> None:
    rng = Random(plan_seed(b.plan, "kitchen"))

    def wall(painter: Painter, width: float, height: float) -> None:
        tile = 26
        for row in range(int(height * 0.55 / tile), int(height / tile) + 1):
            for column in range(int(width / tile) + 1):
                shade = rng.choice([(250, 246, 238), (242, 238, 230), (226, 240, 238)])
                painter.box(
                    column * tile + 1, row * tile + 1, tile - 2, tile - 2, shade, radius=2, plain=True, alpha=0.9
                )
        for shelf, y in enumerate((height * 0.22, height * 0.42)):
            painter.box(width * 0.08, y, width * 0.36, 6, (176, 126, 84), radius=2)
            for item in range(4):
                x, tall = width * 0.11 + item * width * 0.082, rng.uniform(18, 34)
                shade = rng.choice([(232, 112, 92), (110, 170, 168), (244, 196, 96), (246, 240, 226), (140, 176, 120)])
                painter.box(x, y - tall, 15 + 5 * (shelf % 2), tall, shade, radius=4)
        _window(painter, b, width * 0.58, height * 0.2, width * 0.3, min(170.0, height * 0.3))

    _wall(b, (226, 238, 232), (206, 226, 220), wall)
    _planks(b, (222, 178, 128), (186, 134, 88))


def _court(b: SetBuilder) -> None:
    rng = Random(plan_seed(b.plan, "court"))

    def wall(painter: Painter, width: float, height: float) -> None:
        for x in np.arange(10.0, width, 74.0).tolist():
            painter.gradient(
                [(x, 26), (x + 54, 26), (x + 54, height * 0.30), (x, height * 0.30)],
                b.look.zenith,
                b.look.horizon,
                raw=True,
            )
            painter.box(x + 25, 26, 3, height * 0.30 - 26, (120, 116, 128), plain=True)
        top = height * 0.60
        for row in range(5):
            y = top + row * (height - top) / 5
            painter.box(0, y, width, (height - top) / 5 - 2, mix((92, 108, 158), (70, 78, 124), row / 5), plain=True)
            x = rng.uniform(4, 16)
            while x < width:
                if rng.random() < 0.62:
                    _fan(painter, rng, x, y)
                x += rng.uniform(13, 22)
        painter.box(0, top - 12, width, 9, (226, 120, 82), plain=True)

    _wall(b, (206, 200, 206), (168, 164, 182), wall)

    def lines(painter: Painter, width: float, height: float) -> None:
        centre = width / 2
        for step in range(-22, 23):
            painter.line(
                [(centre + step * 20, 0), (centre + step * 52, height)], 0.7, (176, 118, 66), plain=True, alpha=0.55
            )
        white: Rgb = (250, 244, 232)
        painter.line([(0, 10), (width, 10)], 2.2, white, plain=True)
        painter.line([(width * 0.1, 10), (-40, height)], 3.0, white, plain=True)
        painter.line([(width * 0.62, 10), (width * 0.55, height)], 3.0, white, plain=True)
        painter.gradient([(0, 0), (width, 0), (width, 18), (0, 18)], (150, 96, 52), (222, 164, 100), alpha=0.4)

    b.ground(_foot(b), (222, 164, 100), (194, 128, 70), lines)


def _fan(painter: Painter, rng: Random, x: float, y: float) -> None:
    """Someone in the stands."""
    skin = rng.choice([(244, 206, 176), (206, 158, 120), (146, 100, 74), (250, 220, 190)])
    shirt = rng.choice([(226, 96, 84), (244, 190, 90), (92, 160, 180), (230, 230, 236), (150, 112, 180)])
    painter.ellipse(x, y + 2, 6.5, 9, shirt, edge=False, plain=True, alpha=0.92)
    painter.ellipse(x, y - 8, 4.4, 4.8, skin, edge=False, plain=True, alpha=0.95)


def _workshop(b: SetBuilder) -> None:
    rng = Random(plan_seed(b.plan, "workshop"))

    def wall(painter: Painter, width: float, height: float) -> None:
        for row in range(int(height / 22) + 1):
            for column in range(int(width / 22) + 1):
                painter.ellipse(column * 22 + 11, row * 22 + 11, 1.3, 1.3, (176, 190, 192), plain=True, alpha=0.7)
        painter.light(width * 0.5, height * 0.1, width * 0.7, b.look.glow((255, 236, 200)), 0.22)
        for _ in range(5):
            x, y, r = rng.uniform(20, width - 20), rng.uniform(30, height * 0.6), rng.uniform(10, 22)
            shade = rng.choice([(220, 206, 190), (200, 214, 214), (226, 198, 190)])
            painter.ellipse(x, y, r, r, shade, edge=False, alpha=0.8)
            painter.ellipse(x, y, r * 0.55, r * 0.55, (226, 228, 222), plain=True, alpha=0.9)

    _wall(b, (228, 232, 226), (206, 214, 210), wall)
    _planks(b, (224, 184, 134), (190, 144, 96))


def _stage(b: SetBuilder) -> None:
    look = b.look
    rng = Random(plan_seed(b.plan, "stage"))

    def wall(painter: Painter, width: float, height: float) -> None:
        x = -8.0
        while x < width + 8:
            fold = rng.uniform(13, 22)
            painter.gradient([(x, 0), (x + fold, 0), (x + fold, height), (x, height)], (168, 52, 70), (112, 28, 58))
            painter.gradient(
                [(x + fold * 0.6, 0), (x + fold, 0), (x + fold, height), (x + fold * 0.6, height)],
                (112, 28, 54),
                (70, 16, 44),
                alpha=0.8,
            )
            x += fold
        hues: list[Rgb] = [(255, 220, 150), (150, 200, 255), (255, 150, 210)]
        for number in range(4):
            x = width * (0.12 + 0.25 * number)
            spread = rng.uniform(36, 64)
            lean = rng.uniform(-50, 50)
            beam = [(x - 4, 0), (x + 4, 0), (x + lean + spread, height), (x + lean - spread, height)]
            painter.gradient(beam, look.glow(hues[number % 3]), look.glow(hues[number % 3]), raw=True, alpha=0.16)
            painter.light(x, 4, 46, look.glow(hues[number % 3]), 0.9)

    _wall(b, (150, 44, 64), (96, 24, 50), wall)
    _planks(b, (150, 96, 84), (92, 54, 62))

    def pool(painter: Painter, width: float) -> None:
        painter.ellipse(width / 2, 40, width * 0.44, 32, look.glow((255, 226, 170)), plain=True, raw=True, alpha=0.22)

    b.layer(b.plan.floor - 26, b.plan.floor + 60, 1.0, 0.0, pool)


INTERIORS: dict[str, Callable[[SetBuilder], None]] = {
    "room": _room, "kitchen": _kitchen, "court": _court, "workshop": _workshop, "stage": _stage,
}  # fmt: skip
