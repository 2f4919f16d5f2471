"""Trains the ranking heads, judges them on later days, and puts them in force if no guardrail got worse.

LightGBM on point-in-time rows; impressions weighted by the inverse of their logged propensity (clipped); position as a
feature, constant when serving; Platt calibration on the days after training; figures on the days after those.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.artifacts import Manifest
from core.clock import Clock
from core.encoder import TextEncoder
from core.errors import BrokenArtifact, Conflict
from core.settings import Settings
from core.storage.database import Database
from pipelines.offline.head_metrics import evaluate, platt
from pipelines.offline.head_rows import HeadRows, head_rows
from pipelines.offline.ranking_data import load_ranking_data
from pipelines.offline.snapshot import publish
from pipelines.offline.vectors import learn_vectors
from ranking.features import FEATURES, matrix
from ranking.heads import HEADS, HEADS_FILE, Calibration, Heads, describe
from ranking.snapshot import current_folder
from ranking.trees import Trees

Array = NDArray[Any]
Progress = Callable[[str], None]


class HeadsConfig(BaseModel):
    """How the heads are trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = Field(default=70, ge=1, le=2000, description="Trees of each head.")
    leaves: int = Field(default=15, ge=2, le=255, description="Leaves of each tree.")
    learning_rate: float = Field(default=0.08, gt=0, le=1, description="Shrinkage of each tree.")
    least_in_leaf: int = Field(default=60, ge=1, description="Fewest impressions in a leaf.")
    least_positives: int = Field(default=30, ge=2, description="Fewest positives to train a head on at all.")
    weight_cap: float = Field(default=10.0, ge=1, description="Largest inverse propensity that is believed.")
    train_share: float = Field(default=0.70, gt=0, lt=1, description="Share of impressions, by time, to train on.")
    calibrate_share: float = Field(default=0.15, gt=0, lt=1, description="Share after those to calibrate on.")
    threads: int = Field(default=1, ge=1, description="Threads to train with; more than free cores slow it down a lot.")
    seed: int = Field(default=7, ge=0, description="Decides everything that is left to chance.")


class Guardrails(BaseModel):
    """How much worse than the heads in force new ones may be, on the same later days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auc_drop: float = Field(default=0.02, ge=0, le=1, description="Largest drop in AUC of any head.")
    ece_rise: float = Field(default=0.02, ge=0, le=1, description="Largest rise in calibration error of any head.")


@dataclass(frozen=True, slots=True)
class Trained:
    """Heads that were trained: a folder of trees with ``heads.json``, and their figures on later days."""

    folder: Path
    metrics: dict[str, dict[str, Any]]


def train_and_publish(
    database: Database,
    encoder: TextEncoder,
    settings: Settings,
    clock: Clock,
    *,
    config: HeadsConfig | None = None,
    guardrails: Guardrails | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Train heads and vectors from the database and put a new snapshot in force; return its manifest.

    Raises ``Conflict`` (code ``guardrail``) if any head is worse than the one in force; nothing is changed then.
    """
    say = progress or (lambda _step: None)
    say("reading events")
    data = load_ranking_data(database, encoder)
    say("working out features")
    rows = head_rows(data)
    with tempfile.TemporaryDirectory() as scratch:
        trained = train_heads(rows, Path(scratch), config or HeadsConfig(), progress=say)
        say("comparing with the heads in force")
        worse = compare(trained, rows, settings.snapshots, config or HeadsConfig(), guardrails or Guardrails())
        if worse:
            raise Conflict(
                code="guardrail",
                detail=f"The new heads were not published: {'; '.join(worse)}.",
                expected="Look at the data, or loosen the guardrail on purpose.",
            )
        say("learning vectors")
        vectors = learn_vectors(data)
        say("writing the snapshot")
        folder = trained.folder if trained.metrics else None
        metrics: dict[str, Any] = dict(trained.metrics)
        return publish(data, vectors, settings.snapshots, clock.now(), heads=folder, metrics=metrics)


def train_heads(rows: HeadRows, folder: Path, config: HeadsConfig, *, progress: Progress | None = None) -> Trained:
    """Train every head that has enough to learn from, below ``folder``."""
    features = matrix(rows.facts)
    parts = _split(rows.at, config)
    weights = np.minimum(1.0 / np.maximum(rows.propensity, 1e-9), config.weight_cap)
    calibrations: dict[str, Calibration] = {}
    metrics: dict[str, dict[str, Any]] = {}
    for name in HEADS:
        if progress is not None:
            progress(f"training {name}")
        done = _train_one(name, features, rows.labels[name], weights, parts, folder, config)
        if done is not None:
            calibrations[name], metrics[name] = done
    (folder / HEADS_FILE).write_text(describe(calibrations, metrics), encoding="utf-8")
    return Trained(folder, metrics)


def compare(
    trained: Trained, rows: HeadRows, snapshots: Path, config: HeadsConfig, guardrails: Guardrails
) -> list[str]:
    """Return what got worse against the heads in force, on the later days; empty if nothing did."""
    try:
        serving = Heads.open(current_folder(snapshots) / "heads")
    except BrokenArtifact:
        return []  # nothing serves yet, or nothing that this program reads
    later = _split(rows.at, config)[2]
    features = matrix(rows.facts)[later]
    worse: list[str] = []
    for name in serving.trained:
        labels = rows.labels[name][later]
        if name not in trained.metrics:
            worse.append(f"{name} could not be trained")
            continue
        known = ~np.isnan(labels)
        before = evaluate(labels[known], serving.probabilities(features[known])[name])
        worse += _worse(name, before, trained.metrics[name], guardrails)
    return worse


def _worse(name: str, before: Mapping[str, Any], after: Mapping[str, Any], guardrails: Guardrails) -> list[str]:
    found = []
    if after["auc"] is not None and before["auc"] is not None and after["auc"] < before["auc"] - guardrails.auc_drop:
        found.append(f"{name}: AUC {after['auc']:.3f}, in force {before['auc']:.3f}")
    if after["ece"] > before["ece"] + guardrails.ece_rise:
        found.append(f"{name}: calibration error {after['ece']:.3f}, in force {before['ece']:.3f}")
    return found


def _train_one(
    name: str,
    features: Array,
    labels: Array,
    weights: Array,
    parts: tuple[Array, Array, Array],
    folder: Path,
    config: HeadsConfig,
) -> tuple[Calibration, dict[str, Any]] | None:
    known = ~np.isnan(labels)
    train, calibrate, later = (part & known for part in parts)
    positives = labels[train].sum()
    if min(positives, train.sum() - positives) < config.least_positives:
        return None
    path = folder / f"{name}.txt"
    importance = _fit(features[train], labels[train], weights[train], path, config)
    trees = Trees(path)
    calibration = platt(trees.raw(features[calibrate]), labels[calibrate], weights[calibrate])
    figures = evaluate(labels[later], calibration.probability(trees.raw(features[later])))
    return calibration, figures | {"trained_on": int(train.sum()), "positives": int(positives), "gain": importance}


def _fit(features: Array, labels: Array, weights: Array, path: Path, config: HeadsConfig) -> dict[str, float]:
    import lightgbm

    parameters = {
        "objective": "binary",
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": min(config.least_in_leaf, max(1, len(labels) // 20)),
        "lambda_l2": 5.0,
        "max_bin": 63,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": config.threads,
        "verbosity": -1,
    }
    rows = lightgbm.Dataset(features, labels, weight=weights / weights.mean(), feature_name=list(FEATURES))
    booster = lightgbm.train(parameters, rows, num_boost_round=config.rounds)
    booster.save_model(str(path))
    gains = booster.feature_importance("gain")
    total = max(float(gains.sum()), 1e-12)
    return {name: round(float(gain) / total, 4) for name, gain in zip(FEATURES, gains, strict=True)}


def _split(at: Array, config: HeadsConfig) -> tuple[Array, Array, Array]:
    """Which impressions to train on, to calibrate on, and to judge by: in order of time."""
    if not len(at):
        nothing = np.zeros(0, dtype=bool)
        return nothing, nothing, nothing
    first, second = np.quantile(at, [config.train_share, config.train_share + config.calibrate_share])
    return at <= first, (at > first) & (at <= second), at > second


__all__ = ["Guardrails", "HeadsConfig", "Trained", "compare", "train_and_publish", "train_heads"]
