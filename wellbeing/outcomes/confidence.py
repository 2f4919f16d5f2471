"""Confidence sequences: intervals that hold at every moment at once, so that one may look every day.

Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", Annals of Statistics 52 (2024), theorem 2.2: for n independent observations with standard deviation s,
mean +- s * sqrt(2 (n rho^2 + 1) / (n^2 rho^2) * log(sqrt(n rho^2 + 1) / alpha)) covers the mean for all n at once with
probability 1 - alpha. ``rho`` decides at which n the interval is tightest; coverage never depends on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
LEAST_PEOPLE = 100  # an arm with fewer says nothing: the theory is asymptotic


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


def radius(people: float, deviation: float, *, alpha: float, rho: float) -> float:
    """Return half the width of the interval around a mean of ``people`` observations."""
    scaled = people * rho**2 + 1
    return deviation * math.sqrt(2 * scaled / (people**2 * rho**2) * math.log(math.sqrt(scaled) / alpha))


def difference(
    treatment: Sequence[float] | Values, control: Sequence[float] | Values, *, tight_at: int, alpha: float = 0.05
) -> Difference:
    """Return treatment minus control, per person. ``tight_at``: people in both arms for which the interval is tightest.

    Each arm's variance counts by its own size, as in Welch's test, through the effective number of observations.
    """
    first, second = np.asarray(treatment, dtype=np.float64), np.asarray(control, dtype=np.float64)
    people = (len(first), len(second))
    if min(people) < 2:
        return Difference(0.0, -math.inf, math.inf, people)
    estimate = float(first.mean() - second.mean())
    total = sum(people)
    # The difference is the mean of ``total`` influence values, whose variance is this.
    deviation = math.sqrt(total * (float(first.var(ddof=1)) / people[0] + float(second.var(ddof=1)) / people[1]))
    half = radius(total, deviation, alpha=alpha, rho=best_rho(tight_at, alpha))
    return Difference(estimate, estimate - half, estimate + half, people)


def adjusted(outcome: Sequence[float] | Values, before: Sequence[float] | Values) -> Values:
    """Return outcomes with what people brought along taken out (CUPED): less noise, the same mean.

    Source: Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing
    Pre-Experiment Data", WSDM 2013. Give both arms together, then split: one slope for all.
    """
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(before, dtype=np.float64)
    spread = float(x.var())
    if spread == 0.0:
        return y
    slope = float(((x - x.mean()) * (y - y.mean())).mean()) / spread
    moved: Values = y - slope * (x - x.mean())
    return moved


def split_is_off(people: tuple[int, int], *, share: float = 0.5, alpha: float = 0.001) -> bool:
    """Tell whether the arms' sizes do not fit the planned ``share`` of treatment; valid however often one looks.

    A Bayes factor of a uniform prior on the share against the planned one is a martingale under the plan, so by Ville's
    inequality it passes 1 / alpha with probability alpha at most (Lindon and Malek, "Anytime-Valid Inference for
    Multinomial Count Data", NeurIPS 2022).
    """
    first, second = people
    log_uniform = math.lgamma(first + 1) + math.lgamma(second + 1) - math.lgamma(first + second + 2)
    log_planned = first * math.log(share) + second * math.log(1 - share)
    return log_uniform - log_planned > -math.log(alpha)
