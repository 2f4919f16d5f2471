"""People and robots: jointed figures drawn from a few sprites, posed by their motion. Pivot: between the feet."""

import math
from dataclasses import dataclass, field

from core.media.film import Frame
from generation.world.brush import DARK, HAIRS, SKINS, WARM, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter, Sprite
from generation.world.simulation import Contact
from generation.world.view import View

_HIP, _THIGH, _SHIN, _SHOULDER, _UPPER, _FORE = 52.0, 27.0, 27.0, 92.0, 20.0, 19.0
_STRIDE_HZ = 1.05


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles in radians from hanging straight down, forward positive; how far the body is lifted and turned."""

    legs: tuple[tuple[float, float], tuple[float, float]]
    arms: tuple[tuple[float, float], tuple[float, float]]
    lift: float = 0.0
    lean: float = 0.0
    turn: float = 0.0
    nod: float = 0.0


def pose_at(motion: str, t: float, phase: float, pace: float) -> Pose:
    """Return how a figure stands ``t`` seconds into its motion."""
    beat = 2 * math.pi * _STRIDE_HZ * pace * t + phase
    wave = math.sin(beat)
    match motion:
        case "walk" | "drive":
            return _stride(beat, 0.52, 0.5, 0.45, 0.05, 2.0)
        case "run":
            return _stride(beat * 1.65, 0.95, 1.25, 1.0, 0.22, 7.0, bent=1.35)
        case "jump":
            return _jump(t * pace + phase * 0.2)
        case "dance":
            arms = (
                ((2.4 + 0.5 * wave, 0.6), (-2.4 + 0.5 * wave, -0.6))
                if math.sin(beat / 4) > 0
                else ((1.2 * wave, 1.6), (1.2 * wave + 0.4, -1.6))
            )
            knees = 0.35 + 0.3 * abs(wave)
            return Pose(
                ((-knees + 0.2 * wave, knees * 1.7), (knees * 0.4 + 0.2 * wave, knees)),
                arms,
                4 * abs(wave) - 4,
                0.16 * wave,
                0,
                0.12 * wave,
            )
        case "wave":
            return Pose(
                ((0.05, 0.0), (-0.05, 0.0)),
                ((0.1, 0.15), (-2.55 + 0.1 * wave, -0.35 + 0.55 * math.sin(beat * 2))),
                0,
                0.02 * wave,
            )
        case "score" | "miss":
            return _shot(t)
        case "fly" | "float" | "swim":
            return Pose(
                ((0.4 + 0.15 * wave, 0.5), (-0.1 - 0.15 * wave, 0.4)),
                ((1.3 + 0.2 * wave, 0.3), (-1.3 - 0.2 * wave, -0.3)),
                6 * wave,
                0,
                0.12 * wave,
            )
        case "sleep":
            return Pose(((-1.5, 1.6), (-1.45, 1.55)), ((-0.5, -0.9), (-0.4, -0.9)), -34 + 0.6 * wave, 0.1, 0, 0.35)
        case _:
            breath = math.sin(beat * 0.35)
            return Pose(
                ((0.06, 0.0), (-0.06, 0.0)),
                ((0.12 + 0.03 * breath, 0.12), (-0.12 - 0.03 * breath, -0.05)),
                0.7 * breath - 0.7,
                0,
                0,
                0.05 * breath,
            )


def _stride(beat: float, swing: float, knee: float, arm: float, lean: float, bounce: float, bent: float = 0.35) -> Pose:
    legs = []
    for offset in (0.0, math.pi):
        hip = swing * math.sin(beat + offset)
        bend = knee * max(0.0, math.cos(beat + offset)) ** 1.2 + 0.08
        legs.append((hip, -bend))
    arms = tuple((arm * math.sin(beat + offset), bent) for offset in (math.pi, 0.0))
    return Pose((legs[0], legs[1]), (arms[0], arms[1]), bounce * abs(math.cos(beat)) - bounce * 0.4, lean)


def _jump(t: float) -> Pose:
    cycle = t % 1.25
    if cycle < 0.3:
        dip = math.sin(math.pi * cycle / 0.3)
        return Pose(
            ((0.7 * dip, -1.3 * dip), (0.6 * dip, -1.2 * dip)),
            ((-0.9 * dip, 0.2), (-0.8 * dip, 0.2)),
            -14 * dip,
            0.2 * dip,
        )
    if cycle < 1.0:
        share = (cycle - 0.3) / 0.7
        high = 4 * share * (1 - share)
        return Pose(
            ((0.5 * high, -0.9 * high), (-0.2 * high, -0.5 * high)), ((2.5 * high, 0.2), (-2.5 * high, -0.2)), 74 * high
        )
    return Pose(((0.05, 0), (-0.05, 0)), ((0.2, 0.2), (-0.2, 0.2)))


def _shot(t: float) -> Pose:
    """A throw every 2.4 s, let go at 0.7 s: knees bend, then all rises."""
    cycle = t % 2.4
    if cycle < 0.45:
        dip = cycle / 0.45
        return Pose(
            ((0.5 * dip, -0.9 * dip), (0.3 * dip, -0.8 * dip)),
            ((0.8 + 0.5 * dip, 1.6), (0.7 + 0.5 * dip, 1.6)),
            -9 * dip,
            0.12 * dip,
        )
    if cycle < 0.95:
        rise = min(1.0, (cycle - 0.45) / 0.25)
        hop = math.sin(math.pi * min(1.0, (cycle - 0.45) / 0.5))
        return Pose(
            ((0.05, 0), (-0.12, -0.3 * hop)),
            ((1.3 + 1.55 * rise, 1.6 - 1.5 * rise), (1.2 + 1.2 * rise, 1.6 - 1.4 * rise)),
            12 * hop,
        )
    rest = min(1.0, (cycle - 0.95) / 0.5)
    return Pose(((0.08, 0), (-0.08, 0)), ((2.85 * (1 - rest) + 0.2, 0.1), (2.4 * (1 - rest) + 0.1, 0.1)), 0, 0.04)


@dataclass(slots=True)
class Figure:
    """The sprites of one person or robot, all facing right."""

    torso: Sprite
    head: Sprite
    blink: Sprite
    thigh: Sprite
    shin: Sprite
    upper: Sprite
    fore: Sprite
    shadow: Sprite


def paint_figure(
    b: Brush, shadow: Sprite, *, portrait: Frame | None = None, robot: bool = False, costume: str = ""
) -> Figure:
    """Paint a figure; a portrait takes the place of the drawn face."""
    skin: Rgb = (206, 212, 224) if robot else b.rng.choice(SKINS)
    shirt = b.colour
    trousers = (
        scaled(b.colour, 0.6) if robot else b.rng.choice([(70, 88, 130), (84, 74, 92), (176, 146, 112), (60, 96, 110)])
    )
    if costume == "astronaut":
        shirt = trousers = (240, 240, 246)
    shoe = b.rng.choice([(236, 236, 240), (226, 92, 84), (60, 56, 70)])
    hair = b.rng.choice(HAIRS)
    return Figure(
        torso=_torso(b, shirt, robot), head=_head(b, skin, hair, portrait, robot, costume, False),
        blink=_head(b, skin, hair, portrait, robot, costume, True),
        thigh=_limb(b, _THIGH, 13.0, trousers), shin=_limb(b, _SHIN, 11.0, trousers, foot=shoe),
        upper=_limb(b, _UPPER, 10.0, shirt), fore=_limb(b, _FORE, 8.6, mix(shirt, skin, 0.2 if robot else 1.0),
            hand=skin), shadow=shadow,
    )  # fmt: skip


def _limb(
    b: Brush, length: float, wide: float, colour: Rgb, *, foot: Rgb | None = None, hand: Rgb | None = None
) -> Sprite:
    p = b.canvas(44, length + 30, (22, 12))
    p.box(22 - wide / 2, 12 - wide / 2, wide, length + wide, colour, radius=wide / 2)
    if foot is not None:
        p.blob([(16, 8 + length), (27, 8 + length), (36, 14 + length), (35, 19 + length), (15, 19 + length)], foot)
    if hand is not None:
        p.ellipse(22, 12 + length, 5.4, 5.8, hand, edge=False)
    return p.sprite()


def _torso(b: Brush, shirt: Rgb, robot: bool) -> Sprite:
    p = b.canvas(60, 70, (30, 58))
    p.blob([(19, 14), (30, 11), (41, 14), (42, 36), (41, 60), (30, 63), (19, 60), (18, 36)], shirt)
    if robot:
        p.box(22, 26, 16, 12, (60, 70, 96), radius=3, plain=True)
        p.ellipse(27, 32, 2, 2, (120, 240, 220), plain=True, raw=True)
        p.ellipse(33, 32, 2, 2, (255, 190, 90), plain=True, raw=True)
    elif b.rng.random() < 0.5:
        p.box(18.5, 34, 23, 6, mix(shirt, WHITE, 0.6), plain=True, alpha=0.8)
    return p.sprite()


def _head(b: Brush, skin: Rgb, hair: Rgb, portrait: Frame | None, robot: bool, costume: str, closed: bool) -> Sprite:
    p = b.canvas(76, 76, (36, 62))
    if robot:
        return _robot_head(p, b, closed)
    if portrait is not None:
        # A ring in the shirt's colour makes the picture part of the figure.
        p.ellipse(36, 36, 27, 27, mix(b.colour, WHITE, 0.2))
        p.picture(portrait, 36, 36, 24)
        return p.sprite()
    style = Brush(b.look, b.scale, b.size, b.colour, b.rng).rng.__class__(f"{skin}{hair}{b.colour}").randrange(3)
    if style == 0:
        p.ellipse(32, 40, 23, 25, hair)
    elif style == 1:
        p.ellipse(30, 18, 10, 10, hair)
    p.box(31, 50, 10, 14, scaled(skin, 0.92), radius=4)
    p.ellipse(37, 37, 19, 20, skin)
    cap = [(17, 36), (17, 24), (26, 15), (40, 13), (54, 21), (56, 31), (47, 26), (36, 27), (26, 30), (22, 40)]
    p.blob(cap, hair)
    p.ellipse(24, 41, 4, 5, scaled(skin, 0.94), edge=False)
    _face(p, closed, skin)
    if costume == "astronaut":
        p.ellipse(37, 36, 27, 27, (214, 232, 250), plain=True, alpha=0.35)
        p.line([(16, 26), (24, 17)], 3, WHITE, plain=True, raw=True, alpha=0.7)
        p.box(20, 58, 34, 7, (226, 228, 236), radius=3)
    return p.sprite()


def _face(p: Painter, closed: bool, skin: Rgb) -> None:
    for x in (38, 49):
        if closed:
            p.line([(x - 2.6, 38), (x, 39.2), (x + 2.6, 38)], 1.5, DARK, plain=True, raw=True)
        else:
            p.ellipse(x, 37, 2.5, 3.3, DARK, plain=True, raw=True)
            p.ellipse(x + 0.8, 35.9, 0.9, 1.0, WHITE, plain=True, raw=True)
    for x in (34, 52):
        p.ellipse(x, 43.4, 3.4, 2.2, mix(skin, (244, 110, 110), 0.5), plain=True, alpha=0.6)
    p.line([(40, 46), (43.5, 48.6), (47.5, 46)], 1.6, (150, 66, 62), plain=True)


def _robot_head(p: Painter, b: Brush, closed: bool) -> Sprite:
    p.line([(36, 16), (36, 6)], 2, (150, 156, 172), plain=True)
    p.ellipse(36, 5, 3.6, 3.6, (255, 120, 100), plain=True, raw=True)
    p.box(15, 15, 42, 38, (206, 212, 224), radius=9)
    p.box(21, 23, 32, 20, (44, 52, 80), radius=6, plain=True)
    glow = b.look.glow((110, 240, 226))
    for x in (31, 45):
        p.ellipse(x, 33, 4, 0.9 if closed else 4.6, glow, plain=True, raw=True)
        p.light(x, 33, 9, glow, 0.6)
    p.box(31, 52, 10, 10, (150, 156, 172), radius=2)
    return p.sprite()


@dataclass(slots=True)
class FigureActor:
    """A figure on the stage. ``speed`` is in units a second; it turns round at the ends of its ``range``."""

    figure: Figure
    x: float
    floor: float
    motion: str
    pace: float
    phase: float
    size: float
    speed: float = 0.0
    span: tuple[float, float] = (0.0, 360.0)
    depth: float = 0.62
    facing: float = 1.0
    ride: float = 0.0
    spins: bool = False
    contacts: list[Contact] = field(default_factory=list)

    def place(self, t: float) -> tuple[float, float]:
        """Return where the figure is and which way it faces."""
        if self.speed == 0.0:
            return self.x, self.facing
        low, high = self.span
        return shuttle(self.x, self.speed * self.facing * t, low, high, self.facing)

    def draw(self, view: View, t: float) -> None:
        """Draw the figure in its pose."""
        x, facing = self.place(t)
        pose = pose_at(self.motion, t, self.phase, self.pace)
        if self.motion not in {"fly", "float"}:
            near = max(0.3, 1 - max(0.0, pose.lift) / 110)
            view.put(self.figure.shadow, x, self.floor + 1, alpha=near)
        turn = pose.turn
        if self.spins and pose.lift > 0:
            turn -= facing * 2 * math.pi * min(1.0, max(0.0, ((t * self.pace + self.phase * 0.2) % 1.25 - 0.3) / 0.7))
        draw_figure(
            view,
            self.figure,
            pose,
            x,
            self.floor,
            facing,
            self.size,
            turn,
            blinks(t, self.phase) or self.motion == "sleep",
        )


def draw_figure(
    view: View,
    figure: Figure,
    pose: Pose,
    x: float,
    floor: float,
    facing: float,
    size: float,
    turn: float,
    closed: bool,
) -> None:
    """Draw a figure from its joints: far limbs, body, head, near limbs."""
    k = size
    hip = (0.0, -_HIP * k - pose.lift * k)
    cos, sin = math.cos(turn), math.sin(turn)

    def place(dx: float, dy: float) -> tuple[float, float]:
        # The whole figure turns about its hip, then takes its place on the stage.
        return x + facing * (hip[0] + dx * cos - dy * sin), floor + hip[1] + dx * sin + dy * cos

    def put(sprite: Sprite, dx: float, dy: float, angle: float) -> None:
        px, py = place(dx, dy)
        view.put(sprite, px, py, turn=facing * (angle + turn), grow=(facing, 1.0))

    def limb(upper: Sprite, lower: Sprite, dx: float, dy: float, length: float, first: float, second: float) -> None:
        # A positive angle swings forward (to the right when facing right): screen angles run the other way.
        ex, ey = dx + math.sin(first) * length * k, dy + math.cos(first) * length * k
        put(lower, ex, ey, -(first + second))
        put(upper, dx, dy, -first)

    lean = pose.lean
    sx, sy = math.sin(lean) * (_SHOULDER - _HIP) * k, -math.cos(lean) * (_SHOULDER - _HIP) * k
    limb(figure.thigh, figure.shin, -2 * k, 0, _THIGH, *pose.legs[0])
    limb(figure.upper, figure.fore, sx - 4 * k, sy + 5 * k, _UPPER, *pose.arms[0])
    limb(figure.thigh, figure.shin, 3 * k, 0, _THIGH, *pose.legs[1])
    put(figure.torso, 0, 4 * k, lean)
    put(figure.blink if closed else figure.head, sx, sy + 2 * k, lean + pose.nod)
    limb(figure.upper, figure.fore, sx + 3 * k, sy + 6 * k, _UPPER, *pose.arms[1])


def blinks(t: float, phase: float) -> bool:
    """Tell whether the eyes are closed just now: a blink every few seconds."""
    return (t + phase * 1.7) % 3.1 < 0.12


def shuttle(x: float, way: float, low: float, high: float, facing: float) -> tuple[float, float]:
    """Return a place and a direction for something that has gone ``way`` from x and turns round at both ends."""
    span = max(high - low, 1.0)
    at = (x - low + way) % (2 * span)
    if at <= span:
        return low + at, math.copysign(1.0, facing)
    return low + 2 * span - at, -math.copysign(1.0, facing)


def costume_of(kind: str) -> str:
    """Return the costume that a thing's kind asks for."""
    return "astronaut" if kind == "astronaut" else ""


def shirt_colour(b: Brush) -> Rgb:
    """Return a shirt colour that suits the palette."""
    return b.rng.choice(WARM)


def still_figure(b: Brush, portrait: Frame | None) -> Sprite:
    """Return a floating astronaut as one sprite. Pivot: its middle."""
    p = b.canvas(110, 150, (55, 75))
    suit: Rgb = (240, 240, 246)
    p.box(34, 62, 42, 44, scaled(suit, 0.8), radius=8)
    for points in (
        [(44, 104), (36, 124), (42, 142)],
        [(66, 104), (76, 120), (88, 132)],
        [(40, 72), (22, 66), (14, 50)],
        [(70, 72), (88, 80), (98, 70)],
    ):
        p.line([(float(x), float(y)) for x, y in points], 13, suit, edge=False)
    p.box(38, 60, 34, 48, suit, radius=12)
    p.box(45, 78, 20, 13, (96, 120, 160), radius=3, plain=True)
    for x, shade in ((49, (240, 110, 96)), (55, (250, 206, 92)), (61, (120, 220, 170))):
        p.ellipse(x, 84, 2, 2, shade, plain=True, raw=True)
    p.ellipse(55, 38, 28, 27, suit)
    if portrait is not None:
        p.picture(portrait, 55, 38, 22)
    else:
        p.ellipse(57, 39, 21, 18, (54, 66, 104), plain=True)
        skin = b.rng.choice(SKINS)
        p.ellipse(58, 41, 14, 13, skin, plain=True, alpha=0.85)
        for x in (56, 65):
            p.ellipse(x, 40, 2, 2.7, DARK, plain=True, raw=True)
        p.line([(57, 47), (60.5, 49), (64, 47)], 1.4, (150, 66, 62), plain=True)
    p.line([(40, 30), (47, 23)], 3, WHITE, plain=True, raw=True, alpha=0.7)
    return p.sprite()
