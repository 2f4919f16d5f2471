"""Actors that show what physics moves or holds: a simulated body, something fixed, a string, a jointed figure."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from generation.world.look import Rgb
from generation.world.paint import Sprite
from generation.world.people import Figure, FigureActor
from generation.world.skeleton import HEAD, SHIN, SHOULDER, THIGH
from generation.world.view import View


@dataclass(slots=True)
class BodyActor:
    """Shows a simulated body, and its shadow on the floor below it."""

    index: int
    sprite: Sprite
    shadow: Sprite | None
    floor: float
    depth: float = 0.6
    poses: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    fps: int = 24
    held: Callable[[float], tuple[float, float]] | None = None  # the hand it lies in before it is let go
    held_from_s: float = 0.0

    def pose(self, t: float) -> tuple[float, float, float] | None:
        """Return x, y and angle at a moment, or None before it is there."""
        frame = min(round(t * self.fps), len(self.poses) - 1)
        x, y, angle = self.poses[frame]
        if not math.isnan(x):
            return float(x), float(y), float(angle)
        if self.held is None or t < self.held_from_s:
            return None
        return (*self.held(t), 0.0)

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle is; before it enters, where it will."""
        pose = self.pose(t)
        if pose is not None:
            return pose[0], pose[1]
        entered = self.poses[~np.isnan(self.poses[:, 0])]
        return (float(entered[0, 0]), float(entered[0, 1])) if len(entered) else (0.0, 0.0)

    def draw(self, view: View, t: float) -> None:
        """Draw the body where physics has it."""
        pose = self.pose(t)
        if pose is None:
            return
        x, y, angle = pose
        if self.shadow is not None and y < self.floor:
            near = max(0.0, 1.0 - (self.floor - y) / 330.0)
            view.put(self.shadow, x, self.floor + 1, grow=(1.25 - 0.4 * near, 1.0), alpha=0.25 + 0.75 * near)
        view.put(self.sprite, x, y, turn=angle)


@dataclass(slots=True)
class FixedActor:
    """Shows something that does not move."""

    sprite: Sprite
    x: float
    y: float
    turn: float = 0.0
    depth: float = 0.5

    def draw(self, view: View, t: float) -> None:
        """Draw it in its place."""
        del t
        view.put(self.sprite, self.x, self.y, turn=self.turn)


@dataclass(slots=True)
class StringActor:
    """The string of a pendulum, from its nail to its bob."""

    bob: BodyActor
    nail: tuple[float, float]
    colour: Rgb
    depth: float = 0.55

    def draw(self, view: View, t: float) -> None:
        """Draw the string as it hangs now."""
        pose = self.bob.pose(t)
        if pose is not None:
            view.line([self.nail, (pose[0], pose[1])], 1.2, self.colour)


@dataclass(slots=True)
class RagdollActor:
    """A figure that stands until it loses its footing; from then on physics moves each of its parts.

    ``parts`` are the indices of its bodies: trunk, head, then thigh, shin of each leg, then upper, fore of each arm.
    """

    standing: FigureActor
    parts: list[int]
    depth: float = 0.64
    poses: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 3)))
    fps: int = 24

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its face is, or once it falls its trunk."""
        pose = self._pose(t)
        return self.standing.spot(t) if pose is None else (float(pose[0][0]), float(pose[0][1]))

    def draw(self, view: View, t: float) -> None:
        """Draw it standing, or every part where physics has it."""
        pose = self._pose(t)
        if pose is None:
            self.standing.draw(view, t)
            return
        figure, k, facing = self.standing.figure, self.standing.size, self.standing.facing
        view.put(figure.shadow, float(pose[0][0]), self.standing.floor + 1)
        for sprite, place, reach in _drawn_parts(figure):
            x, y, angle = (float(value) for value in pose[place])
            # A sprite is placed by its upper joint, a body by its middle; trunk and head by their lower ends.
            dx, dy = -math.sin(angle) * reach * k, math.cos(angle) * reach * k
            view.put(sprite, x + dx, y + dy, turn=angle, grow=(facing, 1.0))

    def _pose(self, t: float) -> NDArray[np.float64] | None:
        pose = self.poses[min(round(t * self.fps), len(self.poses) - 1)][self.parts]
        return None if np.isnan(pose).any() else np.asarray(pose)


def _drawn_parts(figure: Figure) -> list[tuple[Sprite, int, float]]:
    """Return sprites from the furthest to the nearest, the part each shows, and how far below its middle it is held."""
    trunk, neck = (SHOULDER - 52.0) / 2 + 4, HEAD / 2 + 6
    return [
        (figure.shin, 3, -SHIN / 2), (figure.thigh, 2, -THIGH / 2), (figure.fore, 7, -9.5), (figure.upper, 6, -10.0),
        (figure.shin, 5, -SHIN / 2), (figure.thigh, 4, -THIGH / 2), (figure.torso, 0, trunk), (figure.blink, 1, neck),
        (figure.fore, 9, -9.5), (figure.upper, 8, -10.0),
    ]  # fmt: skip
