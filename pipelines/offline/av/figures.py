"""Figures with their uncertainty, and tables of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap

Advance = Callable[[int], None]
Row = dict[str, "Estimate"]
Table = dict[str, Row]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean (or median) with its 95 % bootstrap interval, and over how many films."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.n}"


def estimate(values: Sequence[float], *, median: bool = False) -> Estimate:
    """Return the mean (or median) of all values that are numbers."""
    known = np.asarray([value for value in values if not np.isnan(value)], dtype=float)
    middle = np.median if median else np.mean
    if known.size < 2 or np.ptp(known) == 0:
        value = float(known[0]) if known.size else float("nan")
        return Estimate(value, value, value, int(known.size))
    spread = bootstrap((known,), middle, n_resamples=1000, method="percentile", rng=7).confidence_interval
    return Estimate(float(middle(known)), float(spread.low), float(spread.high), int(known.size))
