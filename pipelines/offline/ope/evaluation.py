"""Judges a target policy on a log: estimates over all rounds and by position, and whether there is enough to tell."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.ope.estimators import (
    Estimate,
    OpeConfig,
    Overlap,
    choose_clip,
    estimates,
    interval_of_mean,
    overlap,
)
from pipelines.offline.ope.logs import Logged
from pipelines.offline.ope.reward_model import cross_fitted
from pipelines.offline.ope.targets import Target

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a log says about a target policy."""

    logged: Estimate  # the logging policy's own click rate
    own: Estimate | None  # the target's own click rate, where its file has clicks
    estimates: list[Estimate]
    by_position: dict[str, list[Estimate]]
    overlap: Overlap
    can_tell: bool
    origin: str

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)


def judge(logs: Logged, target: Target, config: OpeConfig) -> Judged:
    """Estimate the target's click rate from the log."""
    rows = np.arange(logs.count)
    weights = target.probabilities[rows, logs.action] / logs.propensity
    model = cross_fitted(logs, folds=config.folds, seed=config.seed)
    modelled, expected = model[rows, logs.action], (model * target.probabilities).sum(axis=1)
    clip = choose_clip(weights, logs.reward)

    def over(chosen: Array) -> list[Estimate]:
        return estimates(weights[chosen], logs.reward[chosen], modelled[chosen], expected[chosen], config, clip)

    found = overlap(weights, clip)
    enough = found.effective >= config.least_effective and is_supported(weights, config)
    return Judged(
        logged=interval_of_mean("logged", logs.reward, config),
        own=None if target.rewards is None else interval_of_mean("on policy", target.rewards, config),
        estimates=over(rows),
        by_position={str(label): over(logs.position == place) for place, label in enumerate(logs.positions)},
        overlap=found,
        can_tell=enough,
        origin=target.origin,
    )


def is_supported(weights: Array, config: OpeConfig) -> bool:
    """Whether the mean weight, within three standard errors, shows that the log covers what the target does."""
    error = float(weights.std()) / np.sqrt(max(len(weights), 1))
    return bool(float(weights.mean()) + 3.0 * error >= config.least_support)


def lines(judged: Judged) -> list[str]:
    """Return the verdict as lines of text."""
    told = [f"{'logging policy':<16}{_said(judged.logged)}"]
    told += [f"{item.name:<16}{_said(item)}" for item in judged.estimates]
    if judged.own is not None:
        told.append(f"{'target itself':<16}{_said(judged.own)}   its own clicks, for comparison")
        told += [f"{item.name:<16}{_off(item, judged.own)}" for item in judged.estimates]
    for position, items in judged.by_position.items():
        told += [f"position {position:<7}{_said(item)}   {item.name}" for item in items if item.name in ("SNIPS", "DR")]
    found = judged.overlap
    told.append(
        f"{'overlap':<16}{found.effective:.0f} effective of {found.rounds} rounds, mean weight {found.mean_weight:.3f},"
        f" largest {found.largest_weight:.1f}, clipped at {found.clip:.1f}"
    )
    told.append(f"{'target from':<16}{judged.origin}")
    if not judged.can_tell:
        told.append("Too little overlap to tell: the log hardly shows what the target would. Do not decide by this.")
    return told


def _said(item: Estimate) -> str:
    return f"{item.value:.5f}  [{item.low:.5f}, {item.high:.5f}]"


def _off(item: Estimate, own: Estimate) -> str:
    off = item.value - own.value
    share = f"{off / own.value:+.1%}" if own.value else "n/a"
    inside = "holds" if item.low <= own.value <= item.high else "misses"
    return f"off by {off:+.5f} ({share}); its interval {inside} the target's own rate"
