"""Flashes that can bring on a seizure, as WCAG 2.2 (success criterion 2.3.1) and ITU-R BT.1702 define them.

A general flash is a pair of opposing changes in relative luminance of 10% or more of the maximum where the darker state
is below 0.80. A red flash is a pair of opposing transitions of which one is to or from a saturated red (R of R+G+B is
at least 0.8) and which are more than 0.2 apart in the CIE 1976 u'v' diagram. More than three of either within one
second, over more than a quarter of the picture at once, are unsafe (the area of BT.1702 and of Ofcom's guidance, which
broadcasters test with Harding's analyser). Colours are averaged over cells of 16 pixels: finer patterns are exempt.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame

Grid = NDArray[np.float32]

SAFE_FLASHES_PER_S = 3.0
_CELL_PX = 16
_AREA_SHARE = 0.25
_LUMINANCE_STEP = 0.10
_DARKER_BELOW = 0.80
_SATURATED = 0.8
_CHROMA_STEP = 0.2
_BLACK = 0.005  # added to every channel, so that black has the colour of grey and not any colour at all
_CODE = np.arange(256) / 255
_LINEAR: Grid = np.where(_CODE <= 0.04045, _CODE / 12.92, ((_CODE + 0.055) / 1.055) ** 2.4).astype(np.float32)
_XYZ: Grid = np.asarray(  # of linear sRGB
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=np.float32
).T


class _Swings:
    """Counts changes of luminance, up and down by turns, that enough of the picture makes at once."""

    def __init__(self) -> None:
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
        up = (grid - self._low >= _LUMINANCE_STEP) & (self._low < _DARKER_BELOW) & (self._direction != 1)
        down = (self._high - grid >= _LUMINANCE_STEP) & (grid < _DARKER_BELOW) & (self._direction != -1)
        turned = up | down
        self._direction = np.where(up, np.int8(1), np.where(down, np.int8(-1), self._direction))
        self._low = np.where(turned, grid, np.minimum(self._low, grid))
        self._high = np.where(turned, grid, np.maximum(self._high, grid))
        self._note(float(up.mean()), float(down.mean()), second)

    def _note(self, up: float, down: float, second: float) -> None:
        if max(up, down) <= _AREA_SHARE:
            return
        direction = 1 if up >= down else -1
        if direction != self._last:
            self._last = direction
            self.moments.append(second)


class _RedTurns:
    """Counts transitions to and from saturated red that enough of the picture makes at once."""

    def __init__(self) -> None:
        self._colour: Grid | None = None
        self._is_red: NDArray[np.bool_]
        self.moments: list[float] = []

    def see(self, cells: Grid, second: float) -> None:
        """Take the next picture's linear colours, shape (rows, columns, 3)."""
        total = cells.sum(axis=-1)
        is_red = (cells[..., 0] >= _SATURATED * total) & (total > 4 * _BLACK)
        colour = _chromaticity(cells)
        if self._colour is None or self._colour.shape != colour.shape:
            self._colour, self._is_red = colour, is_red
            return
        apart = np.linalg.norm(colour - self._colour, axis=-1) > _CHROMA_STEP
        turned = apart & (is_red | self._is_red)
        self._colour = np.where(turned[..., None], colour, self._colour)
        self._is_red = np.where(turned, is_red, self._is_red)
        # Where no red is involved, the state before the next transition is the one that is there now.
        calm = ~turned & ~self._is_red & ~is_red
        self._colour = np.where(calm[..., None], colour, self._colour)
        if float(turned.mean()) > _AREA_SHARE:
            self.moments.append(second)


class FlashMeter:
    """Takes every frame of a film and says how many flashes its worst second has. About 0.3 ms a frame."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._luminance = _Swings()
        self._red = _RedTurns()

    def see(self, frame: Frame, index: int) -> None:
        """Take frame ``index``, (H, W, 3); frames come in order."""
        cells: Grid = _LINEAR[_averaged(frame)]
        self._luminance.see(cells @ _XYZ[:, 1], index / self._fps)
        self._red.see(cells, index / self._fps)

    def flashes_per_s(self) -> float:
        """Return the flashes in the worst second: half the swings, since a flash is a pair."""
        return max(_most_in_a_second(moments) / 2 for moments in (self._luminance.moments, self._red.moments))

    def worst_second(self) -> float:
        """Return when, in seconds from the start, the first swing of the flashing came; 0 if there was none."""
        moments = self._luminance.moments or self._red.moments
        return moments[0] if moments else 0.0


def _averaged(frame: Frame) -> Frame:
    rows, columns = (max(1, round(side / _CELL_PX)) for side in frame.shape[:2])
    return np.asarray(cv2.resize(frame, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _chromaticity(cells: Grid) -> Grid:
    """Return CIE 1976 u'v' of linear sRGB, shape (rows, columns, 2)."""
    x, y, z = np.moveaxis((cells + _BLACK) @ _XYZ, -1, 0)
    whole = x + 15 * y + 3 * z
    return np.stack([4 * x / whole, 9 * y / whole], axis=-1).astype(np.float32)


def _most_in_a_second(moments: list[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for moment in moments:
        window.append(moment)
        while moment - window[0] >= 1.0 - 1e-6:
            window.popleft()
        most = max(most, len(window))
    return most


def flash_score(flashes_per_s: float) -> float:
    """Return a score in [0, 1]: 0.5 is the most that is safe (three a second), 1 is twice that or more."""
    return min(1.0, flashes_per_s / (2 * SAFE_FLASHES_PER_S))
