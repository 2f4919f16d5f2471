"""Painted sets: sky, distance, middle ground, ground and foreground, as layers that scroll at their own speeds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np

from core.media.film import Frame
from generation.world.canvas import Layer
from generation.world.look import Look, Rgb, mix, scaled
from generation.world.paint import Painter, Point
from generation.world.plan import Plan

_MARGIN_PX = 3


@dataclass(slots=True)
class Scenery:
    """Everything of a shot that does not act: an opaque backdrop, layers behind the actors, layers before them."""

    sky: Frame
    behind: list[Layer] = field(default_factory=list)
    before: list[Layer] = field(default_factory=list)


class SetBuilder:
    """Paints the layers of one set. Heights are in units from the top of the frame."""

    def __init__(self, plan: Plan, look: Look) -> None:
        self.plan, self.look = plan, look
        self.rng = Random(plan.seed)
        self.scenery = Scenery(self._sky())

    # Layers ----------------------------------------------------------------------------------------------------------

    def layer(
        self, top: float, bottom: float, parallax: float, depth: float, draw: Callable[[Painter, float], None], *,
        before: bool = False, drift: float = 0.0, blur: float = 0.0,
    ) -> None:  # fmt: skip
        """Paint a layer between two heights; ``draw`` gets a painter whose y starts at ``top``, and the width."""
        plan = self.plan
        width = plan.width + plan.travel * parallax + abs(drift) * plan.seconds + _MARGIN_PX / plan.scale
        painter = Painter(width, bottom - top, self.look, plan.scale, depth=depth, supersample=1)
        draw(painter, width)
        if self.look.style == "realistic" and depth > 0.1:
            blur = max(blur, 1.6 * depth)  # a lens that is on the actors does not draw the distance sharp
        if blur:
            painter.blur(blur)
        layer = Layer.of(painter.sprite().rgba, round(top * plan.scale), parallax, drift * plan.scale)
        (self.scenery.before if before else self.scenery.behind).append(layer)

    def finished(self) -> Scenery:
        """Return the set, without the parts of layers that the ground hides."""
        behind = self.scenery.behind
        margin = round(60 * self.plan.scale) if self.plan.camera == "rise" else 2
        for number, layer in enumerate(behind):
            ground = min((other.top for other in behind[number + 1 :] if other.is_opaque), default=None)
            if ground is not None:
                layer.cut_below(ground + margin)
        return self.scenery

    def _sky(self) -> Frame:
        plan, look = self.plan, self.look
        width, height = round(plan.width * plan.scale), round(plan.height * plan.scale)
        down = np.linspace(0, 1, height, dtype=np.float32) * plan.height / max(plan.horizon, 1.0)
        place = np.clip(down, 0, 1)[:, None] ** 1.25
        rows = np.array(look.zenith, np.float32) * (1 - place) + np.array(look.horizon, np.float32) * place
        sky = np.repeat(rows[:, None, :], width, axis=1)
        # A gradient this gentle shows bands in 8 bits; a grain of half a level hides them.
        grain = np.random.default_rng(plan.seed).uniform(-0.6, 0.6, (height, width, 1)).astype(np.float32)
        return np.clip(sky + grain, 0, 255).astype(np.uint8)

    def on_sky(self, draw: Callable[[Painter], None]) -> None:
        """Paint onto the sky itself."""
        from generation.world.canvas import over

        painter = Painter(self.plan.width, self.plan.height, self.look, self.plan.scale, supersample=1)
        draw(painter)
        patch = painter.sprite().rgba[: self.scenery.sky.shape[0], : self.scenery.sky.shape[1]]
        over(self.scenery.sky, patch)

    # Sky -------------------------------------------------------------------------------------------------------------

    def sun(self, share_x: float = 0.68, share_y: float = 0.30, radius: float = 25.0) -> None:
        """Hang the sun or moon, with its light around it."""
        plan, look = self.plan, self.look
        x, y = plan.width * share_x, plan.horizon * share_y
        if look.time_of_day in {"dawn", "dusk"}:
            y = plan.horizon * 0.74
            radius *= 1.35

        def draw(painter: Painter) -> None:
            if look.is_neon:
                self._neon_sun(painter, x, plan.horizon * 0.72, radius * 2.6)
                return
            if look.weather in {"rain", "fog"}:
                painter.light(x, y, radius * 6, look.sun, 0.35)
                return
            painter.light(x, y, radius * 8, look.sun, 0.42)
            painter.light(x, y, radius * 3, look.sun, 0.50)
            painter.ellipse(x, y, radius, radius, look.sun, plain=True, raw=True)
            if look.time_of_day == "night":
                shade = scaled(look.sun, 0.86)
                for dx, dy, r in ((-8, -6, 6), (7, 4, 8), (-3, 10, 4)):
                    painter.ellipse(x + dx, y + dy, r, r * 0.9, shade, plain=True, raw=True, alpha=0.6)

        self.on_sky(draw)

    def _neon_sun(self, painter: Painter, x: float, y: float, radius: float) -> None:
        painter.light(x, y, radius * 2.2, (255, 60, 170), 0.55)
        painter.gradient(
            [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 60)],
            (255, 214, 90), (255, 46, 150), raw=True,
        )  # fmt: skip
        for bar in range(5):
            top = y + radius * (0.1 + 0.18 * bar)
            thick = 2.0 + 1.3 * bar
            painter.box(x - radius, top, radius * 2, thick, self.look.horizon, plain=True, raw=True)

    def stars(self, count: int, *, low: float | None = None) -> None:
        """Scatter stars over the sky down to a height."""
        rng, plan = Random(plan_seed(self.plan, "stars")), self.plan
        low = plan.horizon if low is None else low

        def draw(painter: Painter) -> None:
            for _ in range(count):
                x, y = rng.uniform(0, plan.width), rng.uniform(0, low) ** 1.0
                size = rng.choice((0.5, 0.6, 0.8, 1.1))
                painter.light(x, y, size * 3.2, (255, 250, 236), rng.uniform(0.5, 1.0))
                painter.ellipse(x, y, size * 0.6, size * 0.6, (255, 252, 244), plain=True, raw=True)

        self.on_sky(draw)

    def clouds(self, count: int, top: float, bottom: float, parallax: float = 0.12, size: float = 1.0) -> None:
        """Let clouds drift between two heights."""
        rng = Random(plan_seed(self.plan, "clouds", round(top), count))
        base: Rgb = (255, 255, 255)
        look = self.look

        def draw(painter: Painter, width: float) -> None:
            lit = mix(look.tone(base, 0.15), look.sun, 0.25)
            low = mix(look.tone((196, 208, 226), 0.25), look.horizon, 0.35)
            for number in range(count):
                x = (number + rng.uniform(0.1, 0.9)) * width / count
                y = rng.uniform(12, max(13.0, bottom - top - 26))
                self._cloud(painter, rng, x, y, rng.uniform(0.7, 1.25) * size, lit, low)

        self.layer(top, bottom, parallax, 0.0, draw, drift=3.0 * self.plan.pace)

    def _cloud(self, painter: Painter, rng: Random, x: float, y: float, size: float, lit: Rgb, low: Rgb) -> None:
        puffs = [(rng.uniform(-34, 34) * size, rng.uniform(-9, 7) * size, rng.uniform(10, 20) * size) for _ in range(8)]
        neon = self.look.is_neon
        if neon:
            lit, low = mix(lit, (180, 90, 255), 0.6), mix(low, (70, 30, 140), 0.7)
        for dx, dy, r in puffs:
            painter.ellipse(x + dx, y + dy + 5 * size, r * 1.15, r * 0.72, low, plain=True, raw=True, alpha=0.85)
        for dx, dy, r in puffs:
            painter.ellipse(x + dx, y + dy, r, r * 0.66, lit, plain=True, raw=True, alpha=0.92 if not neon else 0.5)

    # Land ------------------------------------------------------------------------------------------------------------

    def hills(self, base: float, swing: float, colour: Rgb, parallax: float, depth: float, trees: int = 0) -> None:
        """A line of rolling hills whose feet reach the horizon or below."""
        rng = Random(plan_seed(self.plan, "hills", round(base), round(depth * 100)))
        top = base - swing * 1.5 - 44
        bottom = self.plan.floor + 6

        def draw(painter: Painter, width: float) -> None:
            line = wavy(rng, width, base - top, swing)
            for _ in range(trees):
                x, y = line[rng.randrange(len(line))]
                self._tuft_tree(painter, rng, x, y + 3)
            painter.gradient([*line, (width, bottom - top), (0, bottom - top)], scaled(colour, 1.12), scaled(colour,
                0.82))  # fmt: skip
            if self.look.is_neon:
                painter.line(line, 1.4, self.look.glow((60, 230, 255)), plain=True, raw=True)

        self.layer(top, bottom, parallax, depth, draw)

    def _tuft_tree(self, painter: Painter, rng: Random, x: float, y: float) -> None:
        size = rng.uniform(8, 16)
        green = rng.choice([(86, 140, 84), (104, 152, 84), (70, 122, 86)])
        painter.box(x - 1.2, y - size, 2.4, size, (110, 84, 62), plain=True)
        painter.ellipse(x, y - size * 1.3, size * 0.62, size * 0.8, green, edge=False)

    def ridge(self, base: float, peak: float, colour: Rgb, parallax: float, depth: float, *,
        snow: bool = False) -> None:  # fmt: skip
        """A jagged line of mountains, lit from the right, with snow on the high parts."""
        rng = Random(plan_seed(self.plan, "ridge", round(base), round(depth * 100)))
        top, bottom = base - peak * 1.2, self.plan.floor + 6

        def draw(painter: Painter, width: float) -> None:
            x = -60.0
            while x < width + 60:
                half = rng.uniform(0.6, 1.0) * peak * 0.8
                high = rng.uniform(0.55, 1.0) * peak
                self._peak(painter, rng, x + half, bottom - top, base - top - high, half / high, colour, snow)
                x += half * rng.uniform(0.8, 1.2)

        self.layer(top, bottom, parallax, depth, draw)

    def _peak(
        self, painter: Painter, rng: Random, x: float, foot: float, top: float, slope: float, colour: Rgb, snow: bool
    ) -> None:
        """One mountain: a lit side, a shaded side, and perhaps a cap. ``slope`` is its run over its rise."""
        reach = (foot - top) * slope
        lit, dark = scaled(colour, 1.14), scaled(colour, 0.80)
        kink = rng.uniform(-0.12, 0.12) * reach
        painter.gradient([(x - reach, foot), (x, top), (x + kink, foot)], dark, mix(dark, self.look.haze, 0.2))
        painter.gradient([(x + kink, foot), (x, top), (x + reach, foot)], lit, mix(lit, self.look.haze, 0.3))
        if snow:
            cap = min(foot - top, self.plan.horizon * 0.5) * 0.24
            edge = [(x - cap * slope, top + cap), (x - cap * slope * 0.4, top + cap * 0.72), (x, top + cap * 1.06)]
            painter.polygon([(x, top), *edge[::-1][::-1]], (214, 222, 238), plain=True)
            right = [(x, top + cap * 1.06), (x + cap * slope * 0.45, top + cap * 0.7), (x + cap * slope, top + cap)]
            painter.polygon([(x, top), *right], (250, 250, 252), plain=True)
        if self.look.is_neon:
            painter.line([(x - reach, foot), (x, top), (x + reach, foot)], 1.2, self.look.glow((200, 80, 255)),
                plain=True, raw=True)  # fmt: skip

    def woods(self, base: float, tall: float, colour: Rgb, parallax: float, depth: float, *, pointed: bool,
        gap: float) -> None:  # fmt: skip
        """A row of trees standing on a line: pointed (firs) or round (leafy)."""
        rng = Random(plan_seed(self.plan, "woods", round(base), round(depth * 100)))
        top, bottom = base - tall * 1.3, self.plan.floor + 6

        def draw(painter: Painter, width: float) -> None:
            ground = base - top
            x = -gap
            while x < width + gap:
                size = tall * rng.uniform(0.7, 1.15)
                shade = scaled(colour, rng.uniform(0.88, 1.12))
                (self._fir if pointed else self._leafy)(painter, rng, x, ground + 4, size, shade)
                x += gap * rng.uniform(0.6, 1.3)
            soil = scaled(colour, 0.9)
            painter.gradient([(0, ground), (width, ground), (width, bottom - top), (0, bottom - top)], soil,
                scaled(soil, 0.9))  # fmt: skip

        self.layer(top, bottom, parallax, depth, draw)

    def _fir(self, painter: Painter, rng: Random, x: float, y: float, size: float, colour: Rgb) -> None:
        del rng
        painter.box(x - size * 0.03, y - size * 0.25, size * 0.06, size * 0.25, (92, 70, 56), plain=True)
        for step in range(3):
            low, wide = y - size * (0.12 + 0.26 * step), size * (0.27 - 0.065 * step)
            shade = scaled(colour, 0.9 + 0.1 * step)
            painter.polygon([(x - wide, low), (x, low - size * 0.42), (x + wide, low)], shade, edge=False)

    def _leafy(self, painter: Painter, rng: Random, x: float, y: float, size: float, colour: Rgb) -> None:
        painter.box(x - size * 0.04, y - size * 0.55, size * 0.08, size * 0.55, (104, 80, 62), plain=True)
        for dx, dy, r in ((0, -0.78, 0.30), (-0.2, -0.6, 0.24), (0.2, -0.62, 0.25), (0.02, -0.56, 0.26)):
            wobble = rng.uniform(0.9, 1.1)
            painter.ellipse(x + dx * size, y + dy * size, r * size * wobble, r * size * 0.9, scaled(colour,
                1 - dy * 0.1), edge=False)  # fmt: skip

    def skyline(self, base: float, tall: float, colour: Rgb, parallax: float, depth: float, gap: float) -> None:
        """A row of buildings with windows; some are lit after dark."""
        rng = Random(plan_seed(self.plan, "skyline", round(base), round(depth * 100)))
        top, bottom = base - tall * 1.15, self.plan.floor + 6

        def draw(painter: Painter, width: float) -> None:
            x = -10.0
            while x < width + 10:
                wide = gap * rng.uniform(0.7, 1.3)
                high = tall * rng.uniform(0.35, 1.0)
                self._building(painter, rng, x, base - top - high, wide, bottom - top, scaled(colour,
                    rng.uniform(0.85, 1.15)))  # fmt: skip
                x += wide + rng.uniform(0, 3)

        self.layer(top, bottom, parallax, depth, draw)

    def _building(self, painter: Painter, rng: Random, x: float, y: float, w: float, foot: float, colour: Rgb) -> None:
        look = self.look
        painter.gradient([(x, y), (x + w, y), (x + w, foot), (x, foot)], scaled(colour, 1.1), mix(colour, look.haze,
            0.25))  # fmt: skip
        lit = look.glow((255, 214, 130)) if not look.is_neon else look.glow(rng.choice([(60, 230, 255), (255, 70,
            190), (255, 220, 90)]))  # fmt: skip
        wall = look.tone(colour, painter.depth)
        lit_panes: list[Point] = []
        dark_panes: list[Point] = []
        for row in range(int(min(foot - y, 260) / 12) - 1):
            for column in range(max(1, int((w - 4) / 9))):
                on = rng.random() < (0.5 if look.is_dark else 0.12)
                (lit_panes if on else dark_panes).append((x + 4 + column * 9, y + 7 + row * 12))
        painter.panes(lit_panes, 4.4, 6.4, mix(lit, wall, painter.depth * 0.55))
        painter.panes(dark_panes, 4.4, 6.4, scaled(wall, 0.78))
        if look.is_neon:
            edge = look.glow(rng.choice([(60, 230, 255), (255, 70, 190)]))
            painter.line([(x, foot), (x, y), (x + w, y), (x + w, foot)], 1.0, edge, plain=True, raw=True, alpha=0.8)

    # Ground ----------------------------------------------------------------------------------------------------------

    def ground(self, top: float, far: Rgb, near: Rgb, detail: Callable[[Painter, float, float],
        None] | None = None) -> None:  # fmt: skip
        """The ground that actors stand on, down to the foot of the frame. ``detail`` gets painter, width and depth."""
        height = self.plan.height - top + 60

        def draw(painter: Painter, width: float) -> None:
            painter.gradient([(0, 0), (width, 0), (width, height), (0, height)], far, near)
            if self.look.is_neon:
                self._grid(painter, width, height)
            elif detail is not None:
                detail(painter, width, height)

        self.layer(top, top + height, 1.0, 0.0, draw)

    def _grid(self, painter: Painter, width: float, height: float) -> None:
        """The glowing floor grid that the neon style stands on."""
        line = self.look.glow((255, 60, 200))
        cool = self.look.glow((60, 210, 255))
        painter.gradient([(0, 0), (width, 0), (width, height), (0, height)], (30, 10, 60), (10, 6, 30), raw=True)
        y, gap = 1.0, 5.0
        while y < height:
            painter.line([(0, y), (width, y)], 0.9, line, plain=True, raw=True, alpha=0.75)
            y += gap
            gap *= 1.42
        centre = width / 2
        for step in range(-16, 17):
            painter.line([(centre + step * 22, 0), (centre + step * 90, height)], 0.8, cool, plain=True, raw=True,
                alpha=0.45)  # fmt: skip

    def foreground(self, draw: Callable[[Painter, float], None], tall: float, blur: float = 1.2) -> None:
        """What stands close to the lens, out of focus, along the foot of the frame."""
        plan = self.plan
        if self.look.style in {"paper", "neon"}:
            blur = 0.0
        self.layer(plan.height - tall, plan.height + 30, 1.6, 0.0, draw, before=True, blur=blur)


def plan_seed(plan: Plan, *about: object) -> int:
    """Return a seed of its own for one part of a set."""
    from core.hashing import stable_int

    return stable_int(plan.seed, *about, bits=31)


def wavy(rng: Random, width: float, base: float, swing: float) -> list[Point]:
    """Return a rolling line from left to right."""
    waves = [(rng.uniform(90, 240), rng.uniform(0, 6.3), rng.uniform(0.4, 1.0)) for _ in range(3)]
    total = sum(weight for *_, weight in waves)
    points = []
    for step in range(int(width / 6) + 3):
        x = step * 6.0
        y = sum(weight * math.sin(2 * math.pi * x / length + phase) for length, phase, weight in waves) / total
        points.append((x, base - swing * y))
    return points


def scatter(rng: Random, count: int, width: float, height: float, power: float = 0.6) -> Sequence[tuple[float, float,
    float]]:  # fmt: skip
    """Return (x, y, share of depth) of things strewn over a ground: denser and smaller towards the horizon."""
    spots = []
    for _ in range(count):
        near = rng.random() ** power
        spots.append((rng.uniform(0, width), near * height, near))
    return sorted(spots, key=lambda spot: spot[1])


def softened(frame: Frame, radius: float) -> Frame:
    """Return a frame out of focus."""
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), radius), np.uint8)
