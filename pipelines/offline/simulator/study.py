"""The trade-off study: what each engine does to satisfaction, creation, time and friends, over several towns.

Towns differ by seed; within one, engines meet the same people, videos, visits and luck. Intervals are Student's over
towns; differences are paired by town.
"""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.encoder import TextEncoder
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import KINDS
from pipelines.offline.city.store import AFTER_S
from pipelines.offline.simulator.engines import Arm, make_engine
from pipelines.offline.simulator.loop import Lived, Loop, Respondents, answered_history, trained
from pipelines.offline.simulator.town import Town, found_town

Array = NDArray[Any]
EVEN = Respondents("everyone alike", 0.0)
RESPONDENTS = (Respondents("the dissatisfied more", -1.0), EVEN, Respondents("the satisfied more", 1.0))
_NOW = datetime(2026, 11, 21, tzinfo=UTC)
MEASURES: dict[str, str] = {
    "poll": "mean poll answer (1 to 5)",
    "satisfaction": "true satisfaction (0 to 1)",
    "creations": "creations per person",
    "minutes": "minutes watched per person",
    "friends": "share of friends' videos",
    "followed": "share of followed people's videos",
}


class StudyConfig(BaseModel):
    """How large the study is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(default=5, ge=2, le=100, description="Towns to play in.")
    people: int = Field(default=200, ge=20, le=5000, description="People of each town.")
    videos: int = Field(default=800, ge=50, le=20_000, description="Videos of each town.")
    history_days: int = Field(default=42, ge=10, le=365, description="Days of randomised pages to learn from first.")
    loop_days: int = Field(default=14, ge=2, le=180, description="Days that each engine makes the pages.")
    retrain_every_days: int = Field(default=7, ge=1, le=60, description="Days between two trainings in the loop.")


@dataclass(frozen=True, slots=True)
class Run:
    """One engine in one town, with one kind of respondents: the figures of ``MEASURES``."""

    seed: int
    arm: str
    respondents: str
    figures: dict[str, float]


def run_study(
    config: StudyConfig, models: Path, *, processes: int = 2, done: Callable[[int], None] | None = None
) -> list[Run]:
    """Return every run. ``models`` holds the exported encoder; ``done`` is told how many towns are done."""
    seeds = range(1, config.seeds + 1)
    runs: list[Run] = []
    with ProcessPoolExecutor(max(1, processes), mp_context=get_context("spawn")) as pool:
        for number, part in enumerate(pool.map(run_town, [config] * config.seeds, seeds, [models] * config.seeds)):
            runs += part
            if done is not None:
                done(number + 1)
    return runs


def run_town(config: StudyConfig, seed: int, models: Path) -> list[Run]:
    """Return all runs in one town. Polls reach only Kindling's weights, so the others are played once."""
    encoder = TextEncoder(models / "encoder")
    city = CityConfig(
        seed=seed, people=config.people, videos=config.videos, films=0, now=_NOW,
        days=config.history_days + config.loop_days,
    )  # fmt: skip
    town = found_town(city, config.loop_days, encoder)
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as scratch:
        heads: dict[str, Path] = {}
        for place, asked in enumerate(RESPONDENTS):
            heads[asked.name] = trained(
                town, answered_history(town, asked), town.loop_from, Path(scratch) / f"first-{place}"
            )
        for arm in Arm:
            for place, asked in enumerate(RESPONDENTS if arm is Arm.KINDLING else (EVEN,)):
                loop = Loop(town, make_engine(arm, encoder), asked, Path(scratch) / f"{arm}-{place}")
                lived = loop.run(
                    config.loop_days, first_heads=heads[asked.name], retrain_every_days=config.retrain_every_days
                )
                measured = (asked,) if arm is Arm.KINDLING else RESPONDENTS
                runs += [Run(seed, str(arm), who.name, measure(town, lived, who)) for who in measured]
    return runs


def measure(town: Town, lived: Lived, respondents: Respondents) -> dict[str, float]:
    """Return the figures of ``MEASURES`` for what was looked at."""
    played, column = lived.played, KINDS.index
    looked = played.did[:, column("view")]
    answering = respondents.answer(town.config.arrays("measured", respondents.name), lived.satisfaction)
    answers = lived.would_say[answering & (lived.would_say > 0)]
    made = played.did[:, column("create")] | played.did[:, column("remix")]
    people = len(town.people)
    return {
        "poll": float(answers.mean()),
        "satisfaction": float(lived.satisfaction[looked].mean()),
        "creations": float(made.sum()) / people,
        "minutes": float(_seconds_watched(town, lived)[looked].sum()) / 60.0 / people,
        "friends": float(lived.is_friend[looked].mean()),
        "followed": float(lived.is_followed[looked].mean()),
    }


def _seconds_watched(town: Town, lived: Lived) -> Array:
    """All of a video that was completed, the time to a skip of one that was skipped, half of any other."""
    played = lived.played
    seconds = np.array([video.seconds for video in town.videos], dtype=np.float64)[played.video]
    is_skipped, is_complete = (played.did[:, KINDS.index(kind)] for kind in ("skip", "complete"))
    watched: Array = np.where(is_complete, seconds, np.where(is_skipped, AFTER_S["skip"], seconds / 2.0))
    return watched


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over towns with its 95 % interval (Student)."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        """Return the estimate from one value a town, at least two."""
        from scipy.stats import t

        mean = float(np.mean(values))
        half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
        return cls(mean, mean - half, mean + half)


def values_of(runs: Sequence[Run], arm: Arm, measured: str, respondents: str = EVEN.name) -> list[float]:
    """Return one figure of an arm in every town, in order of seed."""
    chosen = [run for run in runs if run.arm == arm and run.respondents == respondents]
    return [run.figures[measured] for run in sorted(chosen, key=lambda run: run.seed)]


def difference(runs: Sequence[Run], measured: str, other: Arm, respondents: str = EVEN.name) -> Estimate:
    """Return Kindling less another engine, paired by town."""
    ours = values_of(runs, Arm.KINDLING, measured, respondents)
    theirs = values_of(runs, other, measured, respondents)
    return Estimate.of([a - b for a, b in zip(ours, theirs, strict=True)])
