"""The physics of one shot: pymunk bodies, water that carries them, and a record of every pose and impact.

Units as on the stage (y down); time in seconds. A run is pure arithmetic over seeded input: it repeats exactly.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pymunk
from numpy.typing import NDArray

SUBSTEPS = 8
GRAVITY = 760.0
_QUIETEST_SPEED = 26.0
_MOST_CONTACTS = 600


@dataclass(frozen=True, slots=True)
class Material:
    """How a surface bounces and grips, and how heavy it is for its size."""

    bounce: float
    friction: float
    density: float


MATERIALS = {
    "rubber": Material(0.84, 0.8, 0.8), "wood": Material(0.34, 0.6, 0.7), "metal": Material(0.4, 0.35, 2.2),
    "glass": Material(0.62, 0.25, 1.4), "stone": Material(0.25, 0.8, 2.0), "plastic": Material(0.74, 0.5, 0.4),
    "paper": Material(0.35, 0.9, 0.15), "soft": Material(0.38, 0.9, 0.6), "ideal": Material(1.0, 0.0, 1.0),
}  # fmt: skip
GROUNDS = {
    "grass": 0.80, "sand": 0.40, "snow": 0.35, "stone": 0.97, "wood": 1.0, "water": 0.5, "sea_floor": 0.5, "none": 0.95,
    "tarmac": 0.97, "carpet": 0.72,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contact:
    """An impact: when, where across the stage, how hard (about 0 to 1), between which materials, how big the thing.

    ``body`` and ``partner`` are the indices of the bodies that met (-1: something that does not move), ``y`` how far
    down, ``closing`` how fast they came together, in units a second.
    """

    t: float
    x: float
    strength: float
    material: str
    other: str
    size: float
    y: float = 0.0
    body: int = -1
    partner: int = -1
    closing: float = 0.0


@dataclass(frozen=True, slots=True)
class Water:
    """A surface of travelling waves."""

    level: float
    swell: float
    speed: float = 1.0

    def surface(self, x: float, t: float) -> float:
        """Return the height of the surface at x."""
        t *= self.speed
        return (
            self.level + self.swell * (math.sin(x / 31.0 + 1.5 * t) + 0.55 * math.sin(x / 13.7 - 2.1 * t + 1.3)) / 1.55
        )

    def surfaces(self, xs: NDArray[np.float64], t: float, *, lag: float = 0.0) -> NDArray[np.float64]:
        """Return the heights at many x; ``lag`` gives a second, different row of waves."""
        t = t * self.speed + lag
        waves = np.sin(xs / 31.0 + 1.5 * t + lag) + 0.55 * np.sin(xs / 13.7 - 2.1 * t + 1.3)
        return np.asarray(self.level + self.swell * waves / 1.55)


@dataclass(slots=True)
class SimBody:
    """A simulated body: its place in the take, its size for sound and water, and when it enters."""

    index: int
    body: pymunk.Body
    shapes: list[pymunk.Shape]
    material: str
    size: float
    enters_s: float
    floats_at: list[tuple[float, float]] = field(default_factory=list)  # offset x and radius of each float
    steer_x: float | None = None
    wind: float = 0.0
    entered: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """What happened: ``poses`` (frames, bodies, 3) as x, y, angle (NaN before a body enters); the impacts in order.

    ``velocities`` (frames, bodies, 3) are the same in units and radians a second.
    """

    poses: NDArray[np.float64]
    contacts: list[Contact]
    velocities: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 3)))


class Simulation:
    """A stage for bodies. Add them, then ``run`` once."""

    def __init__(
        self, *, gravity: float = GRAVITY, damping: float = 0.995, water: Water | None = None, wind: float = 0.0
    ) -> None:
        self.space = pymunk.Space()
        self.space.gravity = (0.0, gravity)
        self.space.damping = damping
        self.space.iterations = 12
        self.water, self.wind = water, wind
        self.bodies: list[SimBody] = []
        self.contacts: list[Contact] = []
        self.now = 0.0
        self._by_shape: dict[pymunk.Shape, SimBody] = {}
        self._static: dict[pymunk.Shape, str] = {}
        self._joints: list[tuple[float, pymunk.Constraint]] = []
        self._every_step: list[Callable[[float], None]] = []
        self.space.on_collision(None, None, begin=self._touched)

    # Setting up ------------------------------------------------------------------------------------------------------

    def fixed(self, start: tuple[float, float], end: tuple[float, float], *, radius: float = 2.0,
        material: str = "wood",
              bounce: float = 1.0, friction: float = 0.9) -> None:  # fmt: skip
        """Add an immovable bar."""
        shape = pymunk.Segment(self.space.static_body, start, end, radius)
        shape.elasticity, shape.friction = bounce, friction
        self._static[shape] = material
        self.space.add(shape)

    def peg(self, x: float, y: float, radius: float, *, material: str = "metal", bounce: float = 0.8) -> None:
        """Add an immovable disc."""
        shape = pymunk.Circle(self.space.static_body, radius, (x, y))
        shape.elasticity, shape.friction = bounce, 0.4
        self._static[shape] = material
        self.space.add(shape)

    def ball(
        self, x: float, y: float, radius: float, material: str, *, velocity: tuple[float, float] = (0,
            0), spin: float = 0.0,
        enters_s: float = 0.0, density: float | None = None,
    ) -> SimBody:  # fmt: skip
        """Add a disc."""
        kind = MATERIALS[material]
        mass = (density or kind.density) * radius * radius / 300
        body = pymunk.Body(mass, pymunk.moment_for_circle(mass, 0, radius))
        shape = pymunk.Circle(body, radius)
        return self._admit(body, shape, (x, y), material, radius, velocity, spin, enters_s)

    def box(
        self, x: float, y: float, half: tuple[float, float], material: str, *, velocity: tuple[float, float] = (0, 0),
        spin: float = 0.0, enters_s: float = 0.0, density: float | None = None,
    ) -> SimBody:  # fmt: skip
        """Add a rectangle by its half sides."""
        kind = MATERIALS[material]
        mass = (density or kind.density) * half[0] * half[1] / 240
        body = pymunk.Body(mass, pymunk.moment_for_box(mass, (half[0] * 2, half[1] * 2)))
        shape = pymunk.Poly.create_box(body, (half[0] * 2 - 1, half[1] * 2 - 1), 0.5)
        return self._admit(body, shape, (x, y), material, math.sqrt(half[0] * half[1]), velocity, spin, enters_s)

    def limb(
        self, x: float, y: float, half_width: float, half_length: float, mass: float, *,
        velocity: tuple[float, float], spin: float, enters_s: float, group: int,
    ) -> SimBody:  # fmt: skip
        """Add an upright part of a jointed figure; parts of one ``group`` pass through one another."""
        reach = max(0.5, half_length - half_width)
        body = pymunk.Body(mass, pymunk.moment_for_box(mass, (half_width * 2, half_length * 2)))
        shape = pymunk.Segment(body, (0, -reach), (0, reach), half_width)
        shape.filter = pymunk.ShapeFilter(group=group)
        return self._admit(body, shape, (x, y), "soft", half_width * 2, velocity, spin, enters_s)

    def join(self, enters_s: float, *joints: pymunk.Constraint) -> None:
        """Add joints between bodies that enter at the same time."""
        self._joints += [(enters_s, joint) for joint in joints]

    def _admit(
        self, body: pymunk.Body, shape: pymunk.Shape, at: tuple[float, float], material: str, size: float,
        velocity: tuple[float, float], spin: float, enters_s: float,
    ) -> SimBody:  # fmt: skip
        shape.elasticity, shape.friction = MATERIALS[material].bounce, MATERIALS[material].friction
        body.position, body.velocity, body.angular_velocity = at, velocity, spin
        member = SimBody(len(self.bodies), body, [shape], material, size, enters_s)
        if isinstance(shape, pymunk.Circle):
            member.floats_at = [(0.0, size)]
        self.bodies.append(member)
        self._by_shape[shape] = member
        return member

    def each_step(self, act: Callable[[float], None]) -> None:
        """Call ``act`` with the time before every step."""
        self._every_step.append(act)

    # Running ---------------------------------------------------------------------------------------------------------

    def run(self, frames: int, fps: int) -> Take:
        """Simulate, noting every body's pose at every frame."""
        poses = np.full((frames, len(self.bodies), 3), np.nan)
        speeds = np.full((frames, len(self.bodies), 3), np.nan)
        dt = 1.0 / (fps * SUBSTEPS)
        for frame in range(frames):
            for _ in range(SUBSTEPS if frame else 0):
                self._step(dt)
            self._enter()
            for member in self.bodies:
                if member.entered:
                    position = member.body.position
                    poses[frame, member.index] = position.x, position.y, member.body.angle
                    speed = member.body.velocity
                    speeds[frame, member.index] = speed.x, speed.y, member.body.angular_velocity
        return Take(poses, sorted(self.contacts, key=lambda contact: contact.t), speeds)

    def _enter(self) -> None:
        for member in self.bodies:
            if not member.entered and member.enters_s <= self.now + 1e-9:
                member.entered = True
                self.space.add(member.body, *member.shapes)
        ready = [joint for enters_s, joint in self._joints if enters_s <= self.now + 1e-9]
        if ready:
            self.space.add(*ready)
            self._joints = [pair for pair in self._joints if pair[1] not in ready]

    def _step(self, dt: float) -> None:
        if self.water is not None:
            for member in self.bodies:
                if member.entered and member.floats_at:
                    self._carry(member, self.water)
        if self.wind:
            self._blow()
        for act in self._every_step:
            act(self.now)
        self.space.step(dt)
        self.now += dt

    def _blow(self) -> None:
        """Push bodies along with the wind: the lighter for their size, the more. It comes in gusts."""
        gust = self.wind * (1 + 0.5 * math.sin(1.9 * self.now) + 0.3 * math.sin(4.3 * self.now + 1.0))
        for member in self.bodies:
            if member.entered and member.body.body_type == pymunk.Body.DYNAMIC:
                light = 0.6 / MATERIALS[member.material].density
                member.body.force += ((gust - member.body.velocity.x) * member.body.mass * 0.35 * light, 0.0)

    def _carry(self, member: SimBody, water: Water) -> None:
        """Push a body up by the water it displaces, slow it, and let it ride the slope of the waves."""
        body = member.body
        weight = body.mass * float(self.space.gravity[1])
        cos, sin = math.cos(body.angle), math.sin(body.angle)
        share = 1.0 / len(member.floats_at)
        for offset, radius in member.floats_at:
            x, y = body.position.x + offset * cos, body.position.y + offset * sin
            depth = (y + radius - water.surface(x, self.now)) / (2 * radius)
            if depth <= 0:
                continue
            sunk = min(depth, 1.0)
            speed = body.velocity_at_world_point((x, y))
            lift = -weight * 2.4 * sunk * share - speed.y * body.mass * 3.2 * sunk * share
            drag = -speed.x * body.mass * 0.7 * sunk * share
            body.apply_force_at_world_point((drag, lift), (x, y))
            body.angular_velocity *= 1 - 0.012 * sunk
        if member.steer_x is not None:
            body.force += ((member.steer_x - body.velocity.x) * body.mass * 2.0, 0.0)

    def _touched(self, arbiter: pymunk.Arbiter, _space: pymunk.Space, _data: object) -> None:
        first, second = arbiter.shapes
        points = arbiter.contact_point_set.points
        if not points or len(self.contacts) >= _MOST_CONTACTS:
            return
        at = points[0].point_a
        if first.body is None or second.body is None:
            return
        speed = first.body.velocity_at_world_point(at) - second.body.velocity_at_world_point(at)
        closing = abs(speed.dot(arbiter.normal))
        mover = self._by_shape.get(first) or self._by_shape.get(second)
        if closing < _QUIETEST_SPEED or mover is None:
            return
        other = self._by_shape.get(second) if mover is self._by_shape.get(first) else None
        struck = other.material if other else (self._static.get(second) or self._static.get(first) or "stone")
        strength = min(1.0, (closing / 620.0) * (mover.size / 18.0) ** 0.5)
        self.contacts.append(Contact(
            self.now, at.x, strength, mover.material, struck, mover.size, at.y, mover.index,
            -1 if other is None else other.index, closing,
        ))  # fmt: skip
