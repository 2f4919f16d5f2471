"""Trains and publishes the attribute heads."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, seal
from core.clock import Clock
from core.encoder import TextEncoder
from pipelines.offline.attributes.authored import authored_videos
from ranking.understanding.attributes import NAMES, truth_of
from ranking.understanding.model import ARTIFACT_NAME, ARTIFACT_SCHEMA

_FOLDS = 8
_AUTHORED_WEIGHT = 0.25  # chosen by cross-validation on the labelled videos, from 0, 0.2, 0.5 and 1
_INVERSE_REGULARISATION = 8.0  # likewise, from 8 and 30
_MIN_POSITIVES = 3

Floats = NDArray[np.float64]


def train_attributes(
    videos: Path, encoder: TextEncoder, target: Path, clock: Clock, *, authored: list[dict[str, Any]] | None = None
) -> Manifest:
    """Fit one head per attribute and publish them in ``target``; metrics are cross-validated on ``videos``.

    ``videos`` is a JSON Lines file in the steering benchmark's format; our own ``authored`` texts are added to it.
    """
    labelled = [json.loads(line) for line in videos.read_text(encoding="utf-8").splitlines()]
    own = authored_videos() if authored is None else authored
    x_real, y_real = _table(labelled, encoder)
    x_own, y_own = _table(own, encoder)
    metrics = {"cross_validated_average_precision": _validate(x_real, y_real, x_own, y_own)}
    heads = [_fit(x_real, y_real[:, column], x_own, y_own[:, column]) for column in range(len(NAMES))]
    weights = np.stack([weight for weight, _ in heads]).astype(np.float32)
    bias = np.asarray([bias for _, bias in heads], dtype=np.float32)
    data = {"labelled": len(labelled), "authored": len(own), "encoder": encoder.revision}
    return _publish(target, weights, bias, clock, data, metrics)


def _table(videos: list[dict[str, Any]], encoder: TextEncoder) -> tuple[Floats, Floats]:
    vectors = encoder.encode([video["text"] for video in videos]).astype(np.float64)
    return vectors, np.asarray([truth_of(video) for video in videos])


def _fit(x_real: Floats, y_real: Floats, x_own: Floats, y_own: Floats) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    x, y = np.concatenate([x_real, x_own]), np.concatenate([y_real, y_own])
    weight = np.concatenate([np.ones(len(x_real)), np.full(len(x_own), _AUTHORED_WEIGHT)])
    known = ~np.isnan(y)
    x, y, weight = x[known], y[known], weight[known]
    if min(y.sum(), (1 - y).sum()) < _MIN_POSITIVES:
        return np.zeros(x.shape[1]), float(np.log((y.sum() + 0.5) / ((1 - y).sum() + 0.5)))
    head = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=400).fit(x, y, sample_weight=weight)
    return head.coef_[0], float(head.intercept_[0])


def _validate(x_real: Floats, y_real: Floats, x_own: Floats, y_own: Floats) -> dict[str, float]:
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import KFold

    folds = list(KFold(_FOLDS, shuffle=True, random_state=0).split(x_real))
    precision = {}
    for column, name in enumerate(NAMES):
        truth = y_real[:, column]
        if not _MIN_POSITIVES <= truth.sum() <= len(truth) - _MIN_POSITIVES:
            continue
        guessed = np.zeros(len(truth))
        for train, test in folds:
            weight, bias = _fit(x_real[train], truth[train], x_own, y_own[:, column])
            guessed[test] = x_real[test] @ weight + bias
        precision[name] = round(float(average_precision_score(truth, guessed)), 3)
    return precision | {"mean": round(float(np.mean(list(precision.values()))), 3)}


def _publish(
    target: Path,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    clock: Clock,
    data: dict[str, Any],
    metrics: dict[str, Any],
) -> Manifest:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder) / "built"
        built.mkdir()
        np.savez(built / "heads.npz", weights=weights, bias=bias, names=np.asarray(NAMES))
        sources = {"sources": "texts written for this project; steering benchmark videos (public prompt sets)"}
        manifest = seal(
            built,
            name=ARTIFACT_NAME,
            schema_version=ARTIFACT_SCHEMA,
            created_at=clock.now(),
            made_by="kindling train attributes --videos FILE",
            data=data | sources,
            metrics=metrics,
        )
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
    return manifest
