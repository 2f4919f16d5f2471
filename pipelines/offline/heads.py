"""Trains the ranking heads, judges them on later days, and puts them in force if no guardrail got worse.

LightGBM on point-in-time rows; impressions weighted by the inverse of their logged propensity (clipped); position as a
feature, constant when serving; Platt calibration on the days after training; figures on the week after those. Heads
learned from answers have some thousand rows where the others have a hundred thousand: they train and calibrate on all
earlier answers, by cross-fitting. Heads in force are compared on days that neither they nor the new ones learned from.
"""

import tempfile
from collections.abc import Callable
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
from pipelines.offline.head_metrics import auc, evaluate, expected_calibration_error, platt, surely_worse
from pipelines.offline.head_rows import HeadRows, head_rows
from pipelines.offline.launches import require_launches_open
from pipelines.offline.ranking_data import load_ranking_data
from pipelines.offline.snapshot import publish
from pipelines.offline.vectors import learn_vectors
from ranking.features import FEATURES, matrix
from ranking.heads import HEADS, HEADS_FILE, MEASURED, Calibration, Heads, describe
from ranking.snapshot import current_folder
from ranking.trees import Trees

Array = NDArray[Any]
_ASKED = frozenset({"satisfied", "regret"})  # heads learned from answers, which are few
Progress = Callable[[str], None]


class HeadsConfig(BaseModel):
    """How the heads are trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = Field(default=70, ge=1, le=2000, description="Trees of each head.")
    leaves: int = Field(default=15, ge=2, le=64, description="Leaves of each tree.")
    learning_rate: float = Field(default=0.08, gt=0, le=1, description="Shrinkage of each tree.")
    least_in_leaf: int = Field(default=60, ge=1, description="Fewest impressions in a leaf.")
    least_positives: int = Field(default=30, ge=2, description="Fewest positives to train a head on at all.")
    weight_cap: float = Field(default=10.0, ge=1, description="Largest inverse propensity that is believed.")
    threads: int = Field(default=1, ge=1, description="Threads to train with; more than free cores slow it down a lot.")
    folds: int = Field(default=5, ge=2, le=20, description="Parts in time that heads learned from answers leave out.")
    seed: int = Field(default=7, ge=0, description="Decides everything that is left to chance.")


class Guardrails(BaseModel):
    """How much worse than the heads in force new ones may be, on days that neither learned from.

    A difference counts when it is larger than allowed and larger than chance (paired bootstrap).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    auc_drop: float = Field(default=0.02, ge=0, le=1, description="Largest drop in AUC of any head.")
    ece_rise: float = Field(default=0.02, ge=0, le=1, description="Largest rise in calibration error of any head.")
    least_rows: int = Field(default=100, ge=1, description="Fewest impressions to compare on.")


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

    Raises ``Conflict`` if any head is worse than the one in force (code ``guardrail``), or while the charter is broken
    (``launches_frozen``); nothing is changed then.
    """
    say = progress or (lambda _step: None)
    require_launches_open(database, clock.now(), overrides=settings.policies)
    say("reading events")
    data = load_ranking_data(database, encoder)
    say("working out features")
    rows = head_rows(data)
    with tempfile.TemporaryDirectory() as scratch:
        trained = train_heads(rows, Path(scratch), config or HeadsConfig(), progress=say)
        say("comparing with the heads in force")
        worse = compare(trained, rows, settings.snapshots, guardrails or Guardrails())
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
    parts = rows.split.parts(rows.at)
    weights = np.minimum(1.0 / np.maximum(rows.propensity, 1e-9), config.weight_cap)
    calibrations: dict[str, Calibration] = {}
    metrics: dict[str, dict[str, Any]] = {}
    for name in (*HEADS, *MEASURED):
        if progress is not None:
            progress(f"training {name}")
        done = _train_one(name, features, rows.labels[name], weights, parts, folder, config)
        if done is not None:
            calibrations[name], metrics[name] = done
    text = describe(calibrations, metrics, rows.split.later_from)
    (folder / HEADS_FILE).write_text(text, encoding="utf-8")
    return Trained(folder, metrics)


def compare(trained: Trained, rows: HeadRows, snapshots: Path, guardrails: Guardrails) -> list[str]:
    """Return what got worse against the heads in force, on days that neither learned from; empty if nothing did."""
    try:
        serving = Heads.open(current_folder(snapshots) / "heads")
    except BrokenArtifact:
        return []  # nothing serves yet, or nothing that this program reads
    later = rows.at >= max(rows.split.later_from, serving.learned_until)
    if serving.trained and later.sum() < guardrails.least_rows:
        return [f"only {int(later.sum())} impressions are newer than what the heads in force learned from"]
    features = matrix(rows.facts)[later]
    before, after = serving.probabilities(features), Heads.open(trained.folder).probabilities(features)
    worse: list[str] = []
    for name in serving.trained:
        labels = rows.labels[name][later]
        known = ~np.isnan(labels)
        if name not in trained.metrics:
            worse.append(f"{name} could not be trained")
        elif known.any():
            worse += _worse(name, labels[known], before[name][known], after[name][known], guardrails)
    return worse


def _worse(name: str, labels: Array, before: Array, after: Array, guardrails: Guardrails) -> list[str]:
    found = []
    old, new = _inverse_auc(labels, before), _inverse_auc(labels, after)
    has_dropped = old is not None and new is not None and new > old + guardrails.auc_drop
    if has_dropped and surely_worse(labels, before, after, _inverse_auc):
        found.append(f"{name}: AUC {1 - (new or 0):.3f}, in force {1 - (old or 0):.3f}")
    old, new = expected_calibration_error(labels, before), expected_calibration_error(labels, after)
    if new > old + guardrails.ece_rise and surely_worse(labels, before, after, expected_calibration_error):
        found.append(f"{name}: calibration error {new:.3f}, in force {old:.3f}")
    return found


def _inverse_auc(labels: Array, scores: Array) -> float | None:
    area = auc(labels, scores)
    return None if area is None else 1.0 - area


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
    if name in _ASKED:
        train |= calibrate
        calibration = _cross_fitted(features[train], labels[train], weights[train], folder, config)
        importance = _fit(features[train], labels[train], weights[train], path, config)
    else:
        importance = _fit(features[train], labels[train], weights[train], path, config)
        raw = Trees([path]).raw(features[calibrate])[0]
        calibration = platt(raw, labels[calibrate], weights[calibrate])
    figures = evaluate(labels[later], calibration.probability(Trees([path]).raw(features[later])[0]))
    positives = labels[train].sum()
    return calibration, figures | {"trained_on": int(train.sum()), "positives": int(positives), "gain": importance}


def _cross_fitted(features: Array, labels: Array, weights: Array, folder: Path, config: HeadsConfig) -> Calibration:
    """Return the calibration of trees trained on all of these rows, from what others said of rows they never saw.

    The rows are in order of time, and each part that is left out is a stretch of it.
    """
    raw, scratch = np.zeros(len(labels)), folder / "left-out.tmp"
    part = np.arange(len(labels)) * config.folds // max(1, len(labels))
    for number in range(config.folds):
        rest, out = part != number, part == number
        _fit(features[rest], labels[rest], weights[rest], scratch, config)
        raw[out] = Trees([scratch]).raw(features[out])[0]
    scratch.unlink()
    return platt(raw, labels, weights)


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


__all__ = ["Guardrails", "HeadsConfig", "Trained", "compare", "train_and_publish", "train_heads"]
