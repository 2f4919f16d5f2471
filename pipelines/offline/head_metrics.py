"""Calibration and figures of a head: Platt's sigmoid, AUC, log loss, expected calibration error."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.heads import Calibration

Array = NDArray[Any]
_BINS = 15


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
    """Return AUC (None without both classes), log loss, calibration error, base rate and the number of rows."""
    count = len(labels)
    if count == 0:
        return {"auc": None, "log_loss": 0.0, "ece": 0.0, "base_rate": 0.0, "rows": 0}
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    loss = -(labels * np.log(clipped) + (1 - labels) * np.log(1 - clipped)).mean()
    area = auc(labels, probabilities)
    return {
        "auc": None if area is None else round(area, 4),
        "log_loss": round(float(loss), 5),
        "ece": round(expected_calibration_error(labels, probabilities), 5),
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


def expected_calibration_error(labels: Array, probabilities: Array) -> float:
    """Return the mean gap between predicted and observed rates over bins of equal size."""
    order = np.argsort(probabilities, kind="stable")
    gaps = [
        abs(float(probabilities[part].mean()) - float(labels[part].mean())) * len(part)
        for part in np.array_split(order, _BINS)
        if len(part)
    ]
    return sum(gaps) / len(labels)
