"""The measures of a shot: how big the stage is in units, where its horizon and floor lie, how far the camera goes."""

import math
from dataclasses import dataclass

from generation.storyboard import Shot
from generation.world.vocabulary import SCENES

SHORT_SIDE = 360.0
_TRAVEL = {
    "still": 0.0, "drift": 26.0, "push_in": 10.0, "pull_back": 10.0, "rise": 10.0, "crane_down": 10.0,
    "handheld": 26.0, "tilt_up": 0.0, "tilt_down": 0.0,
}  # fmt: skip
_LENS = {"wide": 1.0, "medium": 1.6, "close": 2.3}
_TILT = 0.2
_PAN_SPEED = {"slow": 14.0, "medium": 24.0, "fast": 44.0}
_TRACK_SPEED = {"slow": 40.0, "medium": 70.0, "fast": 130.0}
_LEAD_SPEED = {"walk": 54.0, "run": 140.0, "drive": 120.0}
_FARTHEST = 900.0
PACE = {"slow": 0.7, "medium": 1.0, "fast": 1.55}


@dataclass(frozen=True, slots=True)
class Eye:
    """Where the camera is: how far to the right and up (units), its zoom, and its tilt (-1 down to 1 up)."""

    x: float
    up: float = 0.0
    zoom: float = 1.0
    tilt: float = 0.0


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
    amount: float = 1.0
    lens: float = 1.0  # how much larger than life actors are drawn: the camera stands closer, the set is out of focus
    cast_seed: int = 0  # decides how people and things look: the same in every shot of a film

    @classmethod
    def of(cls, shot: Shot, width_px: int, height_px: int, seed: int, cast_seed: int | None = None) -> "Plan":
        """Lay out a shot in a film of this size. ``seed`` is the place's, ``cast_seed`` the film's."""
        scale = min(width_px, height_px) / SHORT_SIDE
        width, height = width_px / scale, height_px / scale
        speed = {"track": _TRACK_SPEED, "pan_left": _PAN_SPEED, "pan_right": _PAN_SPEED}.get(shot.camera)
        travel = speed[shot.pace] * shot.seconds * shot.camera_amount if speed else _TRAVEL[shot.camera]
        if shot.camera == "track" and shot.things:
            lead = _LEAD_SPEED.get(shot.things[0].motion, 0.0) * PACE[shot.pace]
            travel = min(_FARTHEST, max(travel, lead * shot.seconds))
        on_water = SCENES[shot.scene].ground == "water"
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
            amount=shot.camera_amount,
            lens=1.0 if on_water else _LENS[shot.framing],  # waves are drawn for a wide one
            cast_seed=seed if cast_seed is None else cast_seed,
        )

    @property
    def extent(self) -> float:
        """How wide the stage is that the camera will see, in units."""
        return self.width + self.travel

    def camera_at(self, t: float) -> Eye:
        """Return where the camera is at ``t`` seconds, unless it follows someone."""
        share = min(1.0, t / self.seconds)
        # Eases in and out: nothing starts or stops with a jolt.
        eased = share * share * (3 - 2 * share)
        breath = 5.0 + 2 * math.sin(2 * math.pi * t / 5.0)
        match self.camera:
            case "pan_left":
                return Eye(self.travel * (1 - share))
            case "pan_right" | "track":
                return Eye(self.travel * share)
            case "push_in":
                return Eye(breath, zoom=1.0 + 0.14 * eased * self.amount)
            case "pull_back":
                return Eye(breath, zoom=1.0 + 0.14 * (1 - eased) * self.amount)
            case "rise":
                return Eye(breath, up=46.0 * eased * self.amount)
            case "crane_down":
                return Eye(breath, up=46.0 * (1 - eased) * self.amount)
            case "tilt_up" | "tilt_down":
                way = 2 * eased - 1 if self.camera == "tilt_up" else 1 - 2 * eased
                return Eye(0.0, zoom=1 + _TILT * min(2.0, self.amount), tilt=way)
            case "handheld":
                return self._handheld(t)
            case "still":
                return Eye(0.0)
            case _:
                return Eye(13.0 + 12.0 * min(1.0, self.amount) * math.sin(2 * math.pi * t / 9.0 - 0.6))

    def _handheld(self, t: float) -> Eye:
        """A hand is never still: three slow waves a side that do not repeat within a shot."""
        phase = self.seed % 17
        across = math.sin(2.3 * t + phase) + 0.6 * math.sin(4.9 * t + 1.3) + 0.25 * math.sin(9.7 * t)
        along = math.sin(2.9 * t + 2.0) + 0.5 * math.sin(5.7 * t + phase) + 0.25 * math.sin(10.9 * t + 0.4)
        steady = 1.7 * min(2.0, self.amount)
        return Eye(13.0 + steady * 2.2 * across, zoom=1.05, tilt=0.09 * steady * along)
