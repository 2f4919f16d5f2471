"""The articulated skeleton of a figure: its segments, where its joints are in a pose, and how it turns in the air.

Masses are shares of the body's (de Leva 1996, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters", male,
rounded; the head is heavier here because it is drawn larger). In the air nothing pushes: the centre of mass falls along
a parabola and angular momentum stays what it was at take-off, so that drawing in the limbs speeds up the turn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIP, THIGH, SHIN, SHOULDER, UPPER, FORE, HEAD = 52.0, 27.0, 27.0, 92.0, 20.0, 19.0, 26.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles in radians from hanging straight down, forward positive; how far the body is lifted and turned."""

    legs: tuple[tuple[float, float], tuple[float, float]]
    arms: tuple[tuple[float, float], tuple[float, float]]
    lift: float = 0.0
    lean: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    shift: float = 0.0


# Mass of each segment: trunk, head, then thigh, shin, upper arm and forearm of each side.
_MASSES = np.array([0.40, 0.11, 0.142, 0.057, 0.142, 0.057, 0.027, 0.022, 0.027, 0.016])
_MASSES = _MASSES / _MASSES.sum()
_LENGTHS = np.array([SHOULDER - HIP, HEAD, THIGH, SHIN, THIGH, SHIN, UPPER, FORE, UPPER, FORE])


def segments(pose: Pose) -> NDArray[np.float64]:
    """Return both ends of every segment, (10, 2, 2), from the hip, x forward and y down, before the body's own turn."""
    shoulder = (math.sin(pose.lean) * (SHOULDER - HIP), -math.cos(pose.lean) * (SHOULDER - HIP))
    lean = pose.lean + pose.nod
    crown = (shoulder[0] + math.sin(lean) * HEAD, shoulder[1] - math.cos(lean) * HEAD)
    ends: list[tuple[tuple[float, float], tuple[float, float]]] = [((0.0, 0.0), shoulder), (shoulder, crown)]
    for (first, second), start, upper, lower in (
        (pose.legs[0], (0.0, 0.0), THIGH, SHIN), (pose.legs[1], (0.0, 0.0), THIGH, SHIN),
        (pose.arms[0], shoulder, UPPER, FORE), (pose.arms[1], shoulder, UPPER, FORE),
    ):  # fmt: skip
        joint = (start[0] + math.sin(first) * upper, start[1] + math.cos(first) * upper)
        end = (joint[0] + math.sin(first + second) * lower, joint[1] + math.cos(first + second) * lower)
        ends += [(start, joint), (joint, end)]
    return np.array(ends, np.float64)


def centre_of_mass(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centre of mass of segments (..., 10, 2, 2), shape (..., 2)."""
    return np.asarray((ends.mean(axis=-2) * _MASSES[:, None]).sum(axis=-2))


def inertia(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the moment of inertia about the centre of mass: segments are thin rods."""
    middle = ends.mean(axis=-2)
    away = middle - centre_of_mass(ends)[..., None, :]
    return np.asarray((_MASSES * ((away**2).sum(axis=-1) + _LENGTHS**2 / 12)).sum(axis=-1))


def momentum(ends: NDArray[np.float64], dt: float) -> NDArray[np.float64]:
    """Return the angular momentum about the centre of mass over time, for segments (n, 10, 2, 2) ``dt`` s apart."""
    middle = ends.mean(axis=-2)
    away = middle - centre_of_mass(ends)[:, None, :]
    speed = np.gradient(away, dt, axis=0)
    along = ends[:, :, 1] - ends[:, :, 0]
    spin = np.gradient(np.unwrap(np.arctan2(along[..., 1], along[..., 0]), axis=0), dt, axis=0)
    orbital = away[..., 0] * speed[..., 1] - away[..., 1] * speed[..., 0]
    return np.asarray((_MASSES * (orbital + spin * _LENGTHS**2 / 12)).sum(axis=-1))


def turned(ends: NDArray[np.float64], angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return segments (n, 10, 2, 2) turned about the hip by an angle for each moment."""
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    x, y = ends[..., 0], ends[..., 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)


@dataclass(frozen=True, slots=True)
class Flight:
    """A body in the air: at moments ``dt`` apart, its pose, its turn, and where its hip is from take-off (units)."""

    poses: list[Pose]
    turns: NDArray[np.float64]
    hips: NDArray[np.float64]
    dt: float

    def at(self, t: float) -> tuple[Pose, float, tuple[float, float]]:
        """Return pose, turn and hip at ``t`` seconds after take-off."""
        place = min(max(t / self.dt, 0.0), len(self.poses) - 1.0)
        low, share = int(place), place - int(place)
        high = min(low + 1, len(self.poses) - 1)
        hip = self.hips[low] * (1 - share) + self.hips[high] * share
        turn = self.turns[low] * (1 - share) + self.turns[high] * share
        return self.poses[low if share < 0.5 else high], float(turn), (float(hip[0]), float(hip[1]))


def fly(keyed: Callable[[float], Pose], seconds: float, turns: float, way: float, gravity: float) -> Flight:
    """Return a flight of ``seconds`` through the poses of ``keyed`` (share of the flight to pose).

    The body makes ``turns`` whole turns (backwards negative) by the time it lands ``way`` units on. The angular
    momentum that this takes is found exactly: the angle is linear in it.
    """
    count = max(24, round(seconds * 240))
    dt = seconds / count
    poses = [keyed(number / count) for number in range(count + 1)]
    shape = np.stack([segments(pose) for pose in poses])
    # dphi/dt = (L - h) / I, where h is the momentum of the limbs moving within the body.
    own, moment = momentum(shape, dt), inertia(shape)
    unit, lag = _integral(1 / moment, dt), _integral(own / moment, dt)
    level = (2 * math.pi * turns + lag[-1]) / unit[-1]
    angles = level * unit - lag
    rotated = turned(shape, angles)
    centre = centre_of_mass(rotated)
    t = np.arange(count + 1) * dt
    start, end = centre[0], centre[-1]
    # The centre of mass flies free from where it was at take-off to where the landing pose has it.
    rise = (end[1] - start[1]) / seconds - gravity * seconds / 2
    path = np.stack([start[0] + (way + end[0] - start[0]) * t / seconds, start[1] + rise * t + gravity * t * t / 2], 1)
    return Flight(poses, angles, path - centre, dt)


def _integral(rate: NDArray[np.float64], dt: float) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * dt)])


def reach(foot: tuple[float, float], upper: float = THIGH, lower: float = SHIN) -> tuple[float, float]:
    """Return the hip and knee angles that put a foot at (forward, down) from the hip, the knee bending forward."""
    far = min(math.hypot(*foot), upper + lower - 0.05)
    bend = math.acos(max(-1.0, min(1.0, (upper**2 + lower**2 - far**2) / (2 * upper * lower))))
    aside = math.acos(max(-1.0, min(1.0, (upper**2 + far**2 - lower**2) / (2 * upper * far))))
    return math.atan2(foot[0], foot[1]) + aside, -(math.pi - bend)
