"""Set pieces of physics: what a shot's simulated things do, and the actors that show them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

import pymunk

from generation.storyboard import Thing
from generation.world.body_actors import BodyActor, FixedActor, StringActor
from generation.world.brush import Brush, colour_of
from generation.world.gaits import RELEASE_S, THROW_S
from generation.world.look import Look, scaled
from generation.world.people import FigureActor
from generation.world.plan import Plan
from generation.world.props import BOXES, RADII, paint_body, soft_shadow
from generation.world.simulation import Simulation
from generation.world.view import Actor
from generation.world.vocabulary import THINGS

_WALL = 400.0


@dataclass(frozen=True, slots=True)
class _Push:
    """A steady push on a body for a while, as an acceleration; ``at`` in the body's own coordinates."""

    body: pymunk.Body
    acceleration: tuple[float, float]
    at: tuple[float, float] = (0.0, 0.0)
    start_s: float = 0.0
    end_s: float = math.inf

    def __call__(self, t: float) -> None:
        """Push, if it is time."""
        if self.start_s <= t < self.end_s:
            force = self.acceleration[0] * self.body.mass, self.acceleration[1] * self.body.mass
            self.body.apply_force_at_world_point(force, self.body.local_to_world(self.at))


class Physics:
    """Arranges a shot's simulated things on the stage."""

    def __init__(self, simulation: Simulation, plan: Plan, look: Look, *, ground: str, bounce: float) -> None:
        self.sim, self.plan, self.look = simulation, plan, look
        self.ground, self.bounce = ground, bounce
        self.actors: list[Actor] = []
        self.bodies: list[BodyActor] = []
        self.owners: dict[int, Thing] = {}
        self.has_floor = ground not in {"none", "water"}
        self._enclose()

    def _enclose(self) -> None:
        plan = self.plan
        if self.ground == "none" and self.sim.space.damping == 1.0:
            return  # a probe's bodies come and go freely
        low = plan.floor if self.has_floor else plan.height + (60 if self.ground == "water" else -8)
        self.sim.fixed(
            (-_WALL, low + 30), (plan.extent + _WALL, low + 30), radius=30, material=self.ground, bounce=self.bounce
        )
        for x in (-34.0, plan.extent + 34.0):
            self.sim.fixed((x, -900), (x, low + 60), radius=30, material="soft", bounce=0.7, friction=0.3)
        if self.ground == "none":
            self.sim.fixed((-_WALL, -34), (plan.extent + _WALL, -34), radius=30, material="soft")

    def stage(self, things: list[Thing], *, shooter: FigureActor | None = None) -> None:
        """Arrange everything that physics moves."""
        order = {
            "hoop": 0,
            "ramp": 1,
            "peg": 1,
            "wall": 1,
            "drum": 1,
            "seesaw": 2,
            "block": 3,
            "domino": 3,
            "pendulum": 3,
        }
        kinds = {thing.kind for thing in things}
        for thing in sorted(things, key=lambda item: order.get(item.kind, 5)):
            if thing.place is not None and thing.kind in RADII:
                self._placed(thing, thing.place)
            elif thing.kind == "basketball" and "hoop" in kinds:
                self._shots(thing, shooter)
            elif thing.kind in _PIECES:
                _PIECES[thing.kind](self, thing, kinds)
            else:
                self._drop(thing, kinds)

    # Pieces ----------------------------------------------------------------------------------------------------------

    def _drop(self, thing: Thing, kinds: set[str]) -> None:
        """Let bodies come into the picture: from above, or rolling in."""
        rng = self._rng(thing)
        plan, material = self.plan, THINGS[thing.kind].material
        radius = RADII[thing.kind] * thing.size
        on_rails = bool(kinds & {"ramp", "peg"})
        rolls = thing.motion == "roll" or thing.kind == "tumbleweed"
        for number in range(thing.count):
            enters = number * (0.55 if on_rails else 0.42) / plan.pace
            if on_rails and not rolls:
                x, y, velocity = (
                    plan.width * (0.14 if "ramp" in kinds else 0.5) + rng.uniform(-9, 9),
                    -radius,
                    (30.0, 0.0),
                )
            elif rolls and self.has_floor:
                x, y, velocity = (
                    -radius * 0.6,
                    plan.floor - radius - rng.uniform(1, 50),
                    (rng.uniform(130, 240) * plan.pace, 0.0),
                )
            elif self.ground == "none":
                x, y = rng.uniform(0.2, 0.8) * plan.width, rng.uniform(0.2, 0.7) * plan.height
                velocity, enters = (rng.uniform(-60, 60), rng.uniform(-60, 60)), 0.0
            else:
                x, y = plan.width * ((number * 0.37 + rng.uniform(0.2, 0.5)) % 0.8 + 0.1), -radius - rng.uniform(0, 60)
                velocity = (rng.uniform(-130, 130) * plan.pace, rng.uniform(0, 60))
            member = self.sim.ball(x, y, radius, material, velocity=velocity, spin=rng.uniform(-4, 4), enters_s=enters)
            if thing.kind == "tumbleweed":
                self.sim.each_step(_Push(member.body, (60.0, 0.0)))
            self._show(member.index, thing, radius)

    def _placed(self, thing: Thing, place: tuple[float, float]) -> None:
        """Set a ball exactly where, and moving as, the storyboard says."""
        plan, radius = self.plan, RADII[thing.kind] * thing.size
        speed = thing.velocity or (0.0, 0.0)
        member = self.sim.ball(
            place[0] * plan.width, place[1] * plan.height, radius, thing.material or THINGS[thing.kind].material,
            velocity=(speed[0] * plan.width, speed[1] * plan.width),
        )  # fmt: skip
        self._show(member.index, thing, radius)

    def _shots(self, thing: Thing, shooter: FigureActor | None) -> None:
        """Throw the ball at the hoop: it goes in, or meets the rim and rebounds, by the same laws."""
        rng, plan = self._rng(thing), self.plan
        rim_x, rim_y, _ = self.hoop_place()
        radius = 14.5 * thing.size
        throws = self.throws(thing)
        if shooter is not None:
            shooter.throws = throws
        for number in range(throws):
            let_go = RELEASE_S + number * THROW_S
            start = _in_hand(shooter, radius, let_go) if shooter else (plan.width * 0.16 + 8, plan.floor - 116)
            scores = thing.motion == "score" or (thing.motion != "miss" and rng.random() < 0.6)
            aim = rim_x + (rng.uniform(-1.5, 1.5) if scores else rng.choice([-24.0, 21.0]) + rng.uniform(-1.5, 1.5))
            flight = 1.12
            velocity = (
                (aim - start[0]) / flight,
                (rim_y - start[1]) / flight - float(self.sim.space.gravity[1]) * flight / 2,
            )
            member = self.sim.ball(*start, radius, "rubber", velocity=velocity, spin=-6, enters_s=let_go)
            member.body.velocity_func = _no_drag
            self._show(member.index, thing, radius)
            if shooter is not None:
                self.bodies[-1].held = partial(_in_hand, shooter, radius)
                self.bodies[-1].held_from_s = number * THROW_S

    def throws(self, thing: Thing) -> int:
        """Return how many balls are thrown: one each if the words say how it ends, else one after the other."""
        return thing.count if thing.motion in {"score", "miss"} else max(1, round(self.plan.seconds / THROW_S))

    def hoop_place(self) -> tuple[float, float, float]:
        """Return the middle of the rim, and half its width."""
        return self.plan.width * 0.76, self.plan.floor - min(250.0, self.plan.floor * 0.56), 23.0

    def _hoop(self, thing: Thing, _kinds: set[str]) -> None:
        from generation.world.court import paint_board, paint_net

        x, y, half = self.hoop_place()
        self.sim.peg(x - half, y, 2.2, bounce=0.75)
        self.sim.fixed((x + half, y), (x + half + 6, y), radius=2.2, material="metal", bounce=0.75)
        self.sim.fixed((x + half + 9, y - 74), (x + half + 9, y + 12), radius=3, material="plastic", bounce=0.8)
        brush = self._brush(thing)
        self.actors.append(FixedActor(paint_board(brush, self.plan.floor - y), x, y, depth=0.4))
        self.actors.append(FixedActor(paint_net(brush), x, y, depth=0.7))

    def _ramp(self, thing: Thing, _kinds: set[str]) -> None:
        """A zigzag of planks down which things run."""
        plan = self.plan
        steps = 3 if plan.height > plan.width else 2
        top, low = plan.floor * 0.34, plan.floor - 74
        span = min(plan.width, 520.0)
        left = (plan.width - span) / 2
        for step in range(steps):
            y = top + (low - top) * step / max(1, steps - 1)
            a, b = (
                (left + span * 0.05, left + span * 0.66) if step % 2 == 0 else (left + span * 0.95, left + span * 0.34)
            )
            self._plank(thing, (a, y), (b, y + 46))

    def _plank(self, thing: Thing, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.sim.fixed(start, end, radius=4, material="wood", bounce=0.55, friction=0.5)
        length, turn = math.dist(start, end), math.atan2(end[1] - start[1], end[0] - start[0])
        brush = self._brush(thing)
        painter = brush.canvas(length + 20, 20, (length / 2 + 10, 10))
        painter.box(6, 5, length + 8, 10, brush.colour, radius=5)
        for nail in (14.0, length + 6):
            painter.ellipse(nail, 10, 1.6, 1.6, scaled(brush.colour, 0.6), plain=True)
        self.actors.append(FixedActor(painter.sprite(), (start[0] + end[0]) / 2, (start[1] + end[1]) / 2, turn))

    def _pegs(self, thing: Thing, _kinds: set[str]) -> None:
        plan, brush = self.plan, self._brush(thing)
        painter = brush.canvas(26, 26, (13, 13))
        painter.ellipse(13, 13, 7, 7, brush.colour)
        sprite = painter.sprite()
        for row in range(6):
            for column in range(6 if row % 2 else 7):
                x = plan.width / 2 + (column - (2.5 if row % 2 else 3)) * 46
                y = plan.floor * 0.36 + row * (plan.floor * 0.5) / 6
                self.sim.peg(x, y, 7)
                self.actors.append(FixedActor(sprite, x, y))

    def _blocks(self, thing: Thing, kinds: set[str]) -> None:
        """A pyramid to be knocked over when there are balls; otherwise a heap that builds itself."""
        rng, plan = self._rng(thing), self.plan
        half = 17.0 * thing.size
        balls = kinds & {"ball", "basketball", "football", "marble", "beach_ball", "pendulum"}
        if balls and thing.motion != "fall":
            rows = 2 if thing.count <= 3 else 3
            for row in range(rows):
                for column in range(rows - row):
                    x = plan.width * 0.7 + (column - (rows - row - 1) / 2) * (half * 2 + 2)
                    self._add_block(thing, x, plan.floor - half - row * half * 2, half, 0.0)
            return
        for number in range(max(3, thing.count)):
            x = plan.width * 0.5 + rng.uniform(-46, 46)
            self._add_block(thing, x, -half - 10, half, number * 0.5 / plan.pace, spin=rng.uniform(-3, 3))

    def _add_block(self, thing: Thing, x: float, y: float, half: float, enters_s: float, spin: float = 0.0) -> None:
        member = self.sim.box(x, y, (half, half), "wood", enters_s=enters_s, spin=spin)
        self._show(member.index, thing, half, number=member.index)

    def _dominoes(self, thing: Thing, _kinds: set[str]) -> None:
        plan = self.plan
        half = BOXES["domino"][0] * thing.size, BOXES["domino"][1] * thing.size
        count = max(8, thing.count)
        gap = min(30.0 * thing.size, plan.width * 0.76 / count)
        for number in range(count):
            member = self.sim.box(plan.width * 0.12 + number * gap, plan.floor - half[1], half, "wood")
            if number == 0:
                # A finger's push on the first one; the rest is physics.
                self.sim.each_step(_Push(member.body, (1500.0, 0.0), at=(0.0, -half[1]), start_s=0.55, end_s=0.66))
            self._show(member.index, thing, half[1] * 0.5, number=number)

    def _seesaw(self, thing: Thing, _kinds: set[str]) -> None:
        plan, brush = self.plan, self._brush(thing)
        half = BOXES["seesaw"]
        x, y = plan.width * 0.5, plan.floor - 30
        member = self.sim.box(x, y, half, "wood")
        pivot = pymunk.PivotJoint(self.sim.space.static_body, member.body, (x, y))
        limit = pymunk.RotaryLimitJoint(self.sim.space.static_body, member.body, -0.28, 0.28)
        self.sim.space.add(pivot, limit)
        painter = brush.canvas(60, 40, (30, 6))
        painter.polygon([(30, 4), (54, 38), (6, 38)], scaled(brush.colour, 0.85))
        self.actors.append(FixedActor(painter.sprite(), x, y, depth=0.58))
        self._show(member.index, thing, half[1])
        light = Thing(kind="ball", size=0.7)
        heavy = Thing(kind="block", size=1.25)
        rider = self.sim.ball(x - 74, y - 20, RADII["ball"] * 0.7, "rubber", density=0.35)
        self._show(rider.index, light, RADII["ball"] * 0.7)
        dropped = self.sim.box(x + 74, -30, (21, 21), "wood", enters_s=0.7, density=1.6)
        self._show(dropped.index, heavy, 21)

    def _pendulums(self, thing: Thing, _kinds: set[str]) -> None:
        """Newton's cradle: steel balls side by side, the first one drawn aside."""
        plan = self.plan
        radius, length = 16.0 * thing.size, 190.0
        bar = plan.floor - length - 74
        count = 5
        self._plank(thing, (plan.width / 2 - 96, bar), (plan.width / 2 + 96, bar))
        for number in range(count):
            x = plan.width / 2 + (number - (count - 1) / 2) * (radius * 2 + 0.4)
            aside = -0.85 if number == 0 else 0.0
            at = x + length * math.sin(aside), bar + length * math.cos(aside)
            member = self.sim.ball(at[0], at[1], radius, "metal")
            member.shapes[0].elasticity = 1.0
            self.sim.space.add(pymunk.PinJoint(self.sim.space.static_body, member.body, (x, bar), (0, 0)))
            self._show(member.index, thing, radius, shadow=False)
            self.actors.append(StringActor(self.bodies[-1], (x, bar), self.look.tone((90, 84, 96))))

    def _wall(self, thing: Thing, _kinds: set[str]) -> None:
        plan, brush = self.plan, self._brush(thing)
        x, tall = plan.width * 0.84, 104.0 * thing.size
        painter = brush.canvas(46, tall + 10, (23, tall + 5))
        for row in range(int(tall / 16)):
            for column in range(2):
                painter.box(
                    5 + column * 18 - (row % 2) * 4, tall + 5 - (row + 1) * 16, 17, 15, (196, 122, 96), radius=2
                )
        self.actors.append(FixedActor(painter.sprite(), x, plan.floor))
        self.sim.fixed((x, plan.floor - tall + 8), (x, plan.floor), radius=18, material="stone", bounce=0.9)

    def _drum(self, thing: Thing, _kinds: set[str]) -> None:
        plan, brush = self.plan, self._brush(thing)
        x, half, tall = plan.width * 0.5, 54.0 * thing.size, 54.0
        painter = brush.canvas(half * 2 + 20, tall + 24, (half + 10, tall + 12))
        painter.box(10, 16, half * 2, tall - 6, brush.colour, radius=6)
        for step in range(7):
            left = 14 + step * (half * 2 - 8) / 6
            painter.line([(left, 22), (left + 5, tall + 4)], 1.6, (250, 240, 220), plain=True)
        painter.ellipse(half + 10, 16, half, 8, (250, 244, 232))
        self.actors.append(FixedActor(painter.sprite(), x, plan.floor, depth=0.55))
        self.sim.fixed(
            (x - half, plan.floor - tall + 6), (x + half, plan.floor - tall + 6), radius=4, material="drum", bounce=1.12
        )

    # Helpers ---------------------------------------------------------------------------------------------------------

    def _rng(self, thing: Thing) -> Random:
        return Random(f"{self.plan.seed}:{thing.kind}:{thing.count}")

    def _brush(self, thing: Thing, number: int = 0) -> Brush:
        rng = Random(f"{self.plan.cast_seed}:{thing.kind}:{thing.name}:{number}:paint")
        kind = THINGS[thing.kind]
        return Brush(self.look, self.plan.scale * self.plan.lens, 1.0, colour_of(thing.colour, kind.colour, rng), rng)

    def _show(self, index: int, thing: Thing, radius: float, *, number: int | None = None, shadow: bool = True) -> None:
        base = self._brush(thing, index if number is None else number)
        natural = RADII.get(thing.kind) or BOXES[thing.kind][1]
        size = (
            radius / natural
            if thing.kind in RADII
            else (radius / BOXES["block"][0] if thing.kind == "block" else thing.size)
        )
        brush = Brush(base.look, base.scale, size, base.colour, base.rng)
        shade = (
            soft_shadow(Brush(base.look, base.scale, 1.0, base.colour, base.rng), radius * 2.2)
            if shadow and self.has_floor
            else None
        )
        actor = BodyActor(index, paint_body(thing.kind, brush), shade, self.plan.floor)
        self.owners[index] = thing
        self.bodies.append(actor)
        self.actors.append(actor)


def _in_hand(shooter: FigureActor, radius: float, t: float) -> tuple[float, float]:
    """Return where the middle of a ball is that lies on a player's hand."""
    x, y = shooter.hand(t)
    return x + shooter.facing * radius * 0.35, y - radius * 0.8


def _no_drag(body: object, gravity: tuple[float, float], damping: float, dt: float) -> None:
    """Let a throw fly as the formula says: air is thin over so short a way."""
    del damping
    if isinstance(body, pymunk.Body):
        pymunk.Body.update_velocity(body, gravity, 1.0, dt)


_PIECES: dict[str, Callable[[Physics, Thing, set[str]], None]] = {
    "hoop": Physics._hoop, "ramp": Physics._ramp, "peg": Physics._pegs, "block": Physics._blocks,
    "domino": Physics._dominoes,
    "seesaw": Physics._seesaw, "pendulum": Physics._pendulums, "wall": Physics._wall, "drum": Physics._drum,
}  # fmt: skip
