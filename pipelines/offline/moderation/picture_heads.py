"""Trains heads over an open_clip model's picture vectors from a folder of labelled frames.

The folder holds pictures and ``labels.jsonl``, a line each: ``{"file", "labels": {category: 0 or 1}, "group"?}``. A
category that a line does not name is unknown there, not negative. Frames of one ``group`` (a film, a source), and those
whose vectors are almost the same, stay on one side of the split.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.artifacts import Manifest, seal
from core.clock import Clock
from core.errors import InvalidInput
from core.hashing import stable_int
from core.media.film import Frame
from core.media.pictures import read_pictures
from safety.picture.heads import ARTIFACT_NAME, ARTIFACT_SCHEMA, write_heads
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS

Array = NDArray[np.float32]
Look = Callable[[Sequence[Frame]], Array]

_ALIKE = 0.985  # cosine from which two frames are one for the split
_LEAST_OF_EACH = 8  # positives and negatives among the training frames, or the category gets no head
_SHARES = (70, 85)  # of 100 groups: to train on, and to calibrate on as well; the rest is held out
_BATCH = 64


class LabelledFrame(BaseModel):
    """One line of ``labels.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(min_length=1, description="Path below the folder.")
    labels: dict[str, int] = Field(min_length=1, description="1 or 0 by category; what is not named is unknown.")
    group: str = Field(default="", description="What it was taken from; frames of one group are not split.")


@dataclass(frozen=True, slots=True)
class _Data:
    vectors_ND: Array  # noqa: N815 - shapes are named
    labels_NC: NDArray[np.int8]  # noqa: N815 - 1, 0, or -1 for unknown
    side_N: NDArray[np.int8]  # noqa: N815 - 0 train, 1 calibrate, 2 held out


def train_picture_heads(frames: Path, target: Path, look: Look, *, checkpoint: str, clock: Clock) -> Manifest:
    """Train, calibrate and measure one head per category; write the artifact to ``target`` with its manifest.

    ``look`` gives unit vectors of frames, and ``checkpoint`` names the model that does. Raises ``InvalidInput`` for
    labels or pictures that cannot be used, or when no category has enough of both kinds.
    """
    rows = list(_rows(frames))
    data = _data(frames, rows, look)
    heads, metrics = {}, {}
    for place, category in enumerate(CATEGORIES):
        fitted = _fit(data, place)
        if fitted is not None:
            heads[category], metrics[category] = fitted
    if not heads:
        raise _unusable(f"No category has {_LEAST_OF_EACH} frames of it and {_LEAST_OF_EACH} that are not to train on.")
    weights = np.stack([weight for weight, _ in heads.values()], axis=1).astype(np.float32)
    offset = np.asarray([bias for _, bias in heads.values()], dtype=np.float32)
    write_heads(target, weights, offset, tuple(heads))
    sides = [int((data.side_N == side).sum()) for side in range(3)]
    return seal(
        target, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA, created_at=clock.now(),
        made_by="kindling train picture-heads --frames FOLDER --target FOLDER",
        data={"checkpoint": checkpoint, "frames": len(rows), "train": sides[0], "calibrate": sides[1],
              "held_out": sides[2], "without_head": [name for name in CATEGORIES if name not in heads]},
        metrics=metrics,
    )  # fmt: skip


def _rows(folder: Path) -> Iterator[LabelledFrame]:
    path = folder / "labels.jsonl"
    if not path.exists():
        raise _unusable(f"{folder} has no labels.jsonl.")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = LabelledFrame.model_validate_json(line)
        except ValidationError as error:
            raise _unusable(f"Line {number} of labels.jsonl: {error.errors()[0]['msg']}.") from error
        wrong = [name for name, value in row.labels.items() if name not in CATEGORIES or value not in (0, 1)]
        if wrong or SEXUAL_MINORS in row.labels:
            raise _unusable(f"Line {number} of labels.jsonl: {(wrong or [SEXUAL_MINORS])[0]!r} cannot be trained on.")
        if not (folder / row.file).resolve().is_relative_to(folder.resolve()):
            raise _unusable(f"Line {number} of labels.jsonl: {row.file!r} is not below the folder.")
        yield row


def _data(folder: Path, rows: Sequence[LabelledFrame], look: Look) -> _Data:
    vectors = []
    for start in range(0, len(rows), _BATCH):
        batch = [read_pictures((folder / row.file).read_bytes())[0] for row in rows[start : start + _BATCH]]
        vectors.append(look(batch))
    labels = np.full((len(rows), len(CATEGORIES)), -1, np.int8)
    for number, row in enumerate(rows):
        for name, value in row.labels.items():
            labels[number, CATEGORIES.index(name)] = value
    whole = np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)
    return _Data(whole, labels, _sides(rows, whole))


def _sides(rows: Sequence[LabelledFrame], vectors: Array) -> NDArray[np.int8]:
    """Return the side of each frame: decided by its group, groups with frames that are almost the same being one."""
    names = [row.group or row.file for row in rows]
    root = {name: name for name in names}

    def found(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for place, vector in enumerate(vectors):
        for other in np.flatnonzero(vectors[:place] @ vector >= _ALIKE):
            first, second = sorted((found(names[place]), found(names[other])))
            root[second] = first
    shares = [stable_int("picture-split", found(name)) % 100 for name in names]
    return np.asarray([sum(share >= bound for bound in _SHARES) for share in shares], dtype=np.int8)


def _fit(data: _Data, category: int) -> tuple[tuple[Array, float], dict[str, Any]] | None:
    """Return ((weights, offset), metrics) of one category's head, or None when there is too little to learn from."""
    from sklearn.linear_model import LogisticRegression

    known = data.labels_NC[:, category] >= 0
    train, calibrate, held = ((data.side_N == side) & known for side in range(3))
    truth = data.labels_NC[:, category]
    if min((truth[train] == 1).sum(), (truth[train] == 0).sum()) < _LEAST_OF_EACH:
        return None
    model = LogisticRegression(C=10.0, max_iter=2_000, class_weight="balanced").fit(
        data.vectors_ND[train], truth[train]
    )
    weight, bias = model.coef_[0], float(model.intercept_[0])
    slope, offset = _platt(data.vectors_ND[calibrate] @ weight + bias, truth[calibrate])
    weight, bias = weight * slope, bias * slope + offset
    logits = data.vectors_ND[held] @ weight + bias
    return (weight.astype(np.float32), bias), _measured(logits, truth[held], int(train.sum()))


def _platt(logits: NDArray[np.floating], truth: NDArray[np.int8]) -> tuple[float, float]:
    """Return slope and offset that make log-odds probabilities (Platt, 1999); none where there is nothing to learn."""
    from sklearn.linear_model import LogisticRegression

    if min((truth == 1).sum(), (truth == 0).sum()) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1.0).fit(logits[:, None], truth)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)


def _measured(logits: NDArray[np.floating], truth: NDArray[np.int8], trained_on: int) -> dict[str, Any]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    p = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    figures: dict[str, Any] = {"trained_on": trained_on, "held_out": len(truth), "positives": int((truth == 1).sum())}
    if 0 < figures["positives"] < len(truth):
        figures["average_precision"] = round(float(average_precision_score(truth, p)), 4)
        figures["auc"] = round(float(roc_auc_score(truth, p)), 4)
        figures["brier"] = round(float(np.square(p - truth).mean()), 4)
    return figures


def write_labels(folder: Path, rows: Sequence[LabelledFrame]) -> None:
    """Write ``labels.jsonl``."""
    lines = (json.dumps(row.model_dump(), ensure_ascii=False) for row in rows)
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _unusable(detail: str) -> InvalidInput:
    return InvalidInput(
        code="bad_labels", detail=detail, field="frames",
        expected='A folder of pictures with labels.jsonl: {"file": ..., "labels": {category: 0 or 1}, "group": ...}.',
    )  # fmt: skip
