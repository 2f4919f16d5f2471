"""Which frames of a film are looked at: some at a steady pace, and one after every cut; never more than a bound."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from safety.film.policy import Sampling

_LONG_SIDE_PX = 640
_THUMB_PX = 16


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame that is looked at, its longer side at most 640 pixels; ``follows_cut`` if it is a shot's first."""

    index: int
    at_s: float
    frame: Frame
    follows_cut: bool
    contrast: float  # of the cut, in [0, 1]


class Sampler:
    """Takes every frame of a film in order and keeps a few. About 0.1 ms a frame, and a bounded amount of memory.

    Half of the places are for frames at a steady pace: when they are full, every second one goes and the pace halves,
    so that a long film is covered from end to end. The other half are for first frames of shots; the weakest cuts go.
    """

    def __init__(self, fps: int, sampling: Sampling) -> None:
        self._fps = fps
        self._most = sampling.most_frames // 2
        self._step = max(1, round(sampling.every_s * fps))
        self._cut = sampling.cut_contrast
        self._settle = round(sampling.settle_s * fps)
        self._steady: list[Moment] = []
        self._shots: list[Moment] = []
        self._thumb: NDArray[np.float32] | None = None
        self._due: tuple[int, float] | None = None
        self.cuts: list[float] = []

    def see(self, frame: Frame, index: int) -> None:
        """Look at frame ``index``, (H, W, 3)."""
        contrast = self._change(frame)
        if contrast >= self._cut:
            self._due = (index + self._settle, contrast)
            if len(self.cuts) < 1_000:
                self.cuts.append(index / self._fps)
        if index % self._step == 0:
            self._keep_steady(self._moment(frame, index, 0.0))
        if self._due is not None and index >= self._due[0]:
            self._keep_shot(self._moment(frame, index, self._due[1]))
            self._due = None

    def moments(self) -> list[Moment]:
        """Return the frames that were kept, in order, each once."""
        by_index = {moment.index: moment for moment in (*self._steady, *self._shots)}
        return [by_index[index] for index in sorted(by_index)]

    def _change(self, frame: Frame) -> float:
        """Return how much this frame differs from the one before, as a share of full contrast."""
        rows = np.linspace(0, frame.shape[0] - 1, _THUMB_PX).astype(int)
        columns = np.linspace(0, frame.shape[1] - 1, _THUMB_PX).astype(int)
        thumb = frame[np.ix_(rows, columns)].astype(np.float32)
        before, self._thumb = self._thumb, thumb
        return 0.0 if before is None else float(np.abs(thumb - before).mean()) / 255

    def _moment(self, frame: Frame, index: int, contrast: float) -> Moment:
        return Moment(index, index / self._fps, _small(frame), contrast > 0, contrast)

    def _keep_steady(self, moment: Moment) -> None:
        self._steady.append(moment)
        if len(self._steady) > self._most:
            self._step *= 2
            self._steady = [kept for kept in self._steady if kept.index % self._step == 0]

    def _keep_shot(self, moment: Moment) -> None:
        self._shots.append(moment)
        if len(self._shots) > self._most:
            self._shots.remove(min(self._shots, key=lambda item: (item.contrast, -item.index)))


def _small(frame: Frame) -> Frame:
    height, width = frame.shape[:2]
    scale = min(1.0, _LONG_SIDE_PX / max(height, width))
    if scale == 1.0:
        return frame.copy()
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.ascontiguousarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
