"""Turns raw log-odds into probabilities that mean what they say (Platt, 1999), one slope and offset per head."""

import numpy as np
from numpy.typing import NDArray

_LEAST_OF_EACH = 15
# Few texts may be told apart without a fault: the pull towards (1, 0) and short steps keep Newton's method in bounds.
_PULL = 0.5
_STEPS, _LONGEST_STEP = 100, 0.5


def platt(
    raw: NDArray[np.float32], labels: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return slopes and offsets, each (C,), from arrays (N, C).

    A head with too few known texts of either label is left as it is.
    """
    slopes = np.ones(raw.shape[1], dtype=np.float32)
    offsets = np.zeros_like(slopes)
    for head in range(raw.shape[1]):
        known = weights[:, head] > 0
        label = labels[known, head]
        if min((label > 0).sum(), (label == 0).sum()) >= _LEAST_OF_EACH:
            slopes[head], offsets[head] = _fit(raw[known, head], label, weights[known, head])
    return slopes, offsets


def _fit(raw: NDArray[np.float32], label: NDArray[np.float32], weight: NDArray[np.float32]) -> tuple[float, float]:
    """Weighted logistic regression on one feature by Newton's method; targets are smoothed as Platt advises."""
    positives, negatives = float((weight * label).sum()), float((weight * (1 - label)).sum())
    target = np.where(label > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([raw.astype(np.float64), np.ones(len(raw))], axis=1)
    found = np.asarray([1.0, 0.0])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient = design.T @ (weight * (p - target)) + _PULL * (found - [1.0, 0.0])
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + _PULL * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        found = found - np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if float(np.abs(step).max()) < 1e-6:
            break
    return max(0.2, float(found[0])), float(found[1])
