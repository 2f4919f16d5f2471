"""Vehicles on the ground and boats on the water. Pivot: on the ground below the middle; boats at the water line."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.world.brush import DARK, WHITE, Brush
from generation.world.gaits import pose_at
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Sprite
from generation.world.people import Figure, blinks, draw_figure
from generation.world.skeleton import Pose
from generation.world.view import View

WHEELS = {"car": ((-36, 36), 13.0), "bus": ((-50, 52), 13.0), "train": ((-58, -22, 22, 58), 11.0), "bicycle": ((-27,
    27), 19.0), "sled": ((), 0.0)}  # fmt: skip
SPEEDS = {"car": 120.0, "bus": 80.0, "train": 100.0, "bicycle": 80.0, "sled": 110.0}


def paint_vehicle(kind: str, b: Brush) -> Sprite:
    """Paint a vehicle without its wheels, facing right."""
    match kind:
        case "car":
            return _car(b)
        case "bus":
            return _long(b, 150, 62, 5)
        case "train":
            return _train(b)
        case "bicycle":
            return _bicycle(b)
        case _:
            return _sled(b)


def _pane(b: Brush) -> Rgb:
    return b.look.tone(mix((176, 220, 236), b.look.horizon, 0.3))


def _car(b: Brush) -> Sprite:
    p = b.canvas(150, 80, (75, 76))
    p.blob([(38, 40), (52, 18), (86, 16), (106, 38)], scaled(b.colour, 1.05))
    p.blob([(10, 46), (24, 36), (110, 34), (138, 44), (142, 60), (132, 66), (16, 66), (8, 58)], b.colour)
    for pane in ([(47, 37), (57, 23), (70, 22), (70, 37)], [(74, 37), (74, 22), (85, 23), (97, 37)]):
        p.polygon(pane, _pane(b), plain=True, raw=True)
    p.ellipse(138, 50, 4, 4.6, b.look.glow((255, 240, 190)), plain=True, raw=True)
    p.box(8, 47, 6, 7, (222, 60, 60), radius=2, plain=True)
    p.line([(72, 40), (72, 62)], 1, scaled(b.colour, 0.7), plain=True)
    if b.look.is_dark:
        p.light(143, 52, 26, b.look.glow((255, 240, 190)), 0.8)
    return p.sprite()


def _long(b: Brush, w: float, h: float, panes: int) -> Sprite:
    p = b.canvas(w + 30, h + 30, (w / 2 + 15, h + 18))
    p.box(15, 6, w, h, b.colour, radius=9)
    p.box(15, h * 0.66, w, 7, mix(b.colour, WHITE, 0.6), plain=True)
    for number in range(panes):
        p.box(23 + number * (w - 12) / panes, 15, (w - 12) / panes - 7, h * 0.36, _pane(b), radius=4, plain=True,
            raw=True)  # fmt: skip
    p.ellipse(w + 11, h - 6, 4, 4, b.look.glow((255, 240, 190)), plain=True, raw=True)
    return p.sprite()


def _train(b: Brush) -> Sprite:
    p = b.canvas(190, 100, (95, 96))
    p.box(16, 22, 56, 58, b.colour, radius=5)
    p.box(10, 16, 68, 9, scaled(b.colour, 0.7), radius=3)
    p.box(26, 34, 34, 22, _pane(b), radius=3, plain=True, raw=True)
    p.box(70, 42, 92, 38, scaled(b.colour, 1.08), radius=12)
    p.box(138, 20, 16, 26, scaled(b.colour, 0.66), radius=3)
    p.ellipse(110, 42, 12, 9, (240, 200, 96))
    for x in (92, 128):
        p.box(x, 42, 5, 38, (240, 200, 96), plain=True)
    p.polygon([(160, 78), (182, 90), (152, 90)], (90, 84, 92))
    p.ellipse(162, 58, 5, 6, b.look.glow((255, 240, 190)), plain=True, raw=True)
    return p.sprite()


def _bicycle(b: Brush) -> Sprite:
    p = b.canvas(110, 80, (55, 76))
    for bar in ([(28, 57), (50, 58), (42, 32), (28, 57)], [(42, 34), (74, 32), (50, 58)], [(82, 57), (72, 24), (66,
        22)], [(72, 24), (80, 22)]):  # fmt: skip
        p.line([(float(x), float(y)) for x, y in bar], 3.4, b.colour, edge=False)
    p.line([(35, 29), (49, 29)], 4.6, DARK, edge=False)
    return p.sprite()


def _sled(b: Brush) -> Sprite:
    p = b.canvas(120, 50, (60, 46))
    p.line([(14, 44), (96, 44), (108, 34), (106, 24)], 4, (150, 106, 74), edge=False)
    for x in (34, 78):
        p.line([(x, 44), (x, 30)], 3.4, (150, 106, 74), edge=False)
    p.box(20, 22, 74, 9, b.colour, radius=4)
    return p.sprite()


def paint_wheel(b: Brush, radius: float, *, spoked: bool) -> Sprite:
    """Paint a wheel. Pivot: its middle."""
    p = b.canvas(radius * 2 + 8, radius * 2 + 8, (radius + 4, radius + 4))
    c = radius + 4
    if spoked:
        ring = [(c + (radius - 1.4) * math.cos(a), c + (radius - 1.4) * math.sin(a)) for a in np.linspace(0,
            2 * math.pi, 44)]  # fmt: skip
        for step in range(8):
            a = step * math.pi / 8
            dx, dy = (radius - 2) * math.cos(a), (radius - 2) * math.sin(a)
            p.line([(c - dx, c - dy), (c + dx, c + dy)], 0.7, (200, 204, 214), plain=True)
        p.line(ring, 2.8, (52, 50, 62), plain=True)
        return p.sprite()
    p.ellipse(c, c, radius, radius, (54, 52, 64))
    p.ellipse(c, c, radius * 0.52, radius * 0.52, (206, 210, 220), plain=True)
    for step in range(5):
        a = step * 2 * math.pi / 5
        p.ellipse(c + radius * 0.3 * math.cos(a), c + radius * 0.3 * math.sin(a), 1.5, 1.5, (110, 114, 128), plain=True)
    return p.sprite()


@dataclass(slots=True)
class VehicleActor:
    """A vehicle that crosses the stage and comes round again; its wheels turn as far as it goes."""

    kind: str
    body: Sprite
    wheel: Sprite | None
    shadow: Sprite
    x: float
    floor: float
    speed: float
    reach: float
    size: float
    flies: bool = False
    facing: float = 1.0
    depth: float = 0.66
    rider: Figure | None = None
    phase: float = 0.0

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is."""
        margin = 110.0 * self.size
        x = (self.x + margin + self.facing * self.speed * t) % (self.reach + 2 * margin) - margin
        return x, self.floor - (190 if self.flies else 40) * self.size

    def draw(self, view: View, t: float) -> None:
        """Draw the vehicle on its way."""
        x, gone = self.spot(t)[0], self.speed * t
        jolt = 0.8 * math.sin(gone * 0.21 + self.phase) * math.sin(gone * 0.057)
        y = self.floor + (-150 + 12 * math.sin(t * 1.8 + self.phase) if self.flies else jolt)
        if not self.flies:
            view.put(self.shadow, x, self.floor + 2)
        if self.rider is not None:
            self._draw_rider(view, x, y, t)
        places, radius = WHEELS[self.kind]
        view.put(self.body, x, y, grow=(self.facing, 1.0), turn=0.01 * jolt)
        if self.wheel is not None:
            for place in places:
                view.put(self.wheel, x + self.facing * place * self.size,
                    self.floor + (y - self.floor if self.flies else 0) - radius * self.size,
                        turn=self.facing * gone / (radius * self.size))  # fmt: skip

    def _draw_rider(self, view: View, x: float, y: float, t: float) -> None:
        if self.rider is None:
            return
        if self.kind == "bicycle":
            pedal = self.speed * t / 26.0
            legs = ((0.75 + 0.42 * math.sin(pedal), -0.95 - 0.42 * math.cos(pedal)), (0.75 - 0.42 * math.sin(pedal),
                -0.95 + 0.42 * math.cos(pedal)))  # fmt: skip
            pose = Pose(legs, ((0.95, 0.25), (0.85, 0.25)), 0, 0.3)
            draw_figure(view, self.rider, pose, x - self.facing * 10 * self.size, y + 3 * self.size, self.facing,
                self.size, 0.0, False)  # fmt: skip
        else:
            pose = Pose(((1.4, -0.2), (1.3, -0.2)), ((0.9, 0.4), (0.8, 0.4)), -16, -0.1)
            draw_figure(view, self.rider, pose, x - self.facing * 6 * self.size, y + 6 * self.size, self.facing,
                self.size, 0.0, False)  # fmt: skip


def paint_boat(kind: str, b: Brush) -> Sprite:
    """Paint something that floats. Pivot: its middle at the water line."""
    match kind:
        case "sailboat":
            p = b.canvas(140, 170, (70, 142))
            p.line([(68, 130), (68, 12)], 3.4, (146, 106, 76), edge=False)
            p.blob([(72, 18), (112, 70), (116, 118), (72, 120)], (252, 248, 238))
            p.blob([(64, 34), (64, 118), (28, 116), (42, 78)], mix(b.colour, WHITE, 0.2))
            p.polygon([(68, 4), (86, 10), (68, 16)], b.colour, plain=True)
            p.blob([(12, 124), (128, 122), (112, 152), (70, 160), (28, 152)], b.colour)
            p.line([(16, 132), (124, 130)], 3, WHITE, plain=True)
            return p.sprite()
        case "paper_boat":
            p = b.canvas(120, 90, (60, 62))
            p.polygon([(60, 12), (84, 48), (36, 48)], mix(b.colour, (180, 196, 214), 0.35))
            p.polygon([(6, 40), (60, 52), (114, 40), (92, 74), (28, 74)], b.colour)
            p.polygon([(6, 40), (60, 52), (44, 74), (28, 74)], scaled(b.colour, 0.88), plain=True)
            return p.sprite()
        case "duck":
            p = b.canvas(80, 66, (38, 44))
            p.blob([(6, 30), (18, 32), (40, 30), (62, 34), (62, 50), (40, 58), (16, 52)], b.colour)
            p.ellipse(56, 20, 14, 14, b.colour)
            p.blob([(66, 20), (78, 22), (78, 26), (66, 27)], (240, 140, 62), edge=False)
            p.ellipse(59, 17, 2.2, 2.7, DARK, plain=True, raw=True)
            p.ellipse(59.8, 16, 0.8, 0.9, WHITE, plain=True, raw=True)
            p.blob([(20, 38), (44, 36), (36, 50), (22, 48)], scaled(b.colour, 0.86), edge=False)
            return p.sprite()
        case "lily":
            p = b.canvas(70, 40, (35, 26))
            p.ellipse(35, 27, 32, 8, (104, 168, 96))
            for dx, tall in ((-12, 12), (12, 12), (-6, 18), (6, 18), (0, 21)):
                p.blob([(35 + dx * 0.4, 26), (35 + dx - 5, 26 - tall * 0.6), (35 + dx, 26 - tall), (35 + dx + 5,
                    26 - tall * 0.6)], mix(b.colour, WHITE, 0.02 * tall))  # fmt: skip
            return p.sprite()
        case "paddler":
            p = b.canvas(150, 40, (75, 16))
            p.blob([(6, 14), (40, 8), (110, 8), (146, 10), (120, 24), (40, 24)], b.colour)
            p.line([(20, 14), (132, 13)], 2.4, WHITE, plain=True)
            return p.sprite()
        case _:
            p = b.canvas(60, 80, (30, 52))
            p.line([(30, 26), (30, 6)], 3, (120, 116, 128), plain=True)
            p.ellipse(30, 6, 4, 4, b.look.glow((255, 226, 120)), plain=True, raw=True)
            p.polygon([(18, 26), (42, 26), (54, 60), (6, 60)], b.colour)
            p.polygon([(14, 38), (46, 38), (49, 47), (11, 47)], WHITE, plain=True)
            return p.sprite()


# Half width and half height of each hull, and how fast it goes by itself
HULLS: dict[str, tuple[float, float, float]] = {
    "sailboat": (50, 15, 24), "paper_boat": (40, 12, 16), "duck": (26, 13, 22), "lily": (28, 6, 0), "paddler": (64,
        8, 26), "buoy": (20, 14, 0),
}  # fmt: skip


@dataclass(slots=True)
class FloaterActor:
    """Something that the simulation's water carries."""

    sprite: Sprite
    poses: NDArray[np.float64]
    fps: int
    draft: float
    size: float
    motion: str = ""
    rider: Figure | None = None
    facing: float = 1.0
    depth: float = 0.6
    phase: float = 0.0
    mouth: Callable[[float], str] | None = None

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is, or its rider's."""
        x, y, _ = (float(value) for value in self.poses[min(round(t * self.fps), len(self.poses) - 1)])
        return x, y - (90 * self.size if self.rider is not None else 0)

    def draw(self, view: View, t: float) -> None:
        """Draw it as it rides the waves."""
        x, y, angle = (float(value) for value in self.poses[min(round(t * self.fps), len(self.poses) - 1)])
        if self.rider is not None:
            if self.motion == "jump":
                pose = pose_at("jump", t, 0.0, 0.8)
            else:
                pull = math.sin(2 * math.pi * t * 0.55 + self.phase)
                pose = Pose(((0.22, -0.35), (-0.16, -0.3)), ((1.15 + 0.5 * pull, 0.3), (0.7 + 0.6 * pull, 0.5)), -3,
                    0.1 + 0.06 * pull)  # fmt: skip
                hand = (x + self.facing * (26 + 12 * pull) * self.size, y - 72 * self.size)
                view.line([(hand[0] - self.facing * 8, hand[1] - 16), (hand[0] + self.facing * (4 + 16 * pull),
                    y + 22)], 2.6, (132, 96, 70))  # fmt: skip
            draw_figure(view, self.rider, pose, x, y - 5, self.facing, self.size, angle * 0.4 * self.facing,
                blinks(t, self.phase), self.mouth(t) if self.mouth is not None else "")  # fmt: skip
        view.put(self.sprite, x, y + self.draft, turn=angle, grow=(self.facing, 1.0))
