"""Measures the recommender as papers do: several seeds, all items ranked, the test looked at once, at the end."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.config import SocialSettings
from pipelines.offline.social.data import SocialData
from pipelines.offline.social.metrics import measure
from pipelines.offline.social.recommender import Made, Say, fit_recommender

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What one seed measured on test: the recommender, and the same without friends if that was asked for."""

    seed: int
    test: dict[str, float]
    without_friends: dict[str, float]
    seconds: float


def run_seeds(
    read: Callable[[int], SocialData],
    settings: SocialSettings,
    *,
    seeds: tuple[int, ...],
    cutoffs: tuple[int, ...],
    ablation: bool,
    say: Say,
) -> list[SeedResult]:
    """Fit and measure once for each seed; ``read`` gives the data (or the split) of a seed."""
    results = []
    for seed in seeds:
        start, data, made = time.monotonic(), read(seed), Made()
        chosen = settings.model_copy(update={"seed": seed})
        say(_described(data, seed))
        test = _measured(data, chosen, cutoffs, made, say)
        say(f"seed {seed}: {figures_line(test)}")
        without: dict[str, float] = {}
        if ablation:
            without = _measured(data.without_friends(), chosen, cutoffs, made, say)
            say(f"seed {seed} without friends: {figures_line(without)}")
        results.append(SeedResult(seed, test, without, time.monotonic() - start))
    return results


def _measured(
    data: SocialData, settings: SocialSettings, cutoffs: tuple[int, ...], made: Made, say: Say
) -> dict[str, float]:
    blend = fit_recommender(data, settings, cutoff=cutoffs[0], say=say, made=made)
    hidden = data.matrix(np.concatenate([data.train, data.validation]))
    return measure(blend, hidden, data.matrix(data.test), cutoffs)


def mean_of(figures: list[dict[str, float]]) -> dict[str, float]:
    """Return each figure's mean over seeds."""
    names = figures[0] if figures else {}
    return {name: float(np.mean([one[name] for one in figures])) for name in names}


def figures_line(figures: dict[str, float]) -> str:
    """Return figures as text: ``Recall@20 0.0712 NDCG@20 0.0419``."""
    return " ".join(f"{name} {value:.4f}" for name, value in figures.items())


def peak_memory_mb() -> float:
    """Return the most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _described(data: SocialData, seed: int) -> str:
    return (
        f"seed {seed}: {len(data.users)} users, {len(data.items)} items, {len(data.train)} interactions to train on, "
        f"{len(data.validation)} to choose on, {len(data.test)} to test on, {len(data.friends)} friendships"
    )
