"""The measures of a shot: how big the stage is in units, where its horizon and floor lie, how far the camera goes."""

import math
from dataclasses import dataclass

from generation.storyboard import Shot

SHORT_SIDE = 360.0
_TRAVEL = {"still": 0.0, "drift": 26.0, "push_in": 10.0, "pull_back": 10.0, "rise": 10.0}
_PAN_SPEED = {"slow": 14.0, "medium": 24.0, "fast": 44.0}
_TRACK_SPEED = {"slow": 40.0, "medium": 70.0, "fast": 130.0}
PACE = {"slow": 0.7, "medium": 1.0, "fast": 1.55}


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures in stage units (the shorter side is 360 of them), y down, and ``scale`` in pixels per unit."""

    width: float
    height: float
    scale: float
    horizon: float
    floor: float
    seconds: float
    seed: int
    camera: str
    pace: float
    travel: float

    @classmethod
    def of(cls, shot: Shot, width_px: int, height_px: int, seed: int) -> "Plan":
        """Lay out a shot in a film of this size."""
        scale = min(width_px, height_px) / SHORT_SIDE
        width, height = width_px / scale, height_px / scale
        speed = {"track": _TRACK_SPEED, "pan_left": _PAN_SPEED, "pan_right": _PAN_SPEED}.get(shot.camera)
        travel = speed[shot.pace] * shot.seconds if speed else _TRAVEL[shot.camera]
        tall = height > width
        return cls(
            width=width,
            height=height,
            scale=scale,
            horizon=height * (0.56 if tall else 0.55),
            floor=height * (0.79 if tall else 0.83),
            seconds=shot.seconds,
            seed=seed,
            camera=shot.camera,
            pace=PACE[shot.pace],
            travel=travel,
        )

    @property
    def extent(self) -> float:
        """How wide the stage is that the camera will see, in units."""
        return self.width + self.travel

    def camera_at(self, t: float) -> tuple[float, float, float]:
        """Return how far the camera has gone to the right and up, in units, and its zoom, at ``t`` seconds."""
        share = t / self.seconds
        # Eases in and out: nothing starts or stops with a jolt.
        eased = share * share * (3 - 2 * share)
        breath = math.sin(2 * math.pi * t / 5.0)
        match self.camera:
            case "pan_left":
                return self.travel * (1 - share), 0.0, 1.0
            case "pan_right" | "track":
                return self.travel * share, 0.0, 1.0
            case "push_in":
                return 5.0 + breath * 2, 0.0, 1.0 + 0.14 * eased
            case "pull_back":
                return 5.0 + breath * 2, 0.0, 1.14 - 0.14 * eased
            case "rise":
                return 5.0 + breath * 2, 46.0 * eased, 1.0
            case "still":
                return 0.0, 0.0, 1.0
            case _:
                return 13.0 + 12.0 * math.sin(2 * math.pi * t / 9.0 - 0.6), 0.0, 1.0
