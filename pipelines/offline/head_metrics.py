"""Calibration and figures of a head: Platt's sigmoid, AUC, log loss, expected calibration error.

With few rows the plain calibration error of even a perfect head is far from zero, so it is given beside two more: its
expectation for a perfect head on as many rows (``ece_floor``), and an estimate without that bias
(``calibration_rms``; Kumar, Liang and Ma, Verified Uncertainty Calibration, 2019), which is never below the true ECE
on average because a mean square is never below a squared mean.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.heads import Calibration

Array = NDArray[Any]
_BINS = 15
_RESAMPLES = 100


def platt(raw: Array, labels: Array, weights: Array) -> Calibration:
    """Fit Platt's sigmoid (1999) to raw scores by Newton's method; stays at the identity with too little to go by.

    A weak prior holds the slope near 1 and the intercept near 0, so that a few positives cannot swing it.
    """
    if min(labels.sum(), (1 - labels).sum()) < 5:
        return Calibration()
    design = np.stack([raw, np.ones_like(raw)], axis=1)
    weights = weights / weights.mean()
    prior, strength = np.array([1.0, 0.0]), np.diag([5.0, 0.5])

    def _loss(parameters: Array) -> float:
        odds = np.clip(_sigmoid(design @ parameters), 1e-12, 1 - 1e-12)
        fit = -(weights * (labels * np.log(odds) + (1 - labels) * np.log(1 - odds))).sum()
        away = parameters - prior
        return float(fit + 0.5 * away @ strength @ away)

    parameters = prior.copy()
    for _ in range(50):
        odds = _sigmoid(design @ parameters)
        gradient = design.T @ (weights * (odds - labels)) + strength @ (parameters - prior)
        curvature = (design * (weights * odds * (1 - odds))[:, None]).T @ design + strength
        step = np.linalg.solve(curvature, gradient)
        loss, size = _loss(parameters), 1.0
        while _loss(parameters - size * step) > loss and size > 1e-6:
            size /= 2  # a full step overshoots where the scores are far too sure of themselves
        parameters = parameters - size * step
        if np.abs(size * step).max() < 1e-8:
            break
    slope = float(parameters[0])
    return Calibration(slope=max(slope, 0.05), intercept=float(parameters[1]))


def _sigmoid(odds: Array) -> Array:
    probabilities: Array = 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))
    return probabilities


def evaluate(labels: Array, probabilities: Array) -> dict[str, Any]:
    """Return AUC (None without both classes), log loss, calibration errors and bins, base rate and number of rows."""
    count = len(labels)
    if count == 0:
        nothing = dict.fromkeys(("log_loss", "ece", "ece_low", "ece_high", "ece_floor", "calibration_rms"), 0.0)
        return {"auc": None, **nothing, "bins": [], "base_rate": 0.0, "rows": 0}
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    loss = -(labels * np.log(clipped) + (1 - labels) * np.log(1 - clipped)).mean()
    area = auc(labels, probabilities)
    low, high = _ece_interval(labels, probabilities)
    return {
        "auc": None if area is None else round(area, 4),
        "log_loss": round(float(loss), 5),
        "ece": round(expected_calibration_error(labels, probabilities), 5),
        "ece_low": round(low, 5),
        "ece_high": round(high, 5),
        "ece_floor": round(_ece_of_perfect(probabilities), 5),
        "calibration_rms": round(debiased_calibration_error(labels, probabilities), 5),
        "bins": [[round(value, 5) for value in row] for row in reliability(labels, probabilities)],
        "base_rate": round(float(labels.mean()), 5),
        "rows": count,
    }


def auc(labels: Array, scores: Array) -> float | None:
    """Return the area under the ROC curve, ties counted half (Mann and Whitney); None without both classes."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0
    total = float(ranks[inverse][labels > 0].sum())
    return (total - positives * (positives + 1) / 2.0) / (positives * negatives)


def reliability(labels: Array, probabilities: Array) -> list[tuple[float, float, float]]:
    """Return (mean prediction, observed rate, rows) of bins of equal size, lowest predictions first."""
    order = np.argsort(probabilities, kind="stable")
    return [
        (float(probabilities[part].mean()), float(labels[part].mean()), float(len(part)))
        for part in np.array_split(order, _BINS)
        if len(part)
    ]


def expected_calibration_error(labels: Array, probabilities: Array) -> float:
    """Return the mean gap between predicted and observed rates over bins of equal size."""
    return sum(abs(said - seen) * rows for said, seen, rows in reliability(labels, probabilities)) / len(labels)


def debiased_calibration_error(labels: Array, probabilities: Array) -> float:
    """Return the root mean square gap over bins, less what chance alone adds to it (Kumar, Liang and Ma 2019)."""
    squares = [
        ((said - seen) ** 2 - seen * (1 - seen) / max(rows - 1, 1)) * rows
        for said, seen, rows in reliability(labels, probabilities)
    ]
    return float(np.sqrt(max(0.0, sum(squares) / len(labels))))


def _ece_of_perfect(probabilities: Array) -> float:
    """Return the mean calibration error of labels drawn with these very probabilities."""
    random = np.random.default_rng(7)
    drawn = (random.random(len(probabilities)) < probabilities for _ in range(_RESAMPLES // 5))
    return float(np.mean([expected_calibration_error(labels.astype(float), probabilities) for labels in drawn]))


def _ece_interval(labels: Array, probabilities: Array) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the plain calibration error."""
    random = np.random.default_rng(11)
    picks = (random.integers(0, len(labels), len(labels)) for _ in range(_RESAMPLES))
    errors = [expected_calibration_error(labels[pick], probabilities[pick]) for pick in picks]
    low, high = np.quantile(errors, [0.025, 0.975])
    return float(low), float(high)


def surely_worse(labels: Array, before: Array, after: Array, figure: Callable[[Array, Array], float | None]) -> bool:
    """Whether ``figure`` (larger is worse) rose from ``before`` to ``after`` beyond chance: paired bootstrap, 90 %."""
    random = np.random.default_rng(13)
    rises = []
    for _ in range(_RESAMPLES):
        pick = random.integers(0, len(labels), len(labels))
        old, new = figure(labels[pick], before[pick]), figure(labels[pick], after[pick])
        if old is not None and new is not None:
            rises.append(new - old)
    return bool(rises) and float(np.quantile(rises, 0.05)) > 0.0
