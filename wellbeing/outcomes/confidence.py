"""Confidence sequences: intervals that hold at every moment at once, so that one may look every day.

Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", Annals of Statistics 52 (2024), theorem 2.2: for n independent observations with standard deviation s,
mean +- s * sqrt(2 (n rho^2 + 1) / (n^2 rho^2) * log(sqrt(n rho^2 + 1) / alpha)) covers the mean for all n at once with
probability 1 - alpha. ``rho`` decides at which n the interval is tightest; coverage never depends on it.

What people brought along is taken out first (CUPED; Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online
Controlled Experiments by Utilizing Pre-Experiment Data", WSDM 2013). All of it works on sums, of one experiment or of
thousands at once: the simulation that shows the error rates runs what reads the real experiments.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
LEAST_PEOPLE = 100  # an arm with fewer says nothing: the theory is asymptotic
_LEAST_FOR_VARIANCE = 2
_FLAT = 1e-12  # of the sum of squares: a smaller spread is rounding, and tells nothing apart


class Finding(StrEnum):
    """What an experiment says. With too few people it is always the last."""

    BETTER = "better"
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Difference:
    """How far treatment lies above control, with an interval that holds however often one looks."""

    estimate: float
    low: float
    high: float
    people: tuple[int, int]

    def finding(self, *, margin: float = 0.0) -> Finding:
        """Return better or worse if the interval excludes every difference within ``margin`` of none."""
        if min(self.people) < LEAST_PEOPLE:
            return Finding.INCONCLUSIVE
        if self.low > margin:
            return Finding.BETTER
        return Finding.WORSE if self.high < -margin else Finding.INCONCLUSIVE

    def is_not_worse_by(self, margin: float) -> bool:
        """Tell whether harm of ``margin`` or more is ruled out (a guardrail's non-inferiority)."""
        return min(self.people) >= LEAST_PEOPLE and self.low > -margin


def best_rho(people: int, alpha: float) -> float:
    """Return the ``rho`` that makes the interval tightest at ``people`` observations (the paper's equation 9)."""
    log_term = -2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)
    return math.sqrt(log_term / people)


def radius(people: Values | float, deviation: Values | float, *, alpha: float, rho: float) -> Values:
    """Return half the width of the interval around a mean of ``people`` observations; arrays give arrays."""
    count = np.asarray(people, dtype=np.float64)
    scaled = count * rho**2 + 1
    half: Values = deviation * np.sqrt(2 * scaled / (count**2 * rho**2) * np.log(np.sqrt(scaled) / alpha))
    return half


def people_needed(harm: float, *, power: float, alpha: float = 0.05, deviation: float = 1.0) -> int:
    """Return how many people each arm needs for a ``harm`` to be found with ``power`` when looked at once there."""
    quantile = NormalDist().inv_cdf(power)

    def is_enough(people: int) -> bool:
        half = float(radius(2 * people, 2 * deviation, alpha=alpha, rho=best_rho(2 * people, alpha)))
        return half + quantile * deviation * math.sqrt(2 / people) <= harm

    high = LEAST_PEOPLE
    while not is_enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Sums:
    """One arm, or many at once: how many people, and sums over them of outcomes y and of x, what they brought along.

    All six have one shape; (1,) is a single arm.
    """

    people: Values
    y: Values
    x: Values
    yy: Values
    xx: Values
    xy: Values

    @classmethod
    def of(cls, outcome: Sequence[float] | Values, before: Sequence[float] | Values | None = None) -> "Sums":
        """Return the sums of one arm. ``before``: the same people's values from before; without, nothing is known."""
        y = np.asarray(outcome, dtype=np.float64)
        x = np.zeros_like(y) if before is None else np.asarray(before, dtype=np.float64)
        if x.shape != y.shape:
            raise ValueError("there must be one value from before for each outcome")
        return cls(*np.array([len(y), y.sum(), x.sum(), y @ y, x @ x, x @ y], dtype=np.float64)[:, None])

    def __add__(self, other: "Sums") -> "Sums":
        """Return both arms together."""
        return Sums(
            self.people + other.people, self.y + other.y, self.x + other.x,
            self.yy + other.yy, self.xx + other.xx, self.xy + other.xy,
        )  # fmt: skip

    def spread(self) -> tuple[Values, Values, Values]:
        """Return the sums of squares around the means: of y, of x, and of their product."""
        return (
            self.yy - self.y**2 / self.people,
            self.xx - self.x**2 / self.people,
            self.xy - self.x * self.y / self.people,
        )


def difference_bounds(treatment: Sums, control: Sums, *, tight_at: int, alpha: float) -> tuple[Values, Values, Values]:
    """Return treatment minus control and the ends of its interval, for arms of at least two people each.

    One slope for both arms takes out what people brought along: less noise, the same difference. Each arm's variance
    counts by its own size, as in Welch's test, through the effective number of observations.
    """
    both = treatment + control
    _, spread, product = both.spread()
    slope = np.where(spread > _FLAT * both.xx, product / np.where(spread > 0, spread, 1.0), 0.0)
    means, errors = [], []
    for arm in (treatment, control):
        yy, xx, xy = arm.spread()
        means.append(arm.y / arm.people - slope * (arm.x / arm.people - both.x / both.people))
        errors.append(np.maximum(yy - 2 * slope * xy + slope**2 * xx, 0) / (arm.people - 1) / arm.people)
    # The difference is the mean of as many influence values as there are people, whose deviation is this.
    deviation = np.sqrt(both.people * (errors[0] + errors[1]))
    half = radius(both.people, deviation, alpha=alpha, rho=best_rho(tight_at, alpha))
    estimate: Values = means[0] - means[1]
    return estimate, estimate - half, estimate + half


def difference(
    treatment: Sequence[float] | Values,
    control: Sequence[float] | Values,
    *,
    before: tuple[Sequence[float] | Values, Sequence[float] | Values] | None = None,
    tight_at: int,
    alpha: float = 0.05,
) -> Difference:
    """Return treatment minus control, per person. ``tight_at``: people in both arms for which the interval is tightest.

    ``before``: for each arm what its people brought along, one value each.
    """
    people = (len(treatment), len(control))
    if min(people) < _LEAST_FOR_VARIANCE:
        return Difference(0.0, -math.inf, math.inf, people)
    first, second = before or (None, None)
    found = difference_bounds(Sums.of(treatment, first), Sums.of(control, second), tight_at=tight_at, alpha=alpha)
    estimate, low, high = (float(value[0]) for value in found)
    return Difference(estimate, low, high, people)


def split_evidence(first: Values, second: Values, share: float) -> Values:
    """Return the log Bayes factor against arms of ``share`` and 1 - ``share``, given how many people each has."""
    from scipy.special import gammaln

    log_uniform = gammaln(first + 1) + gammaln(second + 1) - gammaln(first + second + 2)
    evidence: Values = log_uniform - first * math.log(share) - second * math.log(1 - share)
    return evidence


def split_is_off(people: tuple[int, int], *, share: float = 0.5, alpha: float = 0.001) -> bool:
    """Tell whether the arms' sizes do not fit the planned ``share`` of treatment; valid however often one looks.

    A Bayes factor of a uniform prior on the share against the planned one is a martingale under the plan, so by Ville's
    inequality it passes 1 / alpha with probability alpha at most (Lindon and Malek, "Anytime-Valid Inference for
    Multinomial Count Data", NeurIPS 2022).
    """
    first, second = (np.float64(count) for count in people)
    return bool(split_evidence(np.asarray(first), np.asarray(second), share) > -math.log(alpha))
