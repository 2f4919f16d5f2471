"""Judges new value weights on our own logged pages, before anyone is shown a page made by them.

Both the weights in force and the new ones are taken as soft policies: a video stands at a position in proportion to
exp(value / temperature), where the temperature is a share of the values' usual spread among one decision's candidates,
so that multiplying all weights by two changes nothing. The heads are the reward model of the doubly robust estimate,
the logged propensities weigh its residuals (Dudik et al., 2011); the policies are compared decision by decision.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from pipelines.offline.ope.estimators import Estimate, OpeConfig, interval_of_mean, overlap
from pipelines.offline.ope.evaluation import is_supported
from pipelines.offline.ope.own_logs import Decisions
from ranking.features import matrix
from ranking.heads import HEADS, Heads
from ranking.value import ValuePolicy, value_of

Array = NDArray[Any]


class WeightsConfig(BaseModel):
    """How value weights are judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=1.0, gt=0, le=10, description="Of a policy, in spreads of its own values.")
    decisions: int = Field(default=4000, ge=50, description="Most decisions to judge by.")
    alternatives: int = Field(default=60, ge=1, le=2000, description="Sampled alternatives of each decision.")
    least_seen: int = Field(default=30, ge=1, description="Outcomes seen fewer times are left to the heads alone.")
    weight_cap: float = Field(default=50.0, ge=1, description="Largest importance weight that is believed.")


@dataclass(frozen=True, slots=True)
class Compared:
    """One outcome per video shown under the weights in force and under the new ones, and the difference."""

    outcome: str
    in_force: Estimate
    new: Estimate
    difference: Estimate
    seen: int  # how often the outcome followed in the decisions looked at
    is_enough: bool  # whether that is often enough for the log to correct the heads


@dataclass(frozen=True, slots=True)
class WeightsJudged:
    """What our own log says about new value weights."""

    compared: list[Compared]
    effective: tuple[float, float]  # rounds that the log is worth, for the weights in force and the new ones
    decisions: int
    can_tell: bool


@dataclass(frozen=True, slots=True)
class _Soft:
    """A soft policy over decisions: importance weight of what was shown (n,), chances of all candidates (n, 1 + c)."""

    weight: Array
    chances: Array


def judge_weights(
    decisions: Decisions, heads: Heads, in_force: ValuePolicy, new: ValuePolicy, config: WeightsConfig, ope: OpeConfig
) -> WeightsJudged:
    """Compare two value policies on logged decisions."""
    rates = _head_rates(decisions, heads)
    soft = [_soft(decisions, rates, policy, config) for policy in (in_force, new)]
    compared, worth = [], [np.zeros(len(decisions.others)), np.zeros(len(decisions.others))]
    for name in HEADS:
        labels = decisions.labels[name]
        seen = int(np.nansum(labels))
        logged = labels if seen >= config.least_seen else np.full(len(labels), np.nan)
        terms = [_doubly_robust(one, rates[name], logged) for one in soft]
        compared.append(_compared(name, terms, ope, seen, seen >= config.least_seen))
        worth = [have + in_force.weights.get(name, 0.0) * more for have, more in zip(worth, terms, strict=True)]
    compared.append(_compared("worth", worth, ope, len(decisions.others), True))
    enough = all(
        overlap(one.weight, np.inf).effective >= ope.least_effective and is_supported(one.weight, ope) for one in soft
    )
    effective = (overlap(soft[0].weight, np.inf).effective, overlap(soft[1].weight, np.inf).effective)
    return WeightsJudged(compared, effective, len(decisions.others), enough)


def lines(judged: WeightsJudged) -> list[str]:
    """Return the verdict as lines of text."""
    told = [f"{'per 1000 shown':<16}{'in force':>9}{'new':>9}   difference"]
    for item in judged.compared:
        gap = item.difference
        told.append(
            f"{item.outcome:<16}{1000 * item.in_force.value:>9.2f}{1000 * item.new.value:>9.2f}   "
            f"{1000 * gap.value:+.2f}  [{1000 * gap.low:+.2f}, {1000 * gap.high:+.2f}]  {_verdict(item)}"
        )
    told.append("worth: all outcomes, in units of one like, by the weights in force")
    told.append(
        f"overlap: {judged.decisions} decisions are worth {judged.effective[0]:.0f} (in force) "
        f"and {judged.effective[1]:.0f} (new) drawn by the policies themselves"
    )
    if not judged.can_tell:
        told.append("Too little overlap to tell: the log hardly shows what these weights would. Do not decide by this.")
    return told


def _verdict(item: Compared) -> str:
    if not item.is_enough:
        return f"by the heads alone: seen {item.seen} times"
    if item.difference.low <= 0.0 <= item.difference.high:
        return "no difference that this log can show"
    return "more" if item.difference.value > 0 else "less"


def _compared(name: str, terms: list[Array], ope: OpeConfig, seen: int, is_enough: bool) -> Compared:
    old, new = (interval_of_mean(name, part, ope) for part in terms)
    return Compared(name, old, new, interval_of_mean(name, terms[1] - terms[0], ope), seen, is_enough)


def _head_rates(decisions: Decisions, heads: Heads) -> dict[str, Array]:
    """Return each head's probability for every candidate, (n, 1 + c)."""
    rates = heads.probabilities(matrix(decisions.facts))
    return {name: rates[name].reshape(decisions.real.shape) for name in HEADS}


def _soft(decisions: Decisions, rates: dict[str, Array], policy: ValuePolicy, config: WeightsConfig) -> _Soft:
    facts, follows = decisions.facts, decisions.facts.follows_creator > 0
    found = value_of(
        policy,
        {name: values.ravel() for name, values in rates.items()},
        follows=follows,
        mutual=follows & (facts.followed_by_creator > 0),
        limited=decisions.limited.ravel(),
        personal=True,
    )
    value = np.where(decisions.real, found.value.reshape(decisions.real.shape), np.nan)
    temperature = max(config.temperature * float(np.nanmean(np.nanstd(value, axis=1))), 1e-12)
    powers = np.exp(np.nan_to_num((value - np.nanmax(value, axis=1, keepdims=True)) / temperature, nan=-np.inf))
    # Each sampled alternative stands for several; what was shown stands for itself.
    stands_for = (decisions.others / np.maximum(decisions.real[:, 1:].sum(axis=1), 1))[:, None]
    powers[:, 1:] *= stands_for
    chances = powers / powers.sum(axis=1, keepdims=True)
    weight = np.minimum(chances[:, 0] / decisions.propensity, config.weight_cap)
    return _Soft(weight, chances)


def _doubly_robust(soft: _Soft, rates: Array, labels: Array) -> Array:
    """Return the terms (n,) whose mean is the estimate. Where nobody was asked (NaN), only the model speaks."""
    known = ~np.isnan(labels)
    share = max(float(known.mean()), 1e-9)
    normal = soft.weight / max(float(soft.weight[known].mean()) if known.any() else 1.0, 1e-9)  # self-normalised
    residual = np.where(known, np.nan_to_num(labels) - rates[:, 0], 0.0) / share
    expected = (soft.chances * rates).sum(axis=1)
    return np.asarray(expected + normal * residual)
