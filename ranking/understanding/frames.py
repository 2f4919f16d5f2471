"""What a film's pictures say beside its words: how dark, how warm, how much moves.

Words leave the light and the pace of a film open more often than not; its frames do not. They shift the probabilities
of the hour and the pace by a bounded step of log-odds, so that words that say it plainly still win.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.understanding.attributes import INDEX

Frame = NDArray[np.uint8]
_STRIDE = 8  # every eighth pixel each way is enough for means
_DARK, _BRIGHT = 60.0, 120.0  # mean luminance, 0 to 255: night below, day above
_WARM = 35.0  # by how much red outweighs blue at golden hour
_STILL, _WILD = 3.0, 18.0  # mean change of a pixel between frames half a second apart: slow below, fast above
_STEP = 1.5  # most that the frames move log-odds


@dataclass(frozen=True, slots=True)
class Look:
    """Means over a film's frames: luminance 0 to 255, red less blue, change between frames 0 to 255."""

    luminance: float
    warmth: float
    motion: float


def look_of(frames: Iterable[Frame]) -> Look | None:
    """Return how a film looks, from frames (H, W, 3) in RGB, half a second apart; None without a frame."""
    luminance, warmth, motion = [], [], []
    last: NDArray[np.float32] | None = None
    for frame in frames:
        small = frame[::_STRIDE, ::_STRIDE].astype(np.float32)
        luminance.append(float(small.mean()))
        warmth.append(float(small[..., 0].mean() - small[..., 2].mean()))
        if last is not None and last.shape == small.shape:
            motion.append(float(np.abs(small - last).mean()))
        last = small
    if not luminance:
        return None
    return Look(float(np.mean(luminance)), float(np.mean(warmth)), float(np.mean(motion)) if motion else 0.0)


def with_look(row: Sequence[float], look: Look) -> list[float]:
    """Return probabilities, in the order of ``NAMES``, as they are once the frames were looked at."""
    darkness = np.clip((_BRIGHT - look.luminance) / (_BRIGHT - _DARK) * 2 - 1, -1, 1)
    wildness = np.clip((look.motion - _STILL) / (_WILD - _STILL) * 2 - 1, -1, 1)
    shifts = {
        "time:night": darkness,
        "time:day": -darkness,
        "time:golden_hour": np.clip(look.warmth / _WARM, -1, 1) - max(0.0, float(darkness)),
        "pace:slow": -wildness,
        "pace:fast": wildness,
    }
    shifted = list(row)
    for name, shift in shifts.items():
        shifted[INDEX[name]] = _moved(row[INDEX[name]], _STEP * float(shift))
    return shifted


def _moved(probability: float, step: float) -> float:
    bounded: Any = np.clip(probability, 1e-4, 1 - 1e-4)
    return float(1.0 / (1.0 + np.exp(-(np.log(bounded / (1 - bounded)) + step))))
