"""Four-legged animals, and a few odd ones: one rig, many proportions. Pivot: on the ground below the body."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from generation.world.brush import DARK, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter, Sprite
from generation.world.people import blinks, shuttle
from generation.world.view import View


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions of an animal in units."""

    long: float
    high: float
    leg: float
    thick: float
    head: float
    ears: str
    tail: str
    snout: float
    neck: float = 0.0


BUILDS = {
    "cat": Build(46, 24, 20, 7.5, 16, "pointed", "long", 5), "dog": Build(50, 27, 25, 8.5, 17, "floppy", "up", 10),
    "rabbit": Build(34, 26, 13, 7.5, 15, "long", "puff", 4), "fox": Build(48, 23, 22, 6.5, 16, "pointed", "bushy", 10),
    "bear": Build(72, 50, 24, 16, 25, "round", "puff", 10), "deer": Build(56, 28, 48, 6, 15, "antlers", "puff", 9, 30),
    "elephant": Build(92, 62, 42, 20, 30, "flaps", "thin", 0, 4),
}  # fmt: skip


@dataclass(slots=True)
class Animal:
    """The sprites of one animal, facing right."""

    build: Build
    body: Sprite
    head: Sprite
    blink: Sprite
    leg: Sprite
    far_leg: Sprite
    tail: Sprite
    shadow: Sprite


def paint_animal(kind: str, b: Brush, shadow: Sprite) -> Animal:
    """Paint an animal of a kind."""
    build = BUILDS[kind]
    belly = mix(b.colour, WHITE, 0.55)
    return Animal(
        build, _body(b, build, belly, kind), _head(b, build, belly, kind, False), _head(b, build, belly, kind, True),
        _leg(b, build, b.colour, belly if kind in {"cat", "fox"} else b.colour), _leg(b, build, scaled(b.colour,
            0.8), scaled(b.colour, 0.75)),
        _tail(b, build, belly), shadow,
    )  # fmt: skip


def _body(b: Brush, build: Build, belly: Rgb, kind: str) -> Sprite:
    w, h = build.long, build.high
    p = b.canvas(w + 40, h + 40, (w / 2 + 20, h / 2 + 20))
    x, y = 20.0, 20.0
    outline = ((0, 0.5), (0.12, 0.1), (0.5, 0.06), (0.86, 0), (1, 0.45), (0.86, 0.94), (0.5, 1), (0.1, 0.92))
    p.blob([(x + w * across, y + h * down) for across, down in outline], b.colour)
    p.ellipse(x + w * 0.56, y + h * 0.82, w * 0.3, h * 0.16, belly, plain=True, alpha=0.8)
    if kind == "cat":
        for step in range(3):
            at = x + w * (0.22 + 0.18 * step)
            p.line([(at, y + h * 0.12), (at + 2, y + h * 0.42)], 3, scaled(b.colour, 0.76), plain=True)
    if kind == "dog":
        p.ellipse(x + w * 0.35, y + h * 0.34, w * 0.17, h * 0.22, scaled(b.colour, 0.74), plain=True)
    if kind == "deer":
        for _ in range(7):
            p.ellipse(x + w * b.rng.uniform(0.2, 0.8), y + h * b.rng.uniform(0.2, 0.5), 2, 1.8, belly, plain=True)
    if build.neck:
        p.line([(x + w * 0.9, y + h * 0.3), (x + w + 8, y - build.neck * 0.5)], build.thick * 1.9, b.colour, edge=False)
    return p.sprite()


def _leg(b: Brush, build: Build, colour: Rgb, paw: Rgb) -> Sprite:
    t = build.thick
    p = b.canvas(t * 2 + 14, build.leg + t * 2 + 10, (t + 6, t))
    p.box(t / 2 + 6, t / 2, t, build.leg + t * 0.6, colour, radius=t / 2)
    p.ellipse(t + 7.2, build.leg + t * 0.8, t * 0.75, t * 0.46, paw, edge=False)
    return p.sprite()


def _tail(b: Brush, build: Build, belly: Rgb) -> Sprite:
    p = b.canvas(70, 70, (58, 50))
    match build.tail:
        case "long":
            p.line([(58, 50), (40, 46), (30, 30), (34, 14)], 6, b.colour, edge=False)
        case "up":
            p.line([(58, 50), (46, 36), (42, 24)], 7, b.colour, edge=False)
        case "bushy":
            p.blob([(58, 46), (40, 36), (18, 40), (6, 54), (22, 60), (44, 56)], b.colour)
            p.blob([(22, 41), (6, 52), (14, 60), (26, 56)], belly, plain=True)
        case "puff":
            p.ellipse(56, 48, 7, 7, belly, edge=False)
        case _:
            p.line([(58, 40), (48, 52), (46, 66)], 3, b.colour, edge=False)
    return p.sprite()


def _head(b: Brush, build: Build, belly: Rgb, kind: str, closed: bool) -> Sprite:
    r = build.head
    side = r * 4.4
    c = side / 2
    p = b.canvas(side, side, (c - r * 0.5, c + r * 0.4))
    _ears(p, b, build, c, r, behind=True)
    p.ellipse(c, c, r * 1.05, r * 0.95, b.colour)
    if kind == "elephant":
        p.line([(c + r * 0.7, c + 2), (c + r * 1.2, c + r), (c + r * 1.05, c + r * 2.0)], r * 0.42, b.colour,
            edge=False)  # fmt: skip
        p.line([(c + r * 0.5, c + r * 0.6), (c + r * 1.0, c + r * 0.95)], 4, WHITE, plain=True)
    else:
        p.ellipse(c + r * 0.55 + build.snout * 0.4, c + r * 0.34, r * 0.46 + build.snout * 0.5, r * 0.42, belly,
            edge=False)  # fmt: skip
        p.ellipse(c + r * 0.86 + build.snout * 0.86, c + r * 0.16, r * 0.16, r * 0.12, DARK, plain=True)
        p.line([(c + r * 0.86 + build.snout * 0.7, c + r * 0.3), (c + r * 0.62 + build.snout * 0.5, c + r * 0.52),
            (c + r * 0.4, c + r * 0.46)], 1.3, DARK, plain=True)  # fmt: skip
    for x in (c + r * 0.12, c + r * 0.66):
        if closed:
            p.line([(x - r * 0.15, c - r * 0.08), (x, c), (x + r * 0.15, c - r * 0.08)], 1.5, DARK, plain=True,
                raw=True)  # fmt: skip
        else:
            p.ellipse(x, c - r * 0.12, r * 0.13, r * 0.18, DARK, plain=True, raw=True)
            p.ellipse(x + r * 0.05, c - r * 0.19, r * 0.05, r * 0.06, WHITE, plain=True, raw=True)
    p.ellipse(c - r * 0.1, c + r * 0.28, r * 0.2, r * 0.12, (244, 130, 120), plain=True, alpha=0.4)
    _ears(p, b, build, c, r, behind=False)
    return p.sprite()


def _ears(p: Painter, b: Brush, build: Build, c: float, r: float, *, behind: bool) -> None:
    inner = mix(b.colour, (246, 160, 160), 0.6)
    if behind:
        _BACK_EARS.get(build.ears, _no_ears)(p, b, c, r, inner)
    else:
        _FRONT_EARS.get(build.ears, _no_ears)(p, b, c, r, inner)


def _no_ears(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    del p, b, c, r, inner


def _pointed(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    for x in (-0.52, 0.42):
        tip, foot = (c + x * r, c - r * 1.6), c - r * 0.56
        p.polygon([(c + (x - 0.34) * r, foot), tip, (c + (x + 0.38) * r, foot)], b.colour)
        p.polygon([(c + (x - 0.14) * r, c - r * 0.7), (c + x * r, c - r * 1.28), (c + (x + 0.2) * r, c - r * 0.7)],
            inner,
                  plain=True)  # fmt: skip


def _long_ears(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    for x, turn in ((-0.42, -0.2), (0.12, 0.08)):
        p.ellipse(c + x * r, c - r * 1.3, r * 0.27, r * 0.95, b.colour, turn=turn)
        p.ellipse(c + x * r, c - r * 1.28, r * 0.13, r * 0.7, inner, turn=turn, plain=True)


def _round_ears(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    for x in (-0.62, 0.56):
        p.ellipse(c + x * r, c - r * 0.8, r * 0.34, r * 0.34, b.colour)
        p.ellipse(c + x * r, c - r * 0.8, r * 0.18, r * 0.18, inner, plain=True)


def _antlers(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    del inner
    horn: Rgb = (150, 112, 80)
    for x in (-0.3, 0.3):
        p.line([(c + x * r, c - r * 0.7), (c + x * 1.6 * r, c - r * 1.7), (c + x * 3 * r, c - r * 2.1)], 2.6, horn,
            plain=True)  # fmt: skip
        p.line([(c + x * 1.5 * r, c - r * 1.4), (c + x * 2.6 * r, c - r * 1.5)], 2.2, horn, plain=True)
    p.ellipse(c - r * 0.9, c - r * 0.4, r * 0.5, r * 0.22, b.colour, turn=0.5)


def _floppy(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    del inner
    outline = ((-0.5, -0.86), (-0.1, -0.7), (-0.36, 0.5), (-0.92, 0.62), (-1.0, -0.1))
    p.blob([(c + r * x, c + r * y) for x, y in outline], scaled(b.colour, 0.74))


def _flaps(p: Painter, b: Brush, c: float, r: float, inner: Rgb) -> None:
    del inner
    p.ellipse(c - r * 0.75, c - r * 0.05, r * 0.62, r * 0.85, scaled(b.colour, 0.88))


_BACK_EARS = {"pointed": _pointed, "long": _long_ears, "round": _round_ears, "antlers": _antlers}
_FRONT_EARS = {"floppy": _floppy, "flaps": _flaps}


@dataclass(slots=True)
class AnimalActor:
    """An animal on the stage, moving as its motion says."""

    animal: Animal
    x: float
    floor: float
    motion: str
    pace: float
    phase: float
    size: float
    speed: float = 0.0
    span: tuple[float, float] = (0.0, 360.0)
    depth: float = 0.61
    facing: float = 1.0
    mouth: Callable[[float], str] | None = None

    def place(self, t: float) -> tuple[float, float]:
        """Return where it is and which way it faces."""
        if not self.speed:
            return self.x, self.facing
        return shuttle(self.x, self.speed * self.facing * t, *self.span, self.facing)

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is."""
        return self.place(t)[0], self.floor - (self.animal.build.leg + self.animal.build.high * 0.7) * self.size

    def draw(self, view: View, t: float) -> None:
        """Draw the animal in its gait."""
        x, facing = self.place(t)
        build, k = self.animal.build, self.size
        beat = 2 * math.pi * t * self.pace * (2.6 if self.motion == "run" else 1.3) + self.phase
        lift, lean, swing = self._gait(t, beat)
        asleep = self.motion == "sleep"
        hips = self.floor - (build.leg * (0.16 if asleep else 1.0) + build.high * 0.42) * k - lift * k
        view.put(self.animal.shadow, x, self.floor + 1, alpha=max(0.3, 1 - lift / 90))

        def put(sprite: Sprite, dx: float, dy: float, turn: float) -> None:
            px, py = dx * math.cos(lean) - dy * math.sin(lean), dx * math.sin(lean) + dy * math.cos(lean)
            view.put(sprite, x + facing * px * k, hips + py * k, turn=facing * (turn + lean), grow=(facing, 1.0))

        half, low = build.long * 0.36, build.high * 0.30
        if not asleep:
            for dx, offset in ((half + 4, math.pi * 0.9), (-half + 4, 0.1)):
                put(self.animal.far_leg, dx, low, -swing * math.sin(beat + offset))
        wag = 0.35 * math.sin(beat * (1.0 if self.motion in {"walk", "run"} else 1.6)) if build.tail != "puff" else 0.0
        put(self.animal.tail, -build.long * 0.46, -build.high * 0.1 + (10 if asleep else 0),
            wag * (0.2 if asleep else 1.0))  # fmt: skip
        put(self.animal.body, 0, 0, 0.0)
        if not asleep:
            for dx, offset in ((half, 0.0), (-half, math.pi)):
                put(self.animal.leg, dx, low, -swing * math.sin(beat + offset))
        nod = 0.06 * math.sin(beat * 0.5)
        if self.mouth is not None and self.mouth(t) in {"open", "round", "wide"}:
            nod -= 0.10  # an animal that speaks lifts its head to it
        drop = build.high * 0.3 if asleep else -build.high * 0.34 - build.neck
        put(self.animal.blink if asleep or blinks(t, self.phase) else self.animal.head,
            build.long * 0.5 + build.neck * 0.3, drop, nod + (0.22 if asleep else 0.0))  # fmt: skip

    def _gait(self, t: float, beat: float) -> tuple[float, float, float]:
        """Return lift, lean and the swing of the legs."""
        match self.motion:
            case "walk":
                return 1.4 * abs(math.sin(beat)), 0.0, 0.5
            case "run":
                return 9 * max(0.0, math.sin(beat)), -0.12 * math.cos(beat), 0.95
            case "jump":
                share = (t * self.pace * 1.3 + self.phase * 0.2) % 1.0
                high = 4 * share * (1 - share)
                return 46 * high, -0.35 * (1 - 2 * share), 0.6 * high
            case "dance":
                return 8 * abs(math.sin(beat)), 0.12 * math.sin(beat), 0.4
            case "sleep":
                return 0.7 * math.sin(t * 2.2), 0.0, 0.0
            case _:
                return 0.5 * math.sin(t * 2.4), 0.0, 0.0


def paint_penguin(b: Brush, closed: bool) -> Sprite:
    """Paint a penguin, facing right. Pivot: between its feet."""
    p = b.canvas(70, 92, (35, 88))
    for x in (27, 43):
        p.ellipse(x, 86, 9, 4, (246, 164, 70), edge=False)
    p.blob([(35, 6), (52, 18), (56, 50), (48, 82), (35, 86), (22, 82), (14, 50), (18, 18)], (58, 62, 84))
    p.blob([(38, 30), (50, 40), (50, 66), (42, 80), (30, 78), (26, 56), (30, 38)], (250, 248, 244), plain=True)
    p.ellipse(40, 24, 12, 10, (250, 248, 244), plain=True)
    p.polygon([(48, 24), (62, 28), (48, 31)], (246, 164, 70))
    if closed:
        p.line([(38, 22), (41, 23), (44, 22)], 1.5, DARK, plain=True)
    else:
        p.ellipse(41, 21, 2.3, 2.8, DARK, plain=True, raw=True)
    p.blob([(18, 38), (26, 42), (24, 64), (12, 70)], (46, 50, 70), edge=False)
    return p.sprite()


def paint_crab(b: Brush, closed: bool) -> Sprite:
    """Paint a crab from the front. Pivot: on the ground below it."""
    p = b.canvas(100, 66, (50, 62))
    for side in (-1, 1):
        for step in range(3):
            p.line([(50 + side * 20, 44 + step * 3), (50 + side * (34 + step * 2), 46 + step * 5),
                (50 + side * (38 + step * 3), 62)], 3.6, scaled(b.colour, 0.85), edge=False)  # fmt: skip
        p.line([(50 + side * 22, 38), (50 + side * 36, 26)], 5, b.colour, edge=False)
        p.ellipse(50 + side * 40, 18, 10, 9, b.colour)
        p.polygon([(50 + side * 40, 18), (50 + side * 36, 4), (50 + side * 45, 6)], mix(b.look.haze, WHITE, 0.3),
            plain=True, raw=True)  # fmt: skip
        p.line([(50 + side * 8, 30), (50 + side * 9, 20)], 2.4, b.colour, plain=True)
        p.ellipse(50 + side * 9, 17, 4.4, 4.6, WHITE, plain=True)
        p.ellipse(50 + side * 9, 17, 2.2, 0.7 if closed else 2.6, DARK, plain=True, raw=True)
    p.ellipse(50, 42, 27, 18, b.colour)
    p.line([(43, 46), (50, 50), (57, 46)], 1.8, scaled(b.colour, 0.5), plain=True)
    return p.sprite()


@dataclass(slots=True)
class WaddleActor:
    """A creature of one picture that waddles or scuttles."""

    awake: Sprite
    blink: Sprite
    shadow: Sprite
    x: float
    floor: float
    pace: float
    phase: float
    speed: float
    span: tuple[float, float]
    motion: str = "walk"
    depth: float = 0.61
    facing: float = 1.0

    def place(self, t: float) -> tuple[float, float]:
        """Return where it is and which way it faces."""
        if not self.speed:
            return self.x, self.facing
        return shuttle(self.x, self.speed * self.facing * t, *self.span, self.facing)

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is."""
        return self.place(t)[0], self.floor - 30

    def draw(self, view: View, t: float) -> None:
        """Draw it rocking from side to side."""
        x, facing = self.place(t)
        beat = 2 * math.pi * 1.9 * self.pace * t + self.phase
        hop = 20 * abs(math.sin(beat * 0.5)) if self.motion in {"jump", "dance"} else 1.6 * abs(math.sin(beat))
        view.put(self.shadow, x, self.floor + 1, alpha=max(0.4, 1 - hop / 60))
        sprite = self.blink if blinks(t, self.phase) else self.awake
        view.put(sprite, x, self.floor - hop, turn=0.09 * math.sin(beat), grow=(facing, 1.0))
