"""What fills the air and the water: waves, weather, fireflies, fireworks, steam. All of it a function of time alone."""

import math
from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from generation.world.brush import WARM, WHITE, Brush
from generation.world.look import Look, Rgb, mix, scaled
from generation.world.paint import Sprite
from generation.world.plan import Plan
from generation.world.simulation import Water
from generation.world.view import View

_STEP_UNITS = 6.0


@dataclass(slots=True)
class WavesActor:
    """A row of waves: see-through water from the surface down to the foot of the frame."""

    water: Water
    plan: Plan
    top: Rgb
    deep: Rgb
    crest: Rgb
    cover: float
    depth: float
    lag: float = 0.0
    lower: float = 0.0
    _tint: Frame | None = None

    def draw(self, view: View, t: float) -> None:
        """Draw the waves over what is there."""
        frame, scale = view.frame, self.plan.scale
        level = self.water.level + self.lower
        y0 = max(0, int((level - self.water.swell * 1.4 + view.camera_up) * scale))
        if y0 >= frame.shape[0]:
            return
        xs = np.arange(0.0, self.plan.width + _STEP_UNITS * 2, _STEP_UNITS)
        ys = self.water.surfaces(xs + view.camera_x, t, lag=self.lag) + self.lower + view.camera_up
        line = np.stack([xs * scale - 0.5, ys * scale - 0.5 - y0], axis=1)
        height, width = frame.shape[0] - y0, frame.shape[1]
        tint = self._gradient(height, width)
        # Only the rows that the crest moves through need a mask; below them the water is even.
        strip = min(height, int(self.water.swell * 2.8 * scale) + 4)
        outline = np.concatenate([line, [[width + 4, strip + 4], [-4, strip + 4]]])
        mask = np.zeros((strip, width), np.uint8)
        cv2.fillPoly(mask, [np.asarray(np.round(outline * 16), np.int32)], round(255 * self.cover), cv2.LINE_AA, 4)
        cover, part = cv2.cvtColor(mask, cv2.COLOR_GRAY2RGB), frame[y0 : y0 + strip]
        cv2.multiply(part, cv2.bitwise_not(cover), dst=part, scale=1 / 255)
        cv2.add(part, cv2.multiply(tint[:strip], cover, scale=1 / 255), dst=part)
        rest = frame[y0 + strip :]
        if len(rest):
            cv2.addWeighted(rest, 1 - self.cover, tint[strip:], self.cover, 0, dst=rest)
        edge = np.asarray(np.round((line + np.array([0, y0])) * 16), np.int32)
        crest = (int(self.crest[0]), int(self.crest[1]), int(self.crest[2]))
        cv2.polylines(frame, [edge], False, crest, max(1, round(1.7 * scale)), cv2.LINE_AA, 4)

    def _gradient(self, height: int, width: int) -> Frame:
        if self._tint is None or self._tint.shape[0] != height:
            down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
            rows = np.array(self.top, np.float32) * (1 - down) + np.array(self.deep, np.float32) * down
            self._tint = np.repeat(rows[:, None, :].astype(np.uint8), width, axis=1)
        return self._tint


@dataclass(frozen=True, slots=True)
class Drift:
    """How particles of one kind move: units a second, sideways sway and its time, turns a second."""

    fall: float
    wind: float
    sway: float
    period: float
    turns: float


DRIFTS = {
    "snow": Drift(46, 10, 12, 3.2, 0.0), "leaf": Drift(38, 26, 26, 2.6, 0.22), "petal": Drift(30, 22, 22, 3.0, 0.2),
    "confetti": Drift(62, 0, 16, 1.4, 0.8), "bubble": Drift(-34, 6, 9, 2.4, 0.0), "dust": Drift(-5, 8, 10, 5.0, 0.0),
}  # fmt: skip


@dataclass(slots=True)
class ParticlesActor:
    """Many small sprites, each on an endless way of its own through the picture."""

    plan: Plan
    sprites: list[Sprite]
    drift: Drift
    count: int
    seed: int
    depth: float = 0.9
    _spots: list[tuple[float, float, float, float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = Random(self.seed)
        plan = self.plan
        for number in range(self.count):
            near = rng.uniform(0.45, 1.0)
            self._spots.append((rng.uniform(0, plan.width + 60), rng.uniform(0, plan.height + 40), near,
                rng.uniform(0, 6.3), number % len(self.sprites)))  # fmt: skip

    def draw(self, view: View, t: float) -> None:
        """Draw every particle where it is now."""
        plan, drift = self.plan, self.drift
        wide, tall = plan.width + 60, plan.height + 40
        for x, y, near, phase, which in self._spots:
            wave = 2 * math.pi * t / drift.period + phase
            px = (x + (drift.wind * t - view.camera_x * 0.6) * near + drift.sway * near * math.sin(wave)) % wide - 30
            py = (y + drift.fall * plan.pace * near * t) % tall - 20
            view.put(self.sprites[which], px, py,
                turn=phase + 2 * math.pi * drift.turns * t + 0.5 * math.sin(wave) * (drift.turns > 0), grow=(near,
                    near * (math.cos(wave) if drift.turns > 0.5 else 1.0)), parallax=0.0)  # fmt: skip


def particle_sprites(kind: str, b: Brush) -> list[Sprite]:
    """Paint the few sprites that a kind of particle comes in."""
    sprites = []
    for number in range(4):
        p = b.canvas(24, 24, (12, 12))
        hue = b.rng.choice(WARM)
        match kind:
            case "snow":
                p.light(12, 12, 3.6 + number, WHITE, 1.0)
                p.ellipse(12, 12, 1.3 + 0.4 * number, 1.3 + 0.4 * number, WHITE, plain=True, raw=True, alpha=0.95)
            case "leaf":
                shade = b.rng.choice([(222, 122, 56), (238, 176, 78), (198, 84, 58), (156, 146, 70)])
                p.blob([(3, 12), (10, 6), (21, 11), (11, 17)], shade, edge=False)
                p.line([(2, 12), (18, 11.5)], 0.8, scaled(shade, 0.7), plain=True)
            case "petal":
                p.blob([(5, 12), (11, 7), (19, 11), (12, 16)], mix((250, 176, 196), WHITE, 0.12 * number), plain=True)
            case "confetti":
                p.box(7, 9, 10, 5.5, hue, radius=1, plain=True, raw=True)
            case "bubble":
                r = 4.0 + 1.6 * number
                p.ellipse(12, 12, r, r, WHITE, plain=True, raw=True, alpha=0.16)
                ring = [(12 + r * math.cos(a), 12 + r * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 26)]
                p.line(ring, 0.8, WHITE, plain=True, raw=True, alpha=0.7)
                p.ellipse(12 - r * 0.4, 12 - r * 0.4, r * 0.2, r * 0.16, WHITE, plain=True, raw=True)
            case _:
                p.light(12, 12, 3 + number, b.look.glow((255, 244, 214)), 0.55)
        sprites.append(p.sprite())
    return sprites


@dataclass(slots=True)
class FirefliesActor:
    """Small lights that wander and breathe."""

    sprite: Sprite
    plan: Plan
    count: int
    seed: int
    depth: float = 0.75

    def draw(self, view: View, t: float) -> None:
        """Draw every light."""
        rng = Random(self.seed)
        plan = self.plan
        for _ in range(self.count):
            x, y = rng.uniform(0, plan.extent), rng.uniform(plan.horizon * 0.7, plan.floor + 20)
            phase, speed, size = rng.uniform(0, 6.3), rng.uniform(0.4, 0.9), rng.uniform(0.6, 1.2)
            px = x + 26 * math.sin(speed * t + phase) + 9 * math.sin(2.3 * speed * t)
            py = y + 18 * math.cos(speed * 0.8 * t + phase * 2)
            glow = 0.25 + 0.75 * max(0.0, math.sin(1.9 * t * speed + phase)) ** 1.5
            view.put(self.sprite, px, py, grow=(size, size), alpha=glow)


@dataclass(slots=True)
class FireworksActor:
    """Rockets that climb and burst. ``bursts`` are (time, x, y, hue) in order."""

    sprites: list[Sprite]
    plan: Plan
    bursts: list[tuple[float, float, float, int]]
    depth: float = 0.25

    def draw(self, view: View, t: float) -> None:
        """Draw what is in the sky now."""
        for at, x, y, hue in self.bursts:
            age = t - at
            sprite = self.sprites[hue % len(self.sprites)]
            if -0.7 < age < 0:
                climb = 1 + age / 0.7
                view.put(sprite, x, self.plan.floor + (y - self.plan.floor) * climb**0.7, grow=(0.5, 0.8), parallax=0.3)
            elif 0 <= age < 1.9:
                self._burst(view, x, y, age, sprite, at)

    def _burst(self, view: View, x: float, y: float, age: float, sprite: Sprite, seed: float) -> None:
        spread = 128 * (1 - math.exp(-2.6 * age))
        rng = Random(f"{seed:.4f}")
        view.put(sprite, x, y, grow=(6.5, 6.5), alpha=max(0.0, 0.9 - 3 * age), parallax=0.3)
        for spark in range(48):
            angle = 2 * math.pi * spark / 48 + rng.uniform(-0.06, 0.06)
            far = spread * rng.choice((1.0, 0.94, 0.62, 0.34))
            size = max(0.16, 0.95 * (1 - age / 2.0))
            px, py = x + far * math.cos(angle), y + far * math.sin(angle) + 26 * age * age
            view.put(sprite, px, py, grow=(size, size), alpha=max(0.0, 1 - age / 1.9), parallax=0.3)


def spark_sprites(b: Brush) -> list[Sprite]:
    """Paint glowing sparks in several colours."""
    sprites = []
    hues: list[Rgb] = [(255, 190, 90), (255, 110, 150), (120, 210, 255), (170, 255, 160), (210, 150, 255)]
    for hue in hues:
        p = b.canvas(28, 28, (14, 14))
        p.light(14, 14, 12, b.look.glow(hue), 1.0)
        p.ellipse(14, 14, 2.2, 2.2, mix(hue, WHITE, 0.6), plain=True, raw=True)
        sprites.append(p.sprite())
    return sprites


@dataclass(slots=True)
class FlameActor:
    """A flickering fire: licking tongues, a light on what is around, and sparks that rise."""

    tongue: Sprite
    glow: Sprite
    x: float
    y: float
    size: float
    depth: float = 0.58

    def draw(self, view: View, t: float) -> None:
        """Draw the fire of this moment."""
        flicker = 0.85 + 0.1 * math.sin(11 * t) + 0.06 * math.sin(23.7 * t + 1)
        view.put(self.glow, self.x, self.y - 16 * self.size, grow=(flicker * 1.1, flicker * 1.1), alpha=0.8 * flicker)
        for number, (dx, tall) in enumerate(((-9, 0.75), (8, 0.8), (0, 1.05))):
            wave = math.sin(9 * t + number * 2.1) + 0.5 * math.sin(17 * t + number)
            view.put(self.tongue, self.x + dx * self.size, self.y - 4, turn=0.13 * wave, grow=(0.9,
                tall * (0.92 + 0.12 * wave)))  # fmt: skip
        for spark in range(5):
            rise = (t * 0.7 + spark * 0.213) % 1.0
            x = self.x + 10 * math.sin(spark * 2.4 + 5 * rise) * self.size
            view.put(self.glow, x, self.y - (20 + 90 * rise) * self.size, grow=(0.05, 0.05), alpha=1 - rise)


def flame_sprites(b: Brush) -> tuple[Sprite, Sprite]:
    """Paint a tongue of flame (pivot at its foot) and its light (pivot in the middle)."""
    p = b.canvas(44, 70, (22, 64))
    for size, hue in ((1.0, (255, 122, 46)), (0.72, (255, 178, 64)), (0.42, (255, 238, 170))):
        p.blob([(22, 64 - 54 * size), (22 + 14 * size, 64 - 22 * size), (22 + 9 * size, 63), (22 - 9 * size, 63),
            (22 - 14 * size, 64 - 20 * size)], b.look.glow(hue), plain=True, raw=True)  # fmt: skip
    g = b.canvas(240, 240, (120, 120))
    g.light(120, 120, 118, b.look.glow((255, 160, 70)), 0.75)
    return p.sprite(), g.sprite()


@dataclass(slots=True)
class SteamActor:
    """Steam that curls up from a warm cup."""

    puff: Sprite
    x: float
    y: float
    depth: float = 0.65

    def draw(self, view: View, t: float) -> None:
        """Draw the puffs of this moment."""
        for number in range(6):
            rise = (t * 0.28 + number / 6) % 1.0
            x = self.x + 8 * math.sin(number * 1.9 + 4.2 * rise + 0.6 * t)
            view.put(self.puff, x, self.y - 70 * rise, grow=(0.5 + rise, 0.6 + rise),
                alpha=0.5 * math.sin(math.pi * rise))  # fmt: skip


def steam_sprite(b: Brush) -> Sprite:
    """Paint one soft puff."""
    p = b.canvas(40, 40, (20, 20))
    p.light(20, 20, 18, (250, 248, 244), 0.8)
    return p.sprite()


@dataclass(slots=True)
class SkyThingActor:
    """A planet, star or mirror ball that hangs and slowly turns or twinkles."""

    sprite: Sprite
    x: float
    y: float
    period: float
    sway: float
    depth: float = 0.1
    parallax: float = 0.3

    def draw(self, view: View, t: float) -> None:
        """Draw it, breathing a little."""
        wave = math.sin(2 * math.pi * t / self.period + self.x)
        view.put(self.sprite, self.x, self.y + self.sway * wave, turn=0.05 * wave, grow=(1 + 0.02 * wave,
            1 + 0.02 * wave), parallax=self.parallax)  # fmt: skip


def paint_sky_thing(kind: str, b: Brush) -> Sprite:
    """Paint a planet, a star or a mirror ball."""
    p = b.canvas(170, 170, (85, 85))
    if kind == "star":
        p.light(85, 85, 46, b.look.glow((255, 240, 190)), 0.9)
        p.polygon(_star_points(85, 85, 19), (255, 240, 200), plain=True, raw=True)
    elif kind == "confetti_ball":
        p.line([(85, 0), (85, 50)], 1.6, (190, 190, 204), plain=True)
        p.light(85, 85, 80, b.look.glow((255, 220, 255)), 0.5)
        p.ellipse(85, 85, 36, 36, (190, 196, 214))
        for row in range(-4, 5):
            for column in range(-5, 6):
                x, y = 85 + column * 7.6 * math.cos(row * 0.24), 85 + row * 7.6
                if (x - 85) ** 2 + (y - 85) ** 2 < 33**2:
                    p.box(x - 3, y - 3, 6, 6, b.rng.choice([(255, 255, 255), (170, 200, 255), (255, 180, 230), (120,
                        124, 150)]), plain=True, raw=True, alpha=0.8)  # fmt: skip
    else:
        p.light(85, 85, 80, b.look.glow(b.colour), 0.35)
        p.ellipse(85, 85, 44, 44, b.colour)
        for y, tall in ((66, 6), (82, 9), (100, 5)):
            half = math.sqrt(max(0.0, 43**2 - (y - 85) ** 2))
            p.ellipse(85, y, half, tall, mix(b.colour, WHITE, 0.28), plain=True, alpha=0.6)
        p.ellipse(70, 70, 8, 7, scaled(b.colour, 0.8), plain=True, alpha=0.7)
        if b.rng.random() < 0.6:
            angles = np.linspace(-0.12, math.pi + 0.12, 40)
            ring = [(85 + 78 * math.cos(a), 85 + 20 * math.sin(a) - 19.5 * math.cos(a)) for a in angles]
            p.line(ring, 4.4, mix(b.colour, (255, 230, 190), 0.6), plain=True, alpha=0.9)
    return p.sprite()


def _star_points(x: float, y: float, r: float) -> list[tuple[float, float]]:
    ring = []
    for step in range(10):
        a, d = -math.pi / 2 + step * math.pi / 5, r if step % 2 == 0 else r * 0.42
        ring.append((x + d * math.cos(a), y + d * math.sin(a)))
    return ring


def vignette(height: int, width: int, strength: float) -> NDArray[np.uint8]:
    """Return a mask (H, W, 3) that darkens the corners as a lens does; multiply and divide by 255."""
    dy = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    dx = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    far = np.clip((dx * dx + dy * dy) / 2, 0, 1)
    mask = 255 * (1 - strength * far**1.5)
    return np.repeat(mask[..., None], 3, axis=2).astype(np.uint8)


def water_colours(look: Look, scene: str) -> tuple[Rgb, Rgb, Rgb]:
    """Return surface, deep and crest colours of the water of a scene."""
    if look.is_neon:
        return (30, 20, 90), (10, 8, 40), look.glow((70, 230, 255))
    top, deep = ((88, 170, 196), (30, 96, 132)) if scene == "lake" else ((62, 148, 190), (16, 70, 118))
    return mix(look.tone(top), look.horizon, 0.16), look.tone(deep), mix(look.tone((240, 250, 252)), look.sun, 0.2)
