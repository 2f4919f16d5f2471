"""What an actor draws on: a frame seen by the camera, in stage units."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from core.media.film import Frame
from generation.world.canvas import blit
from generation.world.look import Rgb
from generation.world.paint import Sprite
from generation.world.plan import Plan

LENS_MIDDLE = 0.46  # the share of the frame's height at which a closer lens has what it looks at


@dataclass(slots=True)
class View:
    """One frame and where the camera stands, in units."""

    frame: Frame
    plan: Plan
    camera_x: float
    camera_up: float
    focus: tuple[float, float] | None = None  # what a closer lens (``plan.lens``) has in the middle, in units

    def put(
        self, sprite: Sprite, x: float, y: float, *, turn: float = 0.0, grow: tuple[float, float] = (1.0, 1.0),
        alpha: float = 1.0, parallax: float = 1.0,
    ) -> None:  # fmt: skip
        """Draw a sprite with its pivot at a point of the stage."""
        px, py = self.pixel(x, y, parallax)
        blit(self.frame, sprite, px, py, turn=turn, grow=grow, alpha=alpha)

    def pixel(self, x: float, y: float, parallax: float = 1.0) -> tuple[float, float]:
        """Return where a point of the stage is in the frame, in pixels."""
        plan = self.plan
        px, py = x - self.camera_x * parallax, y + self.camera_up * parallax
        if self.focus is None:
            return px * plan.scale, py * plan.scale
        closer = plan.scale * plan.lens
        return (
            (px - self.focus[0]) * closer + plan.width * plan.scale / 2,
            (py - self.focus[1]) * closer + plan.height * plan.scale * LENS_MIDDLE,
        )

    def line(self, points: list[tuple[float, float]], width: float, colour: Rgb) -> None:
        """Draw an open line, smooth and with round ends."""
        pixels = np.array([self.pixel(x, y) for x, y in points]) - 0.5
        fixed = np.asarray(np.round(pixels * 16), np.int32)
        thickness = max(1, round(width * self.plan.scale * (1.0 if self.focus is None else self.plan.lens)))
        paint = (int(colour[0]), int(colour[1]), int(colour[2]))
        cv2.polylines(self.frame, [fixed], False, paint, thickness, cv2.LINE_AA, 4)


class Actor(Protocol):
    """Someone or something on the stage. Lower ``depth`` is drawn first: it stands further back."""

    depth: float

    def draw(self, view: View, t: float) -> None:
        """Draw yourself as you are at ``t`` seconds into the shot."""
        ...
