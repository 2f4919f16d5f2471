"""The camera of a shot: where it stands and what it follows, how far it has come in, and what it makes of a frame."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from generation.storyboard import Shot
from generation.world.canvas import lay
from generation.world.effects import vignette
from generation.world.plan import Eye, Plan
from generation.world.scenery import Scenery
from generation.world.view import LENS_MIDDLE, Actor, View

_VIGNETTE = {"cinematic": 0.34, "anime": 0.12, "paper": 0.16, "neon": 0.30, "realistic": 0.22}
_ACTS_BEFORE_FOREGROUND = 0.86
_FOLLOW_S = 0.9  # how long the camera takes to come round to where its target has gone
_AHEAD = 0.42  # where in the frame a followed target is kept: it has more room before it than behind
_BAR = 0.042
_WIDE_RATIO = 2.39

Target = Callable[[float], tuple[float, float]]


@dataclass(slots=True)
class Rig:
    """Knows where the camera is at any frame. ``target`` gives the middle of whom it looks at, in units."""

    plan: Plan
    frames: int
    fps: int
    target: Target | None = None
    _ways: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    _gaze: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))

    def __post_init__(self) -> None:
        if self.target is None:
            return
        seen = np.array([self.target(number / self.fps) for number in range(self.frames)], np.float64)
        smooth = _smoothed(seen, _FOLLOW_S * self.fps)
        if self.plan.camera == "track" and self.plan.travel:
            self._ways = np.clip(smooth[:, 0] - self.plan.width * _AHEAD, 0, self.plan.travel)
        if self.plan.lens > 1:
            self._gaze = smooth

    def eye(self, t: float) -> Eye:
        """Return where the camera is at ``t`` seconds."""
        eye = self.plan.camera_at(t)
        if len(self._ways):
            return Eye(float(self._ways[self._frame(t)]))
        # Seen from close by, a camera that goes its usual way would fly past everything.
        return Eye(eye.x / self.plan.lens, eye.up / self.plan.lens, eye.zoom, eye.tilt) if self.plan.lens > 1 else eye

    def focus(self, t: float, eye: Eye) -> tuple[float, float] | None:
        """Return what a closer lens has in the middle, in units of the frame; None for a wide one."""
        plan = self.plan
        if plan.lens <= 1:
            return None
        x, y = self._gaze[self._frame(t)] if len(self._gaze) else (plan.width / 2 + eye.x, plan.floor - 110)
        half = plan.width / (2 * plan.lens)
        above, below = plan.height * LENS_MIDDLE / plan.lens, plan.height * (1 - LENS_MIDDLE) / plan.lens
        return (
            float(min(max(x - eye.x, half), plan.width - half)),
            float(min(max(y + eye.up, above), plan.height - below)),
        )

    def zoom_at(self, eye: Eye) -> tuple[float, float, float]:
        """Return what the lens's zoom does to a picture: its factor, and how far right and down it moves (px)."""
        plan, zoom = self.plan, eye.zoom
        width, height = plan.width * plan.scale, plan.height * plan.scale
        spare = height * (zoom - 1) / 2
        # About the middle of the stage at about the height of a face, unless it tilts.
        down = -spare + eye.tilt * spare * 0.98 if eye.tilt else (1 - zoom) * plan.floor * plan.scale * 0.85
        return zoom, (1 - zoom) * width / 2, down

    def zoomed(self, eye: Eye, x: float, y: float) -> tuple[float, float]:
        """Return where a pixel of the picture before the zoom is after it."""
        zoom, right, down = self.zoom_at(eye)
        return zoom * x + right, zoom * y + down

    def _frame(self, t: float) -> int:
        return min(len(self._ways) or len(self._gaze), max(1, round(t * self.fps) + 1)) - 1


def _smoothed(path: NDArray[np.float64], frames: float) -> NDArray[np.float64]:
    """Return a path as a hand follows it: the mean of a window, so that it neither lags nor jolts."""
    reach = max(1, round(frames / 2))
    padded = np.concatenate([np.repeat(path[:1], reach, 0), path, np.repeat(path[-1:], reach, 0)])
    sums = np.cumsum(np.concatenate([np.zeros((1, path.shape[1])), padded]), axis=0)
    window = 2 * reach + 1
    return np.asarray((sums[window:] - sums[:-window]) / window)


class Lens:
    """Draws the frames of one shot: set, actors, foreground, then zoom, vignette, grade and bars."""

    def __init__(
        self, shot: Shot, plan: Plan, rig: Rig, scenery: Scenery, actors: list[Actor], size: tuple[int, int]
    ) -> None:
        self._shot, self._plan, self._rig, self._scenery, self._actors = shot, plan, rig, scenery, actors
        width, height = size
        self._vignette = vignette(height, width, _VIGNETTE[shot.style])
        self._bars = _bar(width, height) if shot.style == "cinematic" else 0
        self._grade = GRADES.get(shot.style)
        self._still = not any(layer.drift for layer in scenery.behind)
        self._kept: tuple[tuple[float, ...], Frame] | None = None

    def frame(self, t: float) -> Frame:
        """Return the picture at ``t`` seconds into the shot."""
        eye = self._rig.eye(t)
        focus = self._rig.focus(t, eye)
        frame = self._set(eye, focus, t)
        view = View(frame, self._plan, eye.x, eye.up, focus)
        for actor in self._actors:
            if actor.depth <= _ACTS_BEFORE_FOREGROUND:
                actor.draw(view, t)
        if focus is None:
            scale = self._plan.scale
            for layer in self._scenery.before:
                lay(frame, layer, eye.x * scale, eye.up * scale, t)
        for actor in self._actors:
            if actor.depth > _ACTS_BEFORE_FOREGROUND:
                actor.draw(view, t)
        return self._finished(self._zoomed(frame, eye))

    def _set(self, eye: Eye, focus: tuple[float, float] | None, t: float) -> Frame:
        """Return what stands behind the actors; a set that nothing moves before is drawn once."""
        key = (eye.x, eye.up, *(focus or ()))
        if self._kept is not None and self._kept[0] == key:
            return self._kept[1].copy()
        scale = self._plan.scale
        frame = self._scenery.sky.copy()
        for layer in self._scenery.behind:
            lay(frame, layer, eye.x * scale, eye.up * scale, t)
        if focus is not None:
            frame = _come_in(frame, self._plan, focus)
        if self._still:
            self._kept = key, frame.copy()
        return frame

    def _zoomed(self, frame: Frame, eye: Eye) -> Frame:
        if eye.zoom <= 1.0005:
            return frame
        height, width = frame.shape[:2]
        zoom, right, down = self._rig.zoom_at(eye)
        matrix = np.array([[zoom, 0, right], [0, zoom, down]], np.float64)
        return np.asarray(cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)

    def _finished(self, frame: Frame) -> Frame:
        cv2.multiply(frame, self._vignette, dst=frame, scale=1 / 255)
        if self._grade is not None:
            frame = np.asarray(cv2.LUT(frame, self._grade), np.uint8)
        if self._bars:
            frame[: self._bars] = 0
            frame[-self._bars :] = 0
        return frame


def _come_in(frame: Frame, plan: Plan, focus: tuple[float, float]) -> Frame:
    """Return a frame as a closer lens sees it, with ``focus`` (units) in its middle."""
    zoom, scale = plan.lens, plan.scale
    height, width = frame.shape[:2]
    matrix = np.array(
        [[zoom, 0, width / 2 - focus[0] * scale * zoom], [0, zoom, height * LENS_MIDDLE - focus[1] * scale * zoom]],
        np.float64,
    )
    return np.asarray(
        cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _bar(width: int, height: int) -> int:
    """Return how high the black bars of the cinema are: a wide picture is cut to 2.39 to 1, a tall one a little."""
    if width > height:
        return max(0, round((height - width / _WIDE_RATIO) / 2))
    return round(height * _BAR)


def _grade(shadows: tuple[int, int, int], lights: tuple[int, int, int], contrast: float) -> Frame:
    """Return a table (256, 1, 3) that moves dark tones towards one tint and light ones towards another."""
    level = np.arange(256, dtype=np.float64)
    share = level / 255
    curve = share + contrast * np.sin(2 * math.pi * (share - 0.5)) / (2 * math.pi)
    table = np.empty((256, 1, 3), np.float64)
    for channel in range(3):
        tint = shadows[channel] * (1 - share) ** 2 + lights[channel] * share**2
        table[:, 0, channel] = curve * 255 + tint
    return np.clip(table + 0.5, 0, 255).astype(np.uint8)


GRADES: dict[str, Frame] = {
    "cinematic": _grade((-4, 2, 12), (10, 3, -10), 0.35),
    "realistic": _grade((2, 2, 4), (-4, -4, -6), 0.22),
}
