"""How often the experiments' reading is wrong, and what it finds: by simulation, through the code that reads real ones.

Answers are drawn as people give them, from 1 to 5, with what the same people said before (correlated) for CUPED; people
arrive day by day, each by lot in an arm, and someone looks every single day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wellbeing.outcomes.confidence import (
    LEAST_PEOPLE,
    Difference,
    Finding,
    Sums,
    difference_bounds,
    people_needed,
    split_evidence,
)

_CHUNK = 100
_LIKERT_MEAN, _LIKERT_SPREAD = 3.5, 1.1
_CORRELATION = 0.6  # of the drawn scale between what one said before and says after
_SPLIT_ALPHA = 0.001
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alarms:
    """Shares of A/A runs in which a look on any day said "better" or "worse", or that the split is off."""

    runs: int
    days: int
    people: int
    false_alarms: float
    false_alarms_plain: float
    split_alarms: float
    ordinary_test: float  # what a 95 % interval that is looked at every day does


@dataclass(frozen=True, slots=True)
class Power:
    """Shares of runs with a harm in which it was found: looked at once at the end, and by then if looked at daily."""

    harm_sd: float
    people_each_arm: int
    runs: int
    theory: float
    at_the_end: float
    by_then: float
    benefit_claimed: float


def false_alarms(
    *, runs: int = 2000, days: int = 60, a_day: int = 80, alpha: float = 0.05, seed: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> Alarms:  # fmt: skip
    """Return how often experiments without any effect raise an alarm, looked at every day."""
    random = np.random.default_rng(seed)
    alarms = np.zeros(4)
    for chunk in _chunks(runs):
        arms = _draw(random, chunk, days, a_day)
        plain = [Sums(arm.people, arm.y, 0 * arm.x, arm.yy, 0 * arm.xx, 0 * arm.xy) for arm in arms]
        tight = days * a_day
        alarms += [
            _ever_found(arms, tight, alpha, (Finding.BETTER, Finding.WORSE)).sum(),
            _ever_found(plain, tight, alpha, (Finding.BETTER, Finding.WORSE)).sum(),
            _ever_split(arms).sum(),
            _ordinary(plain, alpha).sum(),
        ]
        done(chunk)
    cuped, raw, split, ordinary = (float(value) for value in alarms / runs)
    return Alarms(runs, days, days * a_day, cuped, raw, split, ordinary)


def power(
    *, harm_sd: float = 0.05, target: float = 0.9, runs: int = 400, days: int = 40, alpha: float = 0.05, seed: int = 2,
    done: Callable[[int], None] = lambda _: None,
) -> Power:  # fmt: skip
    """Return how often a harm of ``harm_sd`` standard deviations is found with as many people as theory says.

    Without CUPED: theory's number is for the outcome's own deviation.
    """
    each = people_needed(harm_sd, power=target, alpha=alpha)
    random = np.random.default_rng(seed)
    found = np.zeros(3)
    a_day = -(-2 * each // days)
    for chunk in _chunks(runs):
        treated, control = _draw(random, chunk, days, a_day, harm_sd=harm_sd)
        plain = [Sums(arm.people, arm.y, 0 * arm.x, arm.yy, 0 * arm.xx, 0 * arm.xy) for arm in (treated, control)]
        last = [Sums(*(getattr(arm, name)[:, -1:] for name in Sums.__slots__)) for arm in plain]
        found += [
            _ever_found(last, 2 * each, alpha, (Finding.WORSE,)).sum(),
            _ever_found(plain, 2 * each, alpha, (Finding.WORSE,)).sum(),
            _ever_found(plain, 2 * each, alpha, (Finding.BETTER,)).sum(),
        ]
        done(chunk)
    end, daily, better = (float(value) for value in found / runs)
    return Power(harm_sd, each, runs, target, end, daily, better)


def _chunks(runs: int) -> Iterator[int]:
    for start in range(0, runs, _CHUNK):
        yield min(_CHUNK, runs - start)


def _draw(random: np.random.Generator, runs: int, days: int, a_day: int, *, harm_sd: float = 0.0) -> tuple[Sums, Sums]:
    """Return both arms' sums at the end of every day, each (runs, days)."""
    shape = (runs, days, a_day)
    shared, later, earlier = (random.standard_normal(shape, dtype=np.float32) for _ in range(3))
    common = np.float32(np.sqrt(_CORRELATION)) * shared
    own = np.float32(np.sqrt(1 - _CORRELATION))
    y, x = (_likert(common + own * part) for part in (later, earlier))
    is_treated = random.random(shape, dtype=np.float32) < 0.5
    if harm_sd:
        y = np.asarray(y - np.float32(harm_sd * float(y.std())) * is_treated, dtype=np.float32)
    return _sums(y, x, is_treated), _sums(y, x, ~is_treated)


def _likert(values: NDArray[np.float32]) -> NDArray[np.float32]:
    answers: NDArray[np.float32] = np.clip(np.round(_LIKERT_MEAN + _LIKERT_SPREAD * values), 1, 5)
    return answers


def _sums(y_all: NDArray[Any], x_all: NDArray[Any], who: NDArray[np.bool_]) -> Sums:
    y, x = y_all * who, x_all * who
    daily = (who, y, x, y * y, x * x, x * y)
    return Sums(*(part.sum(axis=2, dtype=np.float64).cumsum(axis=1) for part in daily))


def _ever_found(
    arms: "tuple[Sums, Sums] | list[Sums]", tight_at: int, alpha: float, which: tuple[Finding, ...]
) -> _Floats:
    """Tell for each run whether a look on any day gave one of these findings."""
    treated, control = arms
    estimate, low, high = difference_bounds(treated, control, tight_at=tight_at, alpha=alpha)
    looks = zip(*(part.ravel().tolist() for part in (estimate, low, high, treated.people, control.people)), strict=True)
    said = [Difference(mid, bottom, top, (int(a), int(b))).finding() in which for mid, bottom, top, a, b in looks]
    ever: _Floats = np.array(said, dtype=np.float64).reshape(estimate.shape).max(axis=1)
    return ever


def _ever_split(arms: tuple[Sums, Sums]) -> _Floats:
    is_off = split_evidence(arms[0].people, arms[1].people, 0.5) > -np.log(_SPLIT_ALPHA)
    return np.asarray(is_off.any(axis=1), dtype=np.float64)


def _ordinary(arms: list[Sums], alpha: float) -> _Floats:
    """Tell for each run whether an ordinary test, looked at every day, ever came out significant."""
    means = [arm.y / arm.people for arm in arms]
    errors = [arm.spread()[0] / (arm.people - 1) / arm.people for arm in arms]
    looked = np.minimum(arms[0].people, arms[1].people) >= LEAST_PEOPLE
    bound = NormalDist().inv_cdf(1 - alpha / 2) * np.sqrt(errors[0] + errors[1])
    is_significant = (np.abs(means[0] - means[1]) > bound) & looked
    return np.asarray(is_significant.any(axis=1), dtype=np.float64)
