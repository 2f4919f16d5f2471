"""Flashes that can bring on a seizure, measured as WCAG 2.2's general and red flash thresholds define them.

Success criterion 2.3.1: a flash is a pair of opposing changes in relative luminance of 10% or more of the maximum where
the darker picture is below 0.80, or a pair of opposing changes involving a saturated red; more than three within one
second over a quarter of the central field of view is unsafe. A phone fills less than that field, so a quarter of the
picture is taken: stricter than the rule asks.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame

Grid = NDArray[np.float32]

SAFE_FLASHES_PER_S = 3.0
_CELL_PX = 16
_AREA_SHARE = 0.25
_LUMINANCE_STEP = 0.10
_DARKER_BELOW = 0.80
_RED_STEP = 20 / 320
_LINEAR: Grid = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
_WEIGHTS = np.asarray([0.2126, 0.7152, 0.0722], dtype=np.float32)


class _Swings:
    """Counts changes of direction that are at least ``step`` high, made by enough of the picture at once."""

    def __init__(self, step: float, darker_below: float) -> None:
        self._step = step
        self._darker_below = darker_below
        self._direction: NDArray[np.int8] | None = None
        self._low: Grid
        self._high: Grid
        self._last = 0
        self.moments: list[float] = []

    def see(self, grid: Grid, second: float) -> None:
        """Take the next picture's values, shape (rows, columns)."""
        if self._direction is None or self._direction.shape != grid.shape:
            self._direction = np.zeros(grid.shape, dtype=np.int8)
            self._low, self._high = grid.copy(), grid.copy()
            return
        up = (grid - self._low >= self._step) & (self._low < self._darker_below) & (self._direction != 1)
        down = (self._high - grid >= self._step) & (grid < self._darker_below) & (self._direction != -1)
        turned = up | down
        self._direction = np.where(up, np.int8(1), np.where(down, np.int8(-1), self._direction))
        self._low = np.where(turned, grid, np.minimum(self._low, grid))
        self._high = np.where(turned, grid, np.maximum(self._high, grid))
        self._note(float(up.mean()), float(down.mean()), second)

    def _note(self, up: float, down: float, second: float) -> None:
        if max(up, down) < _AREA_SHARE:
            return
        direction = 1 if up >= down else -1
        if direction != self._last:
            self._last = direction
            self.moments.append(second)


class FlashMeter:
    """Takes every frame of a film and says how many flashes its worst second has. About 0.1 ms a frame."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._luminance = _Swings(_LUMINANCE_STEP, _DARKER_BELOW)
        self._red = _Swings(_RED_STEP, np.inf)

    def see(self, frame: Frame, index: int) -> None:
        """Take frame ``index``, (H, W, 3); frames come in order."""
        cells: Grid = _LINEAR[frame[_CELL_PX // 2 :: _CELL_PX, _CELL_PX // 2 :: _CELL_PX]]
        self._luminance.see((cells @ _WEIGHTS).astype(np.float32), index / self._fps)
        self._red.see(_saturated_red(cells), index / self._fps)

    def flashes_per_s(self) -> float:
        """Return the flashes in the worst second: half the swings, since a flash is a pair."""
        return max(_most_in_a_second(swings.moments) / 2 for swings in (self._luminance, self._red))

    def worst_second(self) -> float:
        """Return when, in seconds from the start, the first swing of the flashing came; 0 if there was none."""
        moments = self._luminance.moments or self._red.moments
        return moments[0] if moments else 0.0


def _saturated_red(cells: Grid) -> Grid:
    red, total = cells[..., 0], cells.sum(axis=-1)
    strength = np.maximum(0, 2 * red - total)
    return np.where(red >= 0.8 * np.maximum(total, 1e-6), strength, np.float32(0)).astype(np.float32)


def _most_in_a_second(moments: list[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for moment in moments:
        window.append(moment)
        while moment - window[0] >= 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


def flash_score(flashes_per_s: float) -> float:
    """Return a score in [0, 1]: 0.5 is the most that is safe (three a second), 1 is twice that or more."""
    return min(1.0, flashes_per_s / (2 * SAFE_FLASHES_PER_S))
