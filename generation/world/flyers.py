"""What flies, swims or hangs in the air: a body, and parts that flap, spin or sway. Pivot: the middle."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from generation.world.brush import DARK, WARM, WHITE, Brush
from generation.world.look import mix, scaled
from generation.world.paint import Painter, Sprite
from generation.world.view import View


@dataclass(frozen=True, slots=True)
class Flyer:
    """Sprites facing right: the body, and a wing or tail hinged at ``hinge`` that flaps ``flaps_hz`` times a second."""

    body: Sprite
    wing: Sprite | None = None
    hinge: tuple[float, float] = (0.0, 0.0)
    flaps_hz: float = 0.0
    far_wing: bool = False
    tail: bool = False


def paint_flyer(kind: str, b: Brush) -> Flyer:
    """Paint something that flies or swims."""
    return _PAINTERS[kind](b)


def _eye(p: Painter, x: float, y: float, r: float = 2.4) -> None:
    p.ellipse(x, y, r, r * 1.15, DARK, plain=True, raw=True)
    p.ellipse(x + r * 0.35, y - r * 0.4, r * 0.35, r * 0.4, WHITE, plain=True, raw=True)


def _bird(
    b: Brush,
    *,
    long: float = 1.0,
    beak: tuple[float, float, float] = (246, 176, 74),
    wing_long: float = 1.0,
    hz: float = 3.4,
) -> Flyer:
    p = b.canvas(90, 60, (44, 30))
    p.polygon([(18, 30), (2, 22), (4, 36)], scaled(b.colour, 0.8))
    p.blob([(14, 30), (30, 20), (54, 19), (68, 26), (62, 38), (36, 42)], b.colour)
    p.ellipse(46, 36, 14, 6, mix(b.colour, WHITE, 0.6), plain=True)
    p.ellipse(62, 24, 10, 9.5, b.colour)
    p.polygon([(70, 22), (70 + 11 * long, 26), (70, 28)], beak, edge=False)
    _eye(p, 65, 22)
    w = b.canvas(50, 70 * wing_long, (26, 6))
    w.blob([(14, 6), (38, 5), (36, 28 * wing_long), (22, 62 * wing_long), (16, 40 * wing_long)], scaled(b.colour, 0.86))
    return Flyer(p.sprite(), w.sprite(), (-2, -4), hz, far_wing=True)


def _gull(b: Brush) -> Flyer:
    return _bird(b, wing_long=1.15, hz=1.9)


def _hawk(b: Brush) -> Flyer:
    return _bird(b, wing_long=1.4, hz=1.1)


def _bat(b: Brush) -> Flyer:
    p = b.canvas(50, 50, (25, 25))
    for x in (17, 33):
        p.polygon([(x - 5, 18), (x, 6), (x + 5, 18)], b.colour, edge=False)
    p.ellipse(25, 26, 12, 13, b.colour)
    for x in (21, 30):
        p.ellipse(x, 24, 2.4, 2.6, (255, 226, 120), plain=True, raw=True)
    w = b.canvas(50, 60, (12, 6))
    w.polygon([(4, 6), (26, 2), (44, 22), (36, 26), (40, 44), (28, 36), (24, 54), (14, 36)], scaled(b.colour, 0.75))
    return Flyer(p.sprite(), w.sprite(), (0, 0), 4.2, far_wing=True)


def _butterfly(b: Brush) -> Flyer:
    p = b.canvas(30, 50, (15, 25))
    p.line([(15, 14), (15, 38)], 4.4, (70, 54, 62), edge=False)
    for x in (9, 21):
        p.line([(15, 14), (x, 4)], 1, (70, 54, 62), plain=True)
    w = b.canvas(44, 60, (4, 30))
    w.ellipse(20, 19, 17, 16, b.colour, turn=-0.5)
    w.ellipse(16, 42, 12, 12, mix(b.colour, (255, 220, 120), 0.5), turn=0.5)
    w.ellipse(23, 17, 7, 6, mix(b.colour, WHITE, 0.65), plain=True)
    return Flyer(p.sprite(), w.sprite(), (0, 0), 4.6)


def _bee(b: Brush) -> Flyer:
    p = b.canvas(60, 44, (30, 24))
    p.ellipse(30, 26, 17, 12, b.colour)
    for x in (22, 30):
        p.box(x - 2, 15, 4.6, 22, (60, 48, 46), radius=2, plain=True)
    p.ellipse(45, 25, 8, 8, (70, 56, 52), edge=False)
    _eye(p, 47, 23, 1.8)
    w = b.canvas(26, 34, (13, 30))
    w.ellipse(13, 16, 9, 14, (236, 246, 252), plain=True, alpha=0.75)
    return Flyer(p.sprite(), w.sprite(), (-2, -8), 9.0, tail=True)


def _balloon(b: Brush) -> Flyer:
    p = b.canvas(60, 150, (30, 40))
    p.line([(30, 70), (27, 96), (33, 120), (29, 146)], 1.0, mix(b.colour, DARK, 0.5), plain=True)
    p.blob([(30, 6), (50, 16), (55, 36), (44, 58), (30, 68), (16, 58), (5, 36), (10, 16)], b.colour)
    p.polygon([(26, 66), (34, 66), (36, 73), (24, 73)], b.colour, edge=False)
    p.ellipse(20, 24, 5, 9, WHITE, turn=0.4, plain=True, raw=True, alpha=0.55)
    return Flyer(p.sprite())


def _hot_air_balloon(b: Brush) -> Flyer:
    p = b.canvas(120, 170, (60, 70))
    p.blob([(60, 6), (96, 20), (112, 56), (96, 92), (74, 116), (46, 116), (24, 92), (8, 56), (24, 20)], b.colour)
    for dx, shade in ((-27, WHITE), (27, WHITE), (0, (250, 206, 92))):
        wide = 9 if dx else 12
        p.blob(
            [
                (60 + dx * 0.5, 8),
                (60 + dx + wide, 54),
                (60 + dx * 0.4 + wide * 0.4, 115),
                (60 + dx * 0.4 - wide * 0.4, 115),
                (60 + dx - wide, 54),
            ],
            shade,
            plain=True,
            alpha=0.85,
        )
    for x in (50, 70):
        p.line([(x, 114), (60 + (x - 60) * 0.7, 138)], 1.1, (110, 84, 66), plain=True)
    p.light(60, 122, 14, (255, 200, 110), 0.8)
    p.box(48, 136, 24, 18, (168, 118, 78), radius=3)
    return Flyer(p.sprite())


def _kite(b: Brush) -> Flyer:
    p = b.canvas(90, 150, (45, 44))
    p.polygon([(45, 4), (74, 40), (45, 90), (16, 40)], b.colour)
    p.polygon([(45, 4), (74, 40), (45, 40)], mix(b.colour, WHITE, 0.45), plain=True)
    p.polygon([(45, 40), (45, 90), (16, 40)], mix(b.colour, (250, 206, 92), 0.55), plain=True)
    tail = [(45 + 9 * math.sin(step * 0.9), 90 + step * 6) for step in range(10)]
    p.line(tail, 1.4, b.colour, plain=True)
    for x, y in tail[2::3]:
        p.polygon([(x - 7, y - 4), (x, y), (x - 7, y + 4)], (250, 206, 92), plain=True)
        p.polygon([(x + 7, y - 4), (x, y), (x + 7, y + 4)], (250, 206, 92), plain=True)
    return Flyer(p.sprite())


def _plane(b: Brush) -> Flyer:
    p = b.canvas(100, 60, (50, 32))
    p.polygon([(6, 34), (94, 22), (44, 40)], b.colour)
    p.polygon([(6, 34), (94, 22), (30, 18)], mix(b.colour, WHITE, 0.4))
    p.polygon([(36, 38), (94, 22), (44, 54)], scaled(b.colour, 0.8))
    return Flyer(p.sprite())


def _drone(b: Brush) -> Flyer:
    p = b.canvas(90, 60, (45, 30))
    p.ellipse(45, 34, 32, 9, b.colour)
    p.ellipse(45, 26, 17, 13, (164, 226, 240))
    for x in (24, 45, 66):
        p.ellipse(x, 36, 3, 2.4, (255, 226, 120), plain=True, raw=True)
        p.light(x, 37, 9, b.look.glow((255, 226, 120)), 0.6)
    return Flyer(p.sprite())


def _rocket(b: Brush) -> Flyer:
    p = b.canvas(130, 70, (70, 35))
    p.light(14, 35, 26, (255, 160, 70), 1.0)
    p.polygon([(30, 26), (4, 35), (30, 44)], (255, 190, 90), plain=True, raw=True)
    for y in (8, 62):
        p.polygon([(34, 35), (20, y), (44, y + (4 if y < 35 else -4)), (62, 35)], (226, 90, 84))
    p.blob([(28, 24), (64, 18), (96, 22), (120, 35), (96, 48), (64, 52), (28, 46)], b.colour)
    p.blob([(98, 23), (120, 35), (98, 47), (103, 35)], (226, 90, 84), plain=True)
    p.ellipse(78, 35, 9, 9, (90, 110, 150))
    p.ellipse(78, 35, 6.4, 6.4, (150, 220, 240), plain=True)
    return Flyer(p.sprite())


def _lantern(b: Brush) -> Flyer:
    p = b.canvas(80, 90, (40, 44))
    glow = b.look.glow((255, 206, 120))
    p.light(40, 44, 40, glow, 0.8)
    p.blob([(26, 20), (54, 20), (60, 44), (52, 64), (28, 64), (20, 44)], mix(b.colour, (255, 190, 100), 0.5))
    p.light(40, 50, 20, (255, 226, 160), 0.7)
    p.box(28, 16, 24, 5, (170, 96, 60), radius=2)
    p.box(30, 63, 20, 5, (170, 96, 60), radius=2)
    return Flyer(p.sprite())


def _ghost(b: Brush) -> Flyer:
    p = b.canvas(80, 96, (40, 48))
    p.light(40, 46, 44, b.look.glow((190, 214, 255)), 0.45)
    p.blob(
        [(40, 10), (62, 22), (66, 60), (68, 84), (56, 76), (46, 86), (36, 76), (24, 86), (12, 78), (15, 56), (18, 22)],
        b.colour,
        alpha=0.9,
    )
    for x in (36, 52):
        p.ellipse(x, 38, 3.4, 5, DARK, plain=True, raw=True)
    p.ellipse(44, 52, 4, 5, DARK, plain=True, raw=True, alpha=0.8)
    return Flyer(p.sprite())


def _astronaut(b: Brush) -> Flyer:
    return _ghost(b)


def _fish(b: Brush) -> Flyer:
    p = b.canvas(80, 54, (42, 27))
    p.polygon([(30, 12), (50, 2), (54, 14)], scaled(b.colour, 0.85), edge=False)
    p.blob([(16, 27), (30, 12), (54, 11), (72, 25), (56, 42), (30, 42)], b.colour)
    for x in (34, 50):
        p.line([(x, 13.5), (x - 3, 27), (x, 40.5)], 4.4, mix(b.colour, WHITE, 0.75), plain=True)
    _eye(p, 62, 23, 2.8)
    p.blob([(40, 30), (50, 32), (42, 40)], scaled(b.colour, 0.8), plain=True)
    w = b.canvas(40, 50, (34, 25))
    w.blob([(34, 25), (18, 8), (6, 10), (12, 25), (6, 40), (18, 42)], scaled(b.colour, 0.88))
    return Flyer(p.sprite(), w.sprite(), (-22, 0), 2.6, tail=True)


def _jellyfish(b: Brush) -> Flyer:
    p = b.canvas(90, 130, (45, 44))
    p.light(45, 44, 44, b.look.glow(mix(b.colour, WHITE, 0.3)), 0.5)
    for step in range(5):
        x = 24 + step * 10.5
        p.line(
            [(x + 4 * math.sin(y * 0.09 + step), y) for y in range(54, 122, 8)],
            2.6,
            mix(b.colour, WHITE, 0.35),
            plain=True,
            alpha=0.75,
        )
    p.blob(
        [(45, 8), (70, 20), (78, 50), (66, 58), (56, 52), (45, 60), (34, 52), (24, 58), (12, 50), (20, 20)],
        b.colour,
        alpha=0.88,
    )
    for x in (37, 53):
        _eye(p, x, 38, 2.4)
    return Flyer(p.sprite())


def _turtle(b: Brush) -> Flyer:
    p = b.canvas(110, 70, (55, 36))
    p.ellipse(92, 34, 12, 9, scaled(b.colour, 1.15))
    _eye(p, 96, 31, 2)
    p.polygon([(12, 40), (2, 46), (16, 48)], scaled(b.colour, 1.1), edge=False)
    p.blob([(14, 44), (24, 22), (52, 12), (78, 20), (88, 42), (52, 50)], scaled(b.colour, 0.8))
    for x, y in ((36, 32), (54, 26), (70, 34)):
        p.ellipse(x, y, 8, 6, scaled(b.colour, 1.05), plain=True)
    w = b.canvas(40, 60, (18, 8))
    w.blob([(10, 6), (28, 8), (22, 50), (10, 40)], scaled(b.colour, 1.1))
    return Flyer(p.sprite(), w.sprite(), (14, 8), 0.9)


def _whale(b: Brush) -> Flyer:
    p = b.canvas(200, 110, (104, 58))
    p.blob([(18, 50), (60, 26), (120, 16), (172, 30), (186, 60), (150, 86), (90, 88), (46, 72)], b.colour)
    p.blob([(92, 84), (140, 74), (184, 64), (172, 80), (140, 90)], mix(b.colour, WHITE, 0.75), plain=True)
    _eye(p, 158, 52, 3.4)
    p.line([(150, 68), (168, 70), (184, 62)], 1.8, scaled(b.colour, 0.6), plain=True)
    p.blob([(110, 78), (126, 84), (112, 104), (98, 102)], scaled(b.colour, 0.85))
    w = b.canvas(70, 60, (62, 30))
    w.blob([(62, 30), (36, 24), (14, 4), (20, 28), (8, 52), (38, 38)], scaled(b.colour, 0.9))
    return Flyer(p.sprite(), w.sprite(), (-80, -6), 0.7, tail=True)


def _submarine(b: Brush) -> Flyer:
    p = b.canvas(130, 90, (64, 54))
    p.line([(66, 28), (66, 10), (78, 10)], 4, scaled(b.colour, 0.8), edge=False)
    p.box(54, 24, 26, 20, b.colour, radius=6)
    p.blob([(14, 54), (34, 36), (92, 36), (116, 54), (92, 74), (34, 74)], b.colour)
    for x in (42, 64, 86):
        p.ellipse(x, 54, 8, 8, (250, 246, 236))
        p.ellipse(x, 54, 5.6, 5.6, (120, 200, 226), plain=True)
    p.ellipse(10, 54, 3, 15, scaled(b.colour, 0.7), edge=False)
    return Flyer(p.sprite())


_PAINTERS: dict[str, Callable[[Brush], Flyer]] = {
    "bird": _bird, "gull": _gull, "hawk": _hawk, "bat": _bat, "butterfly": _butterfly, "bee": _bee, "balloon": _balloon,
    "hot_air_balloon": _hot_air_balloon, "kite": _kite, "plane": _plane, "drone": _drone, "rocket": _rocket,
    "lantern": _lantern, "ghost": _ghost, "fish": _fish, "jellyfish": _jellyfish, "turtle": _turtle, "whale": _whale,
    "submarine": _submarine,
}  # fmt: skip

# How each moves: (units a second, height of its sway, seconds of its sway, rises instead of crossing)
FLIGHTS: dict[str, tuple[float, float, float, bool]] = {
    "bird": (62, 14, 2.2, False), "gull": (44, 18, 3.4, False), "hawk": (34, 22, 4.6, False), "bat": (70, 26, 1.7,
        False),
    "butterfly": (24, 22, 1.9, False), "bee": (46, 12, 0.9, False), "balloon": (5, 8, 3.2,
        True), "hot_air_balloon": (9, 9, 5.0, False),
    "kite": (4, 16, 2.7, False), "plane": (80, 12, 3.0, False), "drone": (40, 8, 2.4, False), "rocket": (96, 10, 2.0,
        False),
    "lantern": (4, 7, 3.6, True), "ghost": (22, 16, 3.0, False), "fish": (46, 9, 2.6, False), "jellyfish": (4, 16,
        3.2, True),
    "turtle": (26, 12, 4.0, False), "whale": (30, 14, 5.0, False), "submarine": (34, 6, 3.6, False), "astronaut": (8,
        14, 5.0, False),
}  # fmt: skip
_SIDEWAYS = {"butterfly"}
_LEVEL = {"balloon", "hot_air_balloon", "lantern", "jellyfish", "kite", "ghost"}


@dataclass(slots=True)
class FlyerActor:
    """Something in the air or the water, crossing the stage or rising through it, and coming round again."""

    kind: str
    flyer: Flyer
    x: float
    y: float
    phase: float
    speed: float
    sway: float
    period: float
    rises: bool
    reach: float
    top: float
    bottom: float
    depth: float
    facing: float = 1.0
    parallax: float = 0.9

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is."""
        bob = self.sway * math.sin(2 * math.pi * t / self.period + self.phase)
        if self.rises:
            span = self.bottom - self.top
            return self.x + bob, self.bottom - (self.bottom - self.y + self.speed * 5 * t) % span
        margin = 90.0
        way = self.reach + 2 * margin
        return (self.x + margin + self.facing * self.speed * t) % way - margin, self.y + bob

    def draw(self, view: View, t: float) -> None:
        """Draw it on its way."""
        wave = 2 * math.pi * t / self.period + self.phase
        x, y = self.spot(t)
        steep = 0.08 if self.rises else self.sway / max(self.period * self.speed, 1) * 4
        slope = steep * math.cos(wave)
        turn = (0.09 * math.sin(wave * 0.7) if self.kind in _LEVEL else max(-0.5, min(0.5, slope))) * self.facing
        self._put(view, x, y, turn, t)

    def _put(self, view: View, x: float, y: float, turn: float, t: float) -> None:
        flyer, face = self.flyer, self.facing if self.kind not in _LEVEL else 1.0
        beat = 2 * math.pi * flyer.flaps_hz * t + self.phase
        hx, hy = flyer.hinge
        cos, sin = math.cos(turn), math.sin(turn)
        wx, wy = x + face * hx * cos - hy * sin, y + face * hx * sin + hy * cos
        if flyer.wing is None:
            squeeze = 1 + 0.08 * math.sin(2 * beat + 4 * t) if self.kind == "jellyfish" else 1.0
            view.put(flyer.body, x, y, turn=turn, grow=(face * squeeze, 1 / squeeze), parallax=self.parallax)
            return
        if self.kind in _SIDEWAYS:
            spread = 0.30 + 0.70 * abs(math.sin(beat))
            view.put(flyer.wing, wx, wy, turn=turn, grow=(-spread, 1.0), parallax=self.parallax)
            view.put(flyer.wing, wx, wy, turn=turn, grow=(spread, 1.0), parallax=self.parallax)
            view.put(flyer.body, x, y, turn=turn, parallax=self.parallax)
            return
        if flyer.tail:
            view.put(
                flyer.wing, wx, wy, turn=turn + 0.4 * math.sin(beat) * face, grow=(face, 1.0), parallax=self.parallax
            )
            view.put(flyer.body, x, y, turn=turn, grow=(face, 1.0), parallax=self.parallax)
            return
        flap = -math.sin(beat)
        stretch = flap if abs(flap) > 0.12 else math.copysign(0.12, flap)
        if flyer.far_wing:
            view.put(
                flyer.wing,
                wx + 5 * face,
                wy,
                turn=turn,
                grow=(face * 0.9, stretch * 0.85),
                alpha=0.85,
                parallax=self.parallax,
            )
        view.put(flyer.body, x, y, turn=turn, grow=(face, 1.0), parallax=self.parallax)
        view.put(flyer.wing, wx, wy, turn=turn, grow=(face, stretch), parallax=self.parallax)


def balloon_colours(b: Brush) -> tuple[float, float, float]:
    """Return a colour for one of many balloons."""
    return b.rng.choice(WARM)
