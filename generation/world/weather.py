"""Weather that lies over the picture: rain with its rings, and fog."""

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

from core.media.film import Frame
from generation.world.look import Look, Rgb
from generation.world.plan import Plan
from generation.world.view import View


@dataclass(slots=True)
class RainActor:
    """Streaks of rain, and rings where they land."""

    plan: Plan
    colour: Rgb
    count: int
    seed: int
    depth: float = 0.92

    def draw(self, view: View, t: float) -> None:
        """Draw the streaks of this moment."""
        rng = np.random.default_rng(self.seed)
        plan, scale = self.plan, self.plan.scale
        near = rng.uniform(0.5, 1.0, self.count)
        x0 = rng.uniform(-40, plan.width + 40, self.count)
        y = (rng.uniform(0, 1, self.count) * (plan.height + 60) + 620 * near * t) % (plan.height + 60) - 50
        x = (x0 - 70 * near * t - view.camera_x * near) % (plan.width + 80) - 40
        streaks = np.stack([np.stack([x, y], 1), np.stack([x - 3.4 * near, y + 26 * near], 1)], 1)
        overlay = view.frame.copy()
        fixed = np.asarray(np.round(streaks * scale * 16), np.int32)
        paint = (int(self.colour[0]), int(self.colour[1]), int(self.colour[2]))
        cv2.polylines(overlay, list(fixed), False, paint, max(1, round(0.9 * scale)), cv2.LINE_AA, 4)
        cv2.addWeighted(overlay, 0.42, view.frame, 0.58, 0, dst=view.frame)
        self._rings(view, t, paint)

    def _rings(self, view: View, t: float, paint: tuple[int, int, int]) -> None:
        plan = self.plan
        if view.focus is not None:
            return  # a closer lens does not see the ground
        for number in range(14):
            cycle = t * 1.6 + number * 0.37
            rng = Random(f"{self.seed}:{number}:{int(cycle)}")
            x, y = rng.uniform(0, plan.width), rng.uniform(plan.floor - 24, plan.height)
            grown = cycle % 1.0
            centre = (round(x * plan.scale * 16), round((y + view.camera_up) * plan.scale * 16))
            axes = (round(9 * grown * plan.scale * 16), round(2.6 * grown * plan.scale * 16))
            if grown < 0.7:
                cv2.ellipse(view.frame, centre, axes, 0, 0, 360, paint, 1, cv2.LINE_AA, 4)


@dataclass(slots=True)
class FogActor:
    """Banks of fog that drift across, thickest along the ground: a veil over all that stands behind it."""

    plan: Plan
    look: Look
    depth: float = 0.84
    _bank: Frame | None = None

    def draw(self, view: View, t: float) -> None:
        """Draw the fog of this moment."""
        frame = view.frame
        height, width = frame.shape[:2]
        if self._bank is None:
            self._bank = self._painted(height, width)
        shift = int(t * 9 * self.plan.scale * self.plan.pace + view.camera_x * self.plan.scale) % width
        veil = np.roll(self._bank, -shift, axis=1)
        colour = np.asarray(np.round(self.look.haze), np.uint8)
        cv2.multiply(frame, cv2.bitwise_not(veil), dst=frame, scale=1 / 255)
        cv2.add(
            frame,
            np.asarray(cv2.multiply(veil, np.broadcast_to(colour, veil.shape).copy(), scale=1 / 255), np.uint8),
            dst=frame,
        )

    def _painted(self, height: int, width: int) -> Frame:
        """Return how thick the fog is, 0 to 255, periodic from side to side."""
        rng = np.random.default_rng(self.plan.seed)
        across = np.arange(width) / width * 2 * np.pi
        down = np.linspace(0, 1, height)[:, None]
        thick = np.zeros((height, width))
        for waves in (1, 2, 3, 5):
            phase, tilt = rng.uniform(0, 6.3), rng.uniform(-9, 9)
            thick += np.sin(waves * across[None, :] + phase + tilt * down) / waves
        ground = np.exp(-(((down - self.plan.floor / self.plan.height * 0.86) / 0.3) ** 2))
        cover = np.clip(0.16 + 0.42 * ground + 0.10 * thick * (0.3 + ground), 0, 0.78)
        return np.repeat((cover * 255).astype(np.uint8)[..., None], 3, axis=2)
