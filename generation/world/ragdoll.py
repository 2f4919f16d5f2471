"""A person as jointed bodies: ten parts on hinges that bend as far as joints do, for when someone falls."""

import math

import pymunk

from generation.world.simulation import SimBody, Simulation
from generation.world.skeleton import FORE, HEAD, HIP, SHIN, SHOULDER, THIGH, UPPER

# Mass and half width of each part, in the order of ``RagdollActor.parts``.
_PARTS = ((24.0, 11.0), (7.0, 17.0), (8.5, 6.0), (3.6, 5.0), (8.5, 6.0), (3.6, 5.0), (1.7, 4.6), (1.3, 4.0), (1.7, 4.6),
          (1.3, 4.0))  # fmt: skip
_LIMITS = {  # how far one part may turn against the other, in radians, for someone who faces right
    (0, 1): (-0.5, 0.5), (0, 2): (-1.9, 0.5), (2, 3): (0.0, 2.3), (0, 4): (-1.9, 0.5), (4, 5): (0.0, 2.3),
    (0, 6): (-2.9, 1.0), (6, 7): (-2.2, 0.0), (0, 8): (-2.9, 1.0), (8, 9): (-2.2, 0.0),
}  # fmt: skip
# The parts of figures pass through one another: on a stage without depth, two who fall would burst apart.
_GROUP = 1000
_STIFF = 5200.0  # the most that a joint resists, so that limbs fall like limbs and not like string


def add_ragdoll(
    sim: Simulation, x: float, floor: float, size: float, facing: float, *, enters_s: float, trip: float
) -> list[SimBody]:
    """Add a standing figure that enters at ``enters_s`` tipping over its feet at ``trip`` radians a second."""
    parts: list[SimBody] = []
    for (mass, half), (top, low, dx) in zip(_PARTS, _layout(), strict=True):
        y = floor - (top + low) / 2 * size
        tip = trip * facing
        # Everything turns about the feet together: the higher, the faster.
        velocity = (tip * (floor - y), 0.0)
        parts.append(sim.limb(
            x + facing * dx * size, y, half * size, (top - low) * size / 2, mass * size, velocity=velocity, spin=tip,
            enters_s=enters_s, group=_GROUP,
        ))  # fmt: skip
    joints = {
        (0, 1): SHOULDER, (0, 2): HIP, (2, 3): HIP - THIGH, (0, 4): HIP, (4, 5): HIP - THIGH,
        (0, 6): SHOULDER - 5, (6, 7): SHOULDER - 5 - UPPER, (0, 8): SHOULDER - 5, (8, 9): SHOULDER - 5 - UPPER,
    }  # fmt: skip
    for (first, second), height in joints.items():
        one, other = parts[first].body, parts[second].body
        point = (other.position.x, floor - height * size)
        low, high = _LIMITS[first, second]
        if facing < 0:
            low, high = -high, -low
        friction = pymunk.SimpleMotor(one, other, 0.0)
        friction.max_force = _STIFF * size * (0.4 if first else 1.0)
        sim.join(
            enters_s, pymunk.PivotJoint(one, other, point), pymunk.RotaryLimitJoint(one, other, low, high), friction
        )
    return parts


def _layout() -> list[tuple[float, float, float]]:
    """Return upper and lower end of each part above the floor, and how far forward it hangs."""
    arm = SHOULDER - 5
    leg = [(HIP, HIP - THIGH), (HIP - THIGH, HIP - THIGH - SHIN)]
    return [
        (SHOULDER, HIP, 0.0), (SHOULDER + HEAD, SHOULDER, 0.0), (*leg[0], -2.0), (*leg[1], -2.0), (*leg[0], 3.0),
        (*leg[1], 3.0), (arm, arm - UPPER, -4.0), (arm - UPPER, arm - UPPER - FORE, -4.0), (arm, arm - UPPER, 3.0),
        (arm - UPPER, arm - UPPER - FORE, 3.0),
    ]  # fmt: skip


def trip_speed(seed_share: float) -> float:
    """Return how fast someone tips over, in radians a second."""
    return 0.9 + 0.8 * math.fabs(seed_share)
