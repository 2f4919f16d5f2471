"""Who did not answer: weights that make those who did stand for all who were asked, and what they cannot repair.

Raking fits weights to known margins by iterative proportional fitting (Deming and Stephan, "On a Least Squares
Adjustment of a Sampled Frequency Table", Annals of Mathematical Statistics 11, 1940); inverse propensity divides by the
modelled chance of an answer (Rosenbaum, "Model-Based Direct Adjustment", JASA 82, 1987). Both assume that among people
who are alike in what is known, answering does not depend on the answer. ``worst_case`` assumes nothing (Manski,
"Nonparametric Bounds on Treatment Effects", American Economic Review 80, 1990).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Traits = Mapping[str, NDArray[Any]]  # trait -> its value for every person, shape (n,)

_CLOSE = 1e-9
_MAX_ROUNDS = 500
_INVERSE_REGULARISATION = 1.0  # enough that a rare value cannot drive a propensity to 0 or 1


@dataclass(frozen=True, slots=True)
class Bound:
    """A share with an interval, all in 0 to 1."""

    share: float
    low: float
    high: float


def rake(traits: Traits, responded: Bools) -> Floats:
    """Return a weight for each respondent, mean 1, so that every trait has the share that it has among all.

    A trait's value that no respondent has cannot be weighted up; its people then count by their other traits only, and
    ``imbalance`` shows it. Raises ``ValueError`` if no one responded.
    """
    if not responded.any():
        raise ValueError("no one responded")
    weights = np.ones(int(responded.sum()))
    cells = [_cells(values, responded) for values in traits.values()]
    for _ in range(_MAX_ROUNDS):
        before = weights.copy()
        for places, wanted in cells:
            have = np.bincount(places, weights, minlength=len(wanted)) / weights.sum()
            weights = weights * (wanted / np.where(have > 0, have, 1.0))[places]
        weights = weights / weights.mean()
        if np.abs(weights - before).max(initial=0.0) < _CLOSE:
            break
    return weights


def inverse_propensity(traits: Traits, responded: Bools) -> Floats:
    """Return 1 over the modelled chance to answer for each respondent, mean 1: logistic, additive in the traits."""
    from sklearn.linear_model import LogisticRegression

    design = _indicators(traits, len(responded))[:, 1:]
    if responded.all() or design.shape[1] == 0:
        return np.ones(int(responded.sum()))
    chance = LogisticRegression(C=_INVERSE_REGULARISATION).fit(design, responded).predict_proba(design)[:, 1]
    weights = np.asarray(1.0 / chance[responded], dtype=np.float64)
    return weights / float(weights.mean())


def trimmed(weights: Floats, *, at: float) -> Floats:
    """Return the weights with none above ``at`` times their mean; what is cut off is spread over all."""
    if at < 1:
        raise ValueError("weights cannot be trimmed below their mean")
    for _ in range(_MAX_ROUNDS):
        cut = np.minimum(weights, at * weights.mean())
        cut = cut / cut.mean()
        if np.abs(cut - weights).max(initial=0.0) < _CLOSE:
            break
        weights = cut
    return weights


def effective_size(weights: Floats) -> float:
    """Return how many equally weighted answers these are worth (Kish, "Survey Sampling", 1965, section 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def imbalance(traits: Traits, responded: Bools, weights: Floats) -> float:
    """Return how far the weighted respondents are from all: mean absolute standardised difference of trait values."""
    design = _indicators(traits, len(responded))[:, 1:]
    if design.shape[1] == 0:
        return 0.0
    everyone = design.mean(axis=0)
    spread = np.sqrt(everyone * (1 - everyone))
    those = np.average(design[responded], axis=0, weights=weights)
    varies = spread > 0
    return float((np.abs(those - everyone)[varies] / spread[varies]).mean()) if varies.any() else 0.0


def weighted_share(is_yes: Bools, weights: Floats, *, alpha: float) -> Bound:
    """Return the weighted share of yes with an exact interval at the effective size.

    Source: Korn and Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
    Estimated from Survey Data", Survey Methodology 24 (1998): Clopper and Pearson's interval at the effective size.
    """
    from scipy.stats import beta

    if not len(weights):
        return Bound(0.0, 0.0, 1.0)
    size, share = effective_size(weights), float(np.average(is_yes, weights=weights))
    yes = share * size
    low = float(beta.ppf(alpha / 2, yes, size - yes + 1)) if yes > 0 else 0.0
    high = float(beta.ppf(1 - alpha / 2, yes + 1, size - yes)) if yes < size else 1.0
    return Bound(share, low, high)


def worst_case(is_yes: Bools, asked: int) -> Bound:
    """Return the share of yes if everyone who kept silent had said no, and if all had said yes."""
    if asked < max(1, len(is_yes)):
        raise ValueError("fewer were asked than answered")
    yes = int(is_yes.sum())
    silent = asked - len(is_yes)
    return Bound(yes / len(is_yes) if len(is_yes) else 0.0, yes / asked, (yes + silent) / asked)


def _cells(values: NDArray[Any], responded: Bools) -> tuple[NDArray[np.int64], Floats]:
    """Return each respondent's place among the trait's values, and those values' shares among all."""
    names, places = np.unique(values, return_inverse=True)
    wanted = np.bincount(places, minlength=len(names)) / len(values)
    present = np.bincount(places[responded], minlength=len(names)) > 0
    wanted = np.where(present, wanted, 0.0)
    return places[responded], wanted / wanted.sum()


def _indicators(traits: Traits, people: int) -> Floats:
    """Return a column of ones and one 0/1 column for each trait value but the first of each trait."""
    columns = [np.ones(people)]
    for values in traits.values():
        columns += [(values == name).astype(np.float64) for name in np.unique(values)[1:]]
    return np.stack(columns, axis=1)
