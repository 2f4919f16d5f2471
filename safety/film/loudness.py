"""How loud a film's sound is at its loudest."""

import math

import numpy as np

from core.media.film import Sound

_WINDOW_S = 0.4  # the momentary window of EBU R 128
_QUIET_DBFS = -20.0


def loudest_dbfs(sound: Sound) -> float:
    """Return the RMS level of the loudest 400 ms, in dB below full scale (0 is the most there is)."""
    power = np.square(sound.samples.astype(np.float64)).mean(axis=1)
    if not power.size:
        return -math.inf
    length = min(power.size, max(1, int(sound.rate_hz * _WINDOW_S)))
    sums = np.cumsum(np.concatenate([[0.0], power]))
    loudest = float((sums[length:] - sums[:-length]).max() / length)
    return 10 * math.log10(loudest) if loudest > 1e-12 else -math.inf


def loudness_score(dbfs: float) -> float:
    """Return a score in [0, 1]: 0 at -20 dBFS or less, 1 at full scale."""
    return min(1.0, max(0.0, 1 - dbfs / _QUIET_DBFS))
