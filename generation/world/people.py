"""People and robots: jointed figures drawn from a few sprites, posed by their motion. Pivot: between the feet."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from core.media.film import Frame
from generation.storyboard import Thing
from generation.world.brush import DARK, HAIRS, SKINS, WARM, WHITE, Brush
from generation.world.faces import MOUTHS, paint_head
from generation.world.gaits import THROW_S, in_flight, pose_at
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Sprite
from generation.world.skeleton import FORE, HIP, SHIN, SHOULDER, THIGH, UPPER, Pose
from generation.world.view import View
from generation.world.wardrobe import Wear, paint_held, paint_torso

_BODY_CENTRE = 70.0  # height above the floor of the middle of a standing figure, and of its face
_FACE = 118.0
_HOLDING = {"bag": (0.1, 0.05), "guitar": (0.5, 1.5), "umbrella": (0.7, 1.6)}


@dataclass(slots=True)
class Figure:
    """The sprites of one person or robot, all facing right. ``mouths`` are heads that speak, by mouth shape."""

    torso: Sprite
    head: Sprite
    blink: Sprite
    thigh: Sprite
    shin: Sprite
    upper: Sprite
    fore: Sprite
    shadow: Sprite
    mouths: dict[str, Sprite] = field(default_factory=dict)
    held: Sprite | None = None
    holds: str = ""


def paint_figure(
    b: Brush, shadow: Sprite, *, thing: Thing | None = None, portrait: Frame | None = None, robot: bool = False,
    costume: str = "", speaks: bool = False,
) -> Figure:  # fmt: skip
    """Paint a figure dressed as ``thing`` is; a portrait takes the place of the drawn face."""
    skin: Rgb = (206, 212, 224) if robot else b.rng.choice(SKINS)
    plain = (
        scaled(b.colour, 0.6) if robot else b.rng.choice([(70, 88, 130), (84, 74, 92), (176, 146, 112), (60, 96, 110)])
    )
    shoe = b.rng.choice([(236, 236, 240), (226, 92, 84), (60, 56, 70)])
    hair = b.rng.choice(HAIRS)
    wear = Wear.of(thing.clothing if thing else (), b, costume)
    shirt, trousers = wear.top(b.colour), wear.pieces.get("trousers", plain)
    if costume == "astronaut":
        shirt = trousers = (240, 240, 246)
    bare = "dress" in wear.pieces and "trousers" not in wear.pieces
    sleeves = mix(shirt, skin, 0.2 if robot or "coat" in wear.pieces else 1.0)

    def head(closed: bool, mouth: str = "rest") -> Sprite:
        return paint_head(b, skin, hair, wear, portrait=portrait, robot=robot, closed=closed, mouth=mouth)

    return Figure(
        torso=paint_torso(b, shirt, wear, robot), head=head(False), blink=head(True),
        thigh=_limb(b, THIGH, 13.0, skin if bare else trousers),
        shin=_limb(b, SHIN, 11.0, skin if bare else trousers, foot=wear.pieces.get("boots", shoe)),
        upper=_limb(b, UPPER, 10.0, scaled(shirt, 0.9)), fore=_limb(b, FORE, 8.6, sleeves, hand=skin), shadow=shadow,
        mouths={mouth: head(False, mouth) for mouth in MOUTHS} if speaks else {},
        held=paint_held(b, thing.holds) if thing else None, holds=thing.holds if thing else "",
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


@dataclass(slots=True)
class FigureActor:
    """A figure on the stage. ``speed`` is in units a second; it turns round at the ends of its ``span``.

    ``mouth`` gives the shape of its mouth at a moment, or an empty string while it says nothing.
    """

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
    spins: bool = False
    throws: int = 0  # how many balls a player has to throw; 0: as many as there is time for
    mouth: Callable[[float], str] | None = None

    def place(self, t: float) -> tuple[float, float]:
        """Return where the figure is and which way it faces."""
        if self.speed == 0.0:
            return self.x, self.facing
        low, high = self.span
        return shuttle(self.x, self.speed * self.facing * t, low, high, self.facing)

    def pose(self, t: float) -> Pose:
        """Return the pose at a moment."""
        if self.throws and self.motion in {"score", "miss"} and t > self.throws * THROW_S:
            return pose_at("idle", t, self.phase, self.pace)
        return pose_at(self.motion, t, self.phase, self.pace, self.speed / self.size)

    def hand(self, t: float) -> tuple[float, float]:
        """Return where its near hand is."""
        x, facing = self.place(t)
        pose, k = self.pose(t), self.size
        sx, sy = math.sin(pose.lean) * (SHOULDER - HIP) * k, -math.cos(pose.lean) * (SHOULDER - HIP) * k
        dx, dy = _hand(pose.arms[1], sx + 3 * k, sy + 6 * k, k)
        return x + facing * (pose.shift * k + dx), self.floor - (HIP + pose.lift) * k + dy

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its face is."""
        x, facing = self.place(t)
        pose = self.pose(t)
        high = _BODY_CENTRE if in_flight(self.motion, t * min(1.25, self.pace)) else _FACE
        return x + facing * pose.shift * self.size, self.floor - (high + pose.lift) * self.size

    def draw(self, view: View, t: float) -> None:
        """Draw the figure in its pose."""
        x, facing = self.place(t)
        pose = self.pose(t)
        x += facing * pose.shift * self.size
        if self.motion not in {"fly", "float"}:
            near = max(0.3, 1 - max(0.0, pose.lift) / 110)
            view.put(self.figure.shadow, x, self.floor + 1, alpha=near)
        turn = pose.turn
        if self.spins and pose.lift > 0:
            turn -= facing * 2 * math.pi * min(1.0, max(0.0, ((t * self.pace + self.phase * 0.2) % 1.25 - 0.3) / 0.7))
        closed = blinks(t, self.phase) or self.motion == "sleep"
        mouth = self.mouth(t) if self.mouth is not None else ""
        draw_figure(view, self.figure, pose, x, self.floor, facing, self.size, turn, closed, mouth)


def draw_figure(
    view: View, figure: Figure, pose: Pose, x: float, floor: float, facing: float, size: float, turn: float,
    closed: bool, mouth: str = "",
) -> None:  # fmt: skip
    """Draw a figure from its joints: far limbs, body, head, near limbs."""
    k = size
    hip = (0.0, -HIP * k - pose.lift * k)
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
    sx, sy = math.sin(lean) * (SHOULDER - HIP) * k, -math.cos(lean) * (SHOULDER - HIP) * k
    near = _HOLDING.get(figure.holds, (0.55, 1.25)) if figure.held is not None else pose.arms[1]
    limb(figure.thigh, figure.shin, -2 * k, 0, THIGH, *pose.legs[0])
    limb(figure.upper, figure.fore, sx - 4 * k, sy + 5 * k, UPPER, *pose.arms[0])
    limb(figure.thigh, figure.shin, 3 * k, 0, THIGH, *pose.legs[1])
    put(figure.torso, 0, 4 * k, lean)
    if figure.held is not None:
        hand = _hand(near, sx + 3 * k, sy + 6 * k, k)
        put(figure.held, hand[0], hand[1], 0.0)
    head = figure.mouths.get(mouth) if mouth else None
    put(head or (figure.blink if closed else figure.head), sx, sy + 2 * k, lean + pose.nod)
    limb(figure.upper, figure.fore, sx + 3 * k, sy + 6 * k, UPPER, *near)


def _hand(arm: tuple[float, float], dx: float, dy: float, k: float) -> tuple[float, float]:
    """Return where the hand of an arm is that hangs from (dx, dy)."""
    first, second = arm
    return (
        dx + (math.sin(first) * UPPER + math.sin(first + second) * FORE) * k,
        dy + (math.cos(first) * UPPER + math.cos(first + second) * FORE) * k,
    )


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
