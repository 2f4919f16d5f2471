"""Heads for a drawn world: trained by LightGBM on drawn labels, with the shipped heads' names, rounds and leaves."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.heads import HeadsConfig
from pipelines.offline.snapshot_parts import Parts
from ranking.features import FEATURES, PairFacts, matrix
from ranking.heads import HEADS, HEADS_FILE, PRIORS, Calibration, describe

Array = NDArray[Any]
_PAIRS = 40_000


def train_drawn_heads(parts: Parts, folder: Path, *, seed: int) -> Path:
    """Train every head on drawn pairs of the world's videos and drawn viewers; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    features = matrix(_facts(parts, random))
    varied = features.std(axis=0) > 0
    scaled = np.where(varied, (features - features.mean(axis=0)) / np.where(varied, features.std(axis=0), 1.0), 0.0)
    for name in HEADS:
        labels = _labels(scaled, PRIORS[name], random)
        _fit(features, labels, folder / f"{name}.txt", seed)
    described = describe({name: Calibration() for name in HEADS}, {}, parts.built_at)
    (folder / HEADS_FILE).write_text(described, encoding="utf-8")
    return folder


def _facts(parts: Parts, random: np.random.Generator) -> PairFacts:
    rows = np.sort(random.integers(len(parts.videos["creator"]), size=_PAIRS))
    creators = parts.videos["creator"][rows]

    def flags(share: float) -> Array:
        return np.asarray(random.random(_PAIRS) < share, dtype=np.float64)

    return PairFacts(
        age_s=parts.built_at - parts.videos["published_at"][rows],
        follows_creator=flags(0.3),
        followed_by_creator=flags(0.2),
        common_friends=random.poisson(1.5, _PAIRS).astype(np.float64),
        affinity=random.exponential(1.0, _PAIRS) * flags(0.3),
        taste=np.clip(random.normal(0.15, 0.35, _PAIRS), -1.0, 1.0),
        text_taste=np.clip(random.normal(0.25, 0.25, _PAIRS), -1.0, 1.0),
        counts=parts.videos["counts"][rows],
        creator_counts=parts.person_counts[creators],
        seconds=parts.videos["seconds"][rows],
        is_remix=parts.videos["is_remix"][rows].astype(np.float64),
        activity=random.exponential(30.0, _PAIRS),
        creativity=random.exponential(2.0, _PAIRS),
        position=random.integers(0, 12, _PAIRS).astype(np.float64),
    )


def _labels(scaled: Array, base_rate: float, random: np.random.Generator) -> Array:
    """Draw labels whose log-odds are a rough surface over the features, about ``base_rate`` of them positive."""
    raw = scaled @ random.normal(0.0, 0.4, scaled.shape[1])
    for _ in range(8):
        first, second = random.integers(scaled.shape[1], size=2)
        raw += 0.5 * random.normal() * np.tanh(scaled[:, first] * scaled[:, second])
    odds = np.log(base_rate / (1.0 - base_rate)) + raw
    return np.asarray(random.random(len(raw)) < 1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)


def _fit(features: Array, labels: Array, path: Path, seed: int) -> None:
    import lightgbm

    config = HeadsConfig()
    settings = {
        "objective": "binary", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.least_in_leaf, "max_bin": 63, "seed": seed, "num_threads": 1, "verbosity": -1,
        "deterministic": True, "force_row_wise": True,
    }  # fmt: skip
    rows = lightgbm.Dataset(features, labels, feature_name=list(FEATURES))
    lightgbm.train(settings, rows, num_boost_round=config.rounds).save_model(str(path))
