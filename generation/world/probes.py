"""Storyboards of plain physics whose truth is known in closed form: uniform motion, elastic collision, parabola.

The three kinds are those by which Kang et al. (2024, "How Far Is Video Generation from World Model: A Physical Law
Perspective") measure whether a video model has learnt a law or only remembers films. ``IN_RANGE`` and ``OUT_OF_RANGE``
keep sizes and speeds apart as they do: a model is trained on one and measured on both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from core.errors import InvalidInput
from core.hashing import stable_int
from generation.storyboard import Shot, Storyboard, Thing
from generation.world.props import RADII

_BALL = RADII["ball"] / 360  # the radius of a ball of size 1 in frame widths
_HUES = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")


@dataclass(frozen=True, slots=True)
class Ranges:
    """Between what a probe's radii (frame widths) and speeds (frame widths a second) are drawn."""

    radii: tuple[float, float]
    speeds: tuple[float, float]


IN_RANGE = Ranges((0.055, 0.085), (0.15, 0.45))
OUT_OF_RANGE = Ranges((0.095, 0.125), (0.5, 0.7))


def probe(kind: str, seed: int, ranges: Ranges = IN_RANGE, *, seconds: float = 1.5, side: int = 128) -> Storyboard:
    """Return a probe of one of ``PROBES`` as a storyboard of one shot. Raises ``InvalidInput`` for another kind."""
    if kind not in PROBES:
        raise InvalidInput(
            "unknown_probe", f"There is no probe {kind!r}.", "kind", f"One of: {', '.join(PROBES)}."
        )  # fmt: skip
    rng = Random(stable_int("probe", kind, seed, ranges))
    gravity, things = PROBES[kind](rng, ranges)
    shot = Shot(
        text=kind, seconds=seconds, scene="blank", style="paper", palette="natural", time_of_day="day",
        weather="clear", camera="still", pace="medium", things=things, gravity=gravity,
    )  # fmt: skip
    return Storyboard(prompt=kind, seed=seed, width=side, height=side, shots=(shot,))


def _ball(rng: Random, ranges: Ranges, name: str, hue: str, x: float, y: float, vx: float, vy: float) -> Thing:
    return Thing(
        kind="ball", name=name, colour=hue, size=rng.uniform(*ranges.radii) / _BALL, place=(x, y), velocity=(vx, vy),
        material="ideal",
    )  # fmt: skip


def _uniform(rng: Random, ranges: Ranges) -> tuple[float, tuple[Thing, ...]]:
    speed, way = rng.uniform(*ranges.speeds), rng.choice((-1, 1))
    x = 0.5 - way * rng.uniform(0.30, 0.36)
    return 0.0, (_ball(rng, ranges, "a", rng.choice(_HUES), x, rng.uniform(0.25, 0.75), way * speed, 0.0),)


def _collision(rng: Random, ranges: Ranges) -> tuple[float, tuple[Thing, ...]]:
    first, second = rng.sample(_HUES, 2)
    y = rng.uniform(0.3, 0.7)
    left = _ball(rng, ranges, "a", first, rng.uniform(0.16, 0.24), y, rng.uniform(*ranges.speeds), 0.0)
    right = _ball(rng, ranges, "b", second, rng.uniform(0.74, 0.82), y, -rng.uniform(*ranges.speeds), 0.0)
    return 0.0, (left, right)


def _parabola(rng: Random, ranges: Ranges) -> tuple[float, tuple[Thing, ...]]:
    speed, way = rng.uniform(*ranges.speeds), rng.choice((-1, 1))
    x = 0.5 - way * rng.uniform(0.30, 0.36)
    return 0.3, (_ball(rng, ranges, "a", rng.choice(_HUES), x, rng.uniform(0.18, 0.3), way * speed, 0.0),)


PROBES: dict[str, Callable[[Random, Ranges], tuple[float, tuple[Thing, ...]]]] = {
    "uniform": _uniform, "collision": _collision, "parabola": _parabola,
}  # fmt: skip
