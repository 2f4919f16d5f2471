"""Estimators of a policy's mean reward from another policy's log, each with an interval.

With weights w = target / logging probability of the logged action: IPS is the mean of w r (Horvitz and Thompson, 1952);
clipped IPS the mean of min(w, c) r (Ionides, 2008); SNIPS the ratio of sums of w r and w (Swaminathan and Joachims,
2015); DM the mean of the reward model under the target; DR adds to it the weighted residuals (Dudik et al., 2011).
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Array = NDArray[Any]


class OpeConfig(BaseModel):
    """How a policy is estimated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: float = Field(default=0.95, gt=0.5, lt=1, description="How often the interval should hold the truth.")
    interval: Literal["normal", "bootstrap"] = Field(default="normal", description="How intervals are worked out.")
    resamples: int = Field(default=1000, ge=100, le=20_000, description="Bootstrap resamples.")
    folds: int = Field(default=3, ge=2, le=10, description="Folds of the cross-fitted reward model.")
    least_effective: float = Field(default=200.0, ge=1, description="Fewer effective rounds are too few to tell.")
    least_support: float = Field(default=0.95, gt=0, le=1, description="Mean weight below which mass is unsupported.")
    seed: int = Field(default=7, ge=0, description="Decides folds and resamples.")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean reward and its interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether the log says anything about the target."""

    rounds: int
    effective: float  # (sum w)^2 / sum w^2
    mean_weight: float  # near 1 where the logging policy could do all that the target does
    largest_weight: float
    clip: float


def overlap(weights: Array, clip: float) -> Overlap:
    """Return the weights' diagnostics."""
    total, squares = float(weights.sum()), float((weights**2).sum())
    effective = total**2 / squares if squares else 0.0
    return Overlap(len(weights), effective, float(weights.mean()), float(weights.max(initial=0.0)), clip)


def choose_clip(weights: Array, reward: Array) -> float:
    """Return the bound on weights with the least estimated mean squared error of clipped IPS, of a few quantiles.

    Bias is bounded by the mass cut off times the mean reward where weights are large (never by the clicks alone).
    """
    bounds = np.unique(np.quantile(weights, [0.9, 0.95, 0.99, 0.995, 0.999, 1.0]))
    rate = max(float(reward.mean()), 1e-9)
    errors = []
    for bound in bounds:
        kept = np.minimum(weights, bound)
        bias = float((weights - kept).mean()) * rate
        errors.append(bias**2 + float((kept * reward).var()) / len(weights))
    return float(bounds[int(np.argmin(errors))])


def estimates(
    weights: Array, reward: Array, modelled: Array, expected: Array, config: OpeConfig, clip: float
) -> list[Estimate]:
    """Return IPS, clipped IPS, SNIPS, DM and DR.

    All arrays are (n,): ``modelled`` is the reward model at the logged action, ``expected`` its mean under the target.
    """
    corrected = expected + weights * (reward - modelled)
    return [
        interval_of_mean("IPS", weights * reward, config),
        interval_of_mean("clipped IPS", np.minimum(weights, clip) * reward, config),
        interval_of_ratio("SNIPS", weights * reward, weights, config),
        interval_of_mean("DM", expected, config),
        interval_of_mean("DR", corrected, config),
    ]


def interval_of_mean(name: str, terms: Array, config: OpeConfig) -> Estimate:
    """Return the mean of (n,) terms with its interval."""
    value, spread = float(terms.mean()), float(terms.std(ddof=1)) / np.sqrt(len(terms)) if len(terms) > 1 else 0.0
    if config.interval == "bootstrap":
        return _bootstrapped(name, value, len(terms), lambda rows: float(terms[rows].mean()), config)
    return _normal(name, value, spread, config)


def interval_of_ratio(name: str, tops: Array, bottoms: Array, config: OpeConfig) -> Estimate:
    """Return the ratio of the sums of (n,) arrays, with its interval by the delta method."""
    total = float(bottoms.sum())
    if total <= 0.0:
        return Estimate(name, float("nan"), float("nan"), float("nan"))
    value = float(tops.sum()) / total
    if config.interval == "bootstrap":
        return _bootstrapped(
            name, value, len(tops), lambda rows: float(tops[rows].sum() / max(bottoms[rows].sum(), 1e-12)), config
        )
    spread = float(np.sqrt(((tops - value * bottoms) ** 2).sum())) / total
    return _normal(name, value, spread, config)


def _normal(name: str, value: float, spread: float, config: OpeConfig) -> Estimate:
    reach = NormalDist().inv_cdf(0.5 + config.level / 2) * spread
    return Estimate(name, value, value - reach, value + reach)


def _bootstrapped(
    name: str, value: float, count: int, statistic: Callable[[Array], float], config: OpeConfig
) -> Estimate:
    random = np.random.default_rng(config.seed)
    found = [statistic(random.integers(0, count, count)) for _ in range(config.resamples)]
    low, high = np.quantile(found, [0.5 - config.level / 2, 0.5 + config.level / 2])
    return Estimate(name, value, float(low), float(high))
