"""How figures move: gaits whose feet stay where they are set down, and keyed motions between them."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from generation.world.skeleton import HIP, SHIN, THIGH, Flight, Pose, fly, reach

_STRIDE_HZ = 1.05
THROW_S, RELEASE_S = 2.4, 0.7
_LEG = THIGH + SHIN
_FLIGHT_GRAVITY = 760.0 / 1.3  # in units of a figure of usual size, so that big and small ones fall alike on screen
FLIP_S = 3.0  # crouch, flight, landing, and a moment to stand
_TAKE_OFF_S, _AIR_S = 0.55, 0.78
_WAY = -14.0


@dataclass(frozen=True, slots=True)
class Gait:
    """A way of going: length of a stride on the ground, share of time a foot is down, how high it is lifted."""

    stride: float
    duty: float
    lift: float
    crouch: float
    lean: float
    arm: float
    elbow: float
    bounce: float

    def hz(self, speed: float) -> float:
        """Return how many strides a second it takes at a speed (units of the figure a second)."""
        return speed * self.duty / self.stride


GAITS = {
    "walk": Gait(36.0, 0.62, 8.0, 2.6, 0.05, 0.5, 0.35, 1.6),
    "run": Gait(40.0, 0.36, 22.0, 6.0, 0.24, 1.0, 1.35, 6.0),
}


def pose_at(motion: str, t: float, phase: float, pace: float, speed: float = 0.0) -> Pose:
    """Return how a figure stands ``t`` seconds into its motion; ``speed`` is in units of the figure a second."""
    beat = 2 * math.pi * _STRIDE_HZ * pace * t + phase
    if motion in GAITS:
        gait = GAITS[motion]
        hz = gait.hz(speed) if speed else _STRIDE_HZ * pace * (1.0 if motion == "walk" else 1.65)
        return _going(gait, hz * t + phase / (2 * math.pi))
    match motion:
        case "drive":
            return _going(GAITS["walk"], _STRIDE_HZ * pace * t + phase / (2 * math.pi))
        case "jump":
            return _jump(t * pace + phase * 0.2)
        case "flip":
            return flip_at(t * min(1.25, pace), -1.0)
        case "score" | "miss":
            return shot_at(t)
        case "talk":
            return _talk(t, phase)
        case _:
            return _ON_THE_BEAT.get(motion, _standing)(beat)


def _standing(beat: float) -> Pose:
    breath = math.sin(beat * 0.35)
    arms = ((0.12 + 0.03 * breath, 0.12), (-0.12 - 0.03 * breath, -0.05))
    return Pose(((0.06, 0.0), (-0.06, 0.0)), arms, 0.7 * breath - 0.7, 0, 0, 0.05 * breath)


def _waving(beat: float) -> Pose:
    wave = math.sin(beat)
    arms = ((0.1, 0.15), (1.8 + 0.08 * wave, 0.75 + 0.45 * math.sin(beat * 2)))
    return Pose(((0.05, 0.0), (-0.05, 0.0)), arms, 0, 0.02 * wave)


def _floating(beat: float) -> Pose:
    wave = math.sin(beat)
    legs = ((0.4 + 0.15 * wave, 0.5), (-0.1 - 0.15 * wave, 0.4))
    return Pose(legs, ((1.3 + 0.2 * wave, 0.3), (-1.3 - 0.2 * wave, -0.3)), 6 * wave, 0, 0.12 * wave)


def _sleeping(beat: float) -> Pose:
    breath = 0.6 * math.sin(beat)
    return Pose(((-1.5, 1.6), (-1.45, 1.55)), ((-0.5, -0.9), (-0.4, -0.9)), -34 + breath, 0.1, 0, 0.35)


def _talk(t: float, phase: float) -> Pose:
    """Hands that go with the words: now one lifts, now the other, never in time with each other."""
    first = max(0.0, math.sin(1.9 * t + phase)) ** 2
    second = max(0.0, math.sin(1.3 * t + phase + 2.1)) ** 2
    arms = ((0.15 + 0.5 * first, 0.3 + 0.9 * first), (0.05 + 0.7 * second, 0.35 + 1.0 * second))
    nod = 0.06 * math.sin(3.1 * t + phase)
    return Pose(((0.06, 0.0), (-0.06, 0.0)), arms, -0.5, 0.03 * math.sin(0.9 * t + phase), 0, nod)


def _going(gait: Gait, strides: float) -> Pose:
    legs, arms = [], []
    for offset in (0.0, 0.5):
        share = (strides + offset) % 1.0
        legs.append(reach(_foot(gait, share)))
        swing = -math.cos(2 * math.pi * share)
        arms.append((gait.arm * swing * 0.9, gait.elbow))
    bob = gait.bounce * math.cos(4 * math.pi * (strides % 1.0 - gait.duty / 2))
    return Pose((legs[0], legs[1]), (arms[0], arms[1]), -gait.crouch + bob, gait.lean)


def _foot(gait: Gait, share: float) -> tuple[float, float]:
    """Return a foot from the hip: on the ground it goes back as fast as the body goes on, in the air it comes forward.

    What the body bobs is taken out again, so that the sole neither sinks nor floats.
    """
    bob = gait.bounce * math.cos(4 * math.pi * (share - gait.duty / 2))
    down = HIP + 1.5 - gait.crouch + bob
    if share < gait.duty:
        return gait.stride * (0.5 - share / gait.duty), down
    swing = (share - gait.duty) / (1 - gait.duty)
    eased = swing * swing * (3 - 2 * swing)
    return gait.stride * (eased - 0.5), down - gait.lift * math.sin(math.pi * swing)


def foot_falls(motion: str, seconds: float, phase: float, speed: float) -> list[float]:
    """Return when a foot is set down, in seconds."""
    gait = GAITS[motion]
    hz = gait.hz(speed)
    first = -phase / (2 * math.pi) % 0.5
    return [(first + 0.5 * number) / hz for number in range(int(2 * hz * seconds) + 1)
            if hz > 0 and (first + 0.5 * number) / hz < seconds]  # fmt: skip


def _dance(beat: float) -> Pose:
    wave = math.sin(beat)
    up = ((2.4 + 0.5 * wave, 0.6), (-2.4 + 0.5 * wave, -0.6))
    low = ((1.2 * wave, 1.6), (1.2 * wave + 0.4, -1.6))
    knees = 0.35 + 0.3 * abs(wave)
    legs = ((-knees + 0.2 * wave, knees * 1.7), (knees * 0.4 + 0.2 * wave, knees))
    arms = up if math.sin(beat / 4) > 0 else low
    return Pose(legs, arms, 4 * abs(wave) - 4, 0.16 * wave, 0, 0.12 * wave)


_ON_THE_BEAT = {
    "dance": _dance, "wave": _waving, "fly": _floating, "float": _floating, "swim": _floating, "sleep": _sleeping,
}  # fmt: skip


def _jump(t: float) -> Pose:
    cycle = t % 1.25
    if cycle < 0.3:
        dip = math.sin(math.pi * cycle / 0.3)
        legs, arms = ((0.7 * dip, -1.3 * dip), (0.6 * dip, -1.2 * dip)), ((-0.9 * dip, 0.2), (-0.8 * dip, 0.2))
        return Pose(legs, arms, -14 * dip, 0.2 * dip)
    if cycle < 1.0:
        share = (cycle - 0.3) / 0.7
        high = 4 * share * (1 - share)
        legs, arms = ((0.5 * high, -0.9 * high), (-0.2 * high, -0.5 * high)), ((2.5 * high, 0.2), (-2.5 * high, -0.2))
        return Pose(legs, arms, 74 * high)
    return Pose(((0.05, 0), (-0.05, 0)), ((0.2, 0.2), (-0.2, 0.2)))


def shot_at(t: float) -> Pose:
    """A throw every ``THROW_S``, let go after ``RELEASE_S``: knees bend, then all rises."""
    cycle = t % THROW_S
    if cycle < 0.45:
        dip = cycle / 0.45
        legs, arms = (
            ((0.5 * dip, -0.9 * dip), (0.3 * dip, -0.8 * dip)),
            ((0.8 + 0.5 * dip, 1.6), (0.7 + 0.5 * dip, 1.6)),
        )
        return Pose(legs, arms, -9 * dip, 0.12 * dip)
    if cycle < 0.95:
        rise = min(1.0, (cycle - 0.45) / 0.25)
        hop = math.sin(math.pi * min(1.0, (cycle - 0.45) / 0.5))
        arms = ((1.3 + 1.55 * rise, 1.6 - 1.5 * rise), (1.2 + 1.2 * rise, 1.6 - 1.4 * rise))
        return Pose(((0.05, 0), (-0.12, -0.3 * hop)), arms, 12 * hop)
    rest = min(1.0, (cycle - 0.95) / 0.5)
    return Pose(((0.08, 0), (-0.08, 0)), ((2.85 * (1 - rest) + 0.2, 0.1), (2.4 * (1 - rest) + 0.1, 0.1)), 0, 0.04)


# Tumbling ----------------------------------------------------------------------------------------------------

_STAND = Pose(((0.04, 0.0), (-0.04, 0.0)), ((0.15, 0.1), (-0.15, 0.1)))
_LOADED = Pose(((0.95, -1.75), (0.9, -1.7)), ((-0.9, 0.1), (-1.0, 0.1)), -21.0, 0.5)
_REACH = Pose(((-0.12, -0.05), (-0.16, -0.05)), ((2.95, 0.1), (2.85, 0.1)), 0.0, -0.06)
_TUCK = Pose(((2.1, -2.2), (2.05, -2.2)), ((1.25, 0.7), (1.2, 0.7)), 0.0, 0.35, 0.0, 0.35)
_OPEN = Pose(((0.35, -0.45), (0.3, -0.45)), ((1.6, 0.2), (1.5, 0.2)), 0.0, 0.2)
_ABSORB = Pose(((0.8, -1.45), (0.75, -1.45)), ((1.35, 0.1), (1.3, 0.1)), -15.0, 0.4)


def between(first: Pose, last: Pose, share: float) -> Pose:
    """Return the pose a share of the way from one to another, easing out of one and into the other."""
    eased = max(0.0, min(1.0, share))
    eased = eased * eased * (3 - 2 * eased)

    def mean(a: float, b: float) -> float:
        return a + (b - a) * eased

    def pair(
        a: tuple[tuple[float, float], tuple[float, float]], b: tuple[tuple[float, float], tuple[float, float]]
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        return (mean(a[0][0], b[0][0]), mean(a[0][1], b[0][1])), (mean(a[1][0], b[1][0]), mean(a[1][1], b[1][1]))

    return Pose(
        pair(first.legs, last.legs), pair(first.arms, last.arms), mean(first.lift, last.lift),
        mean(first.lean, last.lean), mean(first.turn, last.turn), mean(first.nod, last.nod),
    )  # fmt: skip


def _tumbling(share: float) -> Pose:
    """The shape of the body through a flight: long, drawn in, opened for the landing."""
    if share < 0.30:
        return between(_REACH, _TUCK, share / 0.30)
    if share < 0.60:
        return _TUCK
    return between(_TUCK, _OPEN, (share - 0.60) / 0.40)


@lru_cache(maxsize=8)
def flip_flight(turns: float, way: float) -> Flight:
    """Return the flight of one somersault (backwards negative), in units of a figure of usual size."""
    return fly(_tumbling, _AIR_S, turns, way, _FLIGHT_GRAVITY)


def flip_at(t: float, turns: float) -> Pose:
    """Return a gymnast's pose ``t`` seconds into somersault after somersault: load, fly, land, stand."""
    cycle, rounds = t % FLIP_S, int(t / FLIP_S)
    # One somersault goes a little back, the next comes home, so that the gymnast stays in the picture.
    start, way = (0.0, _WAY) if rounds % 2 == 0 else (_WAY, -_WAY)
    after = cycle - _TAKE_OFF_S - _AIR_S
    if cycle < _TAKE_OFF_S - 0.13:
        pose = between(_STAND, _LOADED, cycle / (_TAKE_OFF_S - 0.13))
    elif cycle < _TAKE_OFF_S:
        pose = between(_LOADED, _REACH, (cycle - _TAKE_OFF_S + 0.13) / 0.13)
    elif after < 0:
        shape, turn, hip = flip_flight(turns, way).at(cycle - _TAKE_OFF_S)
        return replace(shape, lift=-hip[1], turn=turn, shift=start + hip[0])
    else:
        start += way
        pose = between(_OPEN, _ABSORB, after / 0.16) if after < 0.16 else between(_ABSORB, _STAND, (after - 0.16) / 0.5)
    return replace(pose, shift=start)


def in_flight(motion: str, t: float) -> bool:
    """Tell whether a gymnast's feet are off the ground."""
    return motion == "flip" and 0 < t % FLIP_S - _TAKE_OFF_S < _AIR_S


def flip_landings(seconds: float, pace: float) -> list[float]:
    """Return when a gymnast lands, in seconds."""
    first, step = (_TAKE_OFF_S + _AIR_S) / min(1.25, pace), FLIP_S / min(1.25, pace)
    return [first + step * number for number in range(int(seconds / step) + 1) if first + step * number < seconds]
