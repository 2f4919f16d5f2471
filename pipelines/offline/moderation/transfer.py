"""How the classifier does on sources it never saw: whole sources and whole authored entries are left out in turn.

A split of one source flatters: its texts share habits of who wrote, picked and labelled them. Here a text is scored
by a model that was fitted and calibrated without any text of its source, and the pooled scores are measured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import Vectors
from core.hashing import stable_int, stable_unit
from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.calibration import platt
from pipelines.offline.moderation.dataset import HEADS, Dataset, Example
from pipelines.offline.moderation.fitting import FitConfig, Inputs, fit
from pipelines.offline.moderation.lessons import balanced, lessons
from pipelines.offline.moderation.measuring import named_scores, raw_logits
from pipelines.offline.text_adapter import AdapterConfig, encode, train_adapter
from safety.decide import decide
from safety.policy import load_moderation_policy
from safety.text.classifier import ANY, with_any
from safety.text.features import buckets

FOLDS: tuple[frozenset[str], ...] = (
    frozenset({"surge", "i2p", "edos", "vbench2", "fetv"}),
    frozenset({"toxiGen", "ailuminate", "davidson", "tweeteval_offensive", "vbench"}),
    frozenset({"implicitHate", "tweeteval_hate", "catqa", "chronomagic", "coco"}),
)
ORDINARY = frozenset({"coco", "vbench", "vbench2", "chronomagic", "fetv"})
_MOST_PER_SOURCE, _MOST_PER_ENTRY = 1500, 120
_FALSE_ALARMS = 0.01
_LEAST_OF_EACH = 20

Rows = NDArray[np.int64]
Encode = Callable[[int, Rows], Vectors]
"""Takes a fold and rows; returns vectors (n, 384) from an encoder that learned nothing from that fold's texts."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Scored rows, and their log-odds (n, C) from models that never saw their source."""

    rows: Rows
    logits: NDArray[np.float32]


def fold_of(example: Example) -> int:
    """Return in which fold a text is left out: by its source, or by its authored entry as a whole."""
    if example.kind == "authored":
        return stable_int("transfer", example.source) % len(FOLDS)
    return next(number for number, sources in enumerate(FOLDS) if example.source in sources)


def out_of_source(
    data: Dataset, vectors_of: Encode, config: FitConfig, only: Sequence[int] = range(len(FOLDS))
) -> Transfer:
    """Score some texts of every source of the folds ``only`` by heads fitted on the other folds' texts alone."""
    rows = data.thinned_rows(_MOST_PER_SOURCE, _MOST_PER_ENTRY)
    folds = np.asarray([fold_of(data.examples[row]) for row in rows])
    logits = np.zeros((len(rows), len(HEADS)), dtype=np.float32)
    for fold in only:
        kept, left_out = rows[folds != fold], rows[folds == fold]
        vectors = vectors_of(fold, np.concatenate([kept, left_out]))
        logits[folds == fold] = _fold(data, kept, left_out, vectors, config)
    scored = np.isin(folds, list(only))
    return Transfer(rows[scored], logits[scored])


def frozen(data: Dataset) -> Encode:
    """Return vectors of the bundled encoder as it is; it is the same for every fold."""
    known: dict[int, NDArray[np.float32]] = {}

    def encode_rows(_fold: int, rows: Rows) -> Vectors:
        missing = [int(row) for row in rows if row not in known]
        if missing:
            known.update(zip(missing, encode([data.examples[row].text for row in missing], None), strict=True))
        return np.stack([known[int(row)] for row in rows])

    return encode_rows


def adapted(data: Dataset, config: AdapterConfig) -> Encode:
    """Return vectors of encoders adapted anew for each fold, on the other folds' texts."""
    folds = np.asarray([fold_of(example) for example in data.examples])

    def encode_rows(fold: int, rows: Rows) -> Vectors:
        adapter = train_adapter(lessons(data, np.flatnonzero(folds != fold)), config)
        return encode([data.examples[row].text for row in rows], adapter)

    return encode_rows


def _fold(data: Dataset, kept: Rows, left_out: Rows, vectors: Vectors, config: FitConfig) -> NDArray[np.float32]:
    rows = np.concatenate([kept, left_out])
    words = [buckets(data.examples[row].text) for row in rows]
    starts = np.concatenate([[0], np.cumsum([found.size for found in words])])
    inputs = Inputs(vectors, np.concatenate(words), starts)
    for_calibration = np.asarray([stable_unit("calibrate", data.examples[row].text) < 0.15 for row in kept])
    fitted_on = np.flatnonzero(~for_calibration)
    flat, begins = inputs.words(fitted_on)
    part = Inputs(vectors[fitted_on], flat, np.append(begins, flat.size))
    weights = fit(part, data.labels[kept[fitted_on]], data.weights[kept[fitted_on]], HEADS, config)
    held = np.flatnonzero(for_calibration)
    slope, offset = platt(raw_logits(weights, inputs, held), data.labels[kept[held]], balanced(data, kept[held]))
    wanted = np.arange(len(kept), len(rows))
    logits: NDArray[np.float32] = raw_logits(weights, inputs, wanted) * slope + offset
    return logits


def measure_transfer(data: Dataset, transfer: Transfer) -> dict[str, Any]:
    """Return the pooled figures: ranking of any harm, recall at 1% false alarms, hate at its own point, look-alikes."""
    scores = (1 / (1 + np.exp(-np.clip(with_any(transfer.logits, HEADS), -30, 30)))).astype(np.float32)
    examples = [data.examples[row] for row in transfer.rows]
    ordinary = np.asarray([item.source in ORDINARY and item.labels[ANY] != (0, 0.0) for item in examples])
    any_harm = scores[:, HEADS.index(ANY)]
    threshold = float(np.quantile(any_harm[ordinary], 1 - _FALSE_ALARMS))
    labels, weights = data.labels[transfer.rows], data.weights[transfer.rows]
    return {
        "method": "every text scored by a model that saw no text of its source or authored entry",
        "rows": len(examples),
        "any_harm_ap_by_source": _any_by_source(examples, any_harm, labels, weights),
        "average_precision": _per_head(scores, labels, weights),
        "hate_by_source": _hate(examples, scores, labels, weights),
        "any_threshold_at_1_percent_of_ordinary_prompts": round(threshold, 4),
        "recall_at_that_threshold": _flagged(examples, any_harm, threshold, harmful=True),
        "lookalikes_flagged_at_that_threshold": _flagged(examples, any_harm, threshold, harmful=False),
        "refused": _refused(examples, scores),
    }


def _average_precision(labels: NDArray[np.float32], scores: NDArray[np.float32]) -> float | None:
    from sklearn.metrics import average_precision_score

    if min(labels.sum(), (1 - labels).sum()) < _LEAST_OF_EACH:
        return None
    return round(float(average_precision_score(labels, scores)), 4)


def _any_by_source(
    examples: list[Example], any_harm: NDArray[np.float32], labels: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, float]:
    """Return AP of any harm within each source that has both kinds, and over all public text that is no prompt."""
    column = HEADS.index(ANY)
    known = weights[:, column] > 0
    sources = np.asarray([item.source.partition("/")[0] for item in examples])
    found = {
        name: _average_precision(labels[known & (sources == name), column], any_harm[known & (sources == name)])
        for name in sorted(set(sources))
    }
    return {name: ap for name, ap in found.items() if ap is not None}


def _per_head(
    scores: NDArray[np.float32], labels: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, float | None]:
    return {
        head: _average_precision(labels[weights[:, column] > 0, column], scores[weights[:, column] > 0, column])
        for column, head in enumerate(HEADS)
    }


def _hate(
    examples: list[Example], scores: NDArray[np.float32], labels: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, Mapping[str, float]]:
    """Return for each source that labels hate: AP, and at the score .5 the share right, and of the non-hateful."""
    column = HEADS.index("hate")
    found: dict[str, Mapping[str, float]] = {}
    sources = np.asarray([_hate_group(item) for item in examples])
    for name in sorted(set(sources) - {""}):
        rows = (sources == name) & (weights[:, column] > 0)
        ap = _average_precision(labels[rows, column], scores[rows, column])
        if ap is not None:
            right = (scores[rows, column] >= 0.5) == (labels[rows, column] > 0)
            harmless = labels[rows, column] == 0
            found[name] = {
                "ap": ap, "right": round(float(right.mean()), 3),
                "non_hateful_right": round(float(right[harmless].mean()), 3), "n": int(rows.sum()),
            }  # fmt: skip
    return found


def _hate_group(example: Example) -> str:
    if example.kind == "authored":
        return "authored" if "hate" in example.source or "identity" in example.source else ""
    return example.source


def _flagged(
    examples: list[Example], any_harm: NDArray[np.float32], threshold: float, *, harmful: bool
) -> dict[str, dict[str, float]]:
    hits: dict[str, list[bool]] = {}
    for example, score in zip(examples, any_harm, strict=True):
        label, weight = example.labels.get(ANY, (0, 0.0))
        is_wanted = bool(label) == harmful and weight > 0 and (harmful or example.kind == "authored")
        if is_wanted and (example.kind == "authored" or example.source in {"i2p", "catqa", "ailuminate"}):
            hits.setdefault(example.source, []).append(bool(score > threshold))
    named = {name: {"share": round(float(np.mean(found)), 3), "n": len(found)} for name, found in sorted(hits.items())}
    authored = [float(np.mean(found)) for name, found in hits.items() if name.startswith("authored/")]
    return {"authored, mean of entries": {"share": round(float(np.mean(authored)), 3), "n": len(authored)}, **named}


def _refused(examples: list[Example], scores: NDArray[np.float32]) -> dict[str, Any]:
    """Return what share of harmless texts the shipped policy stops (block), and does not simply allow."""
    policy = load_moderation_policy()
    groups = {"ordinary prompts": lambda item: item.source in ORDINARY, "look-alikes": _is_lookalike}
    result: dict[str, Any] = {}
    for name, belongs in groups.items():
        rows = [row for row, item in enumerate(examples) if belongs(item)]
        for audience in (Audience.ADULT, Audience.TEEN):
            outcomes = [
                decide(named_scores(examples[row].text, scores[row]), Surface.PROMPT, audience, policy).outcome
                for row in rows
            ]
            result[f"{name}, {audience}"] = {
                "blocked": round(float(np.mean([found == Outcome.BLOCK for found in outcomes])), 4),
                "not allowed": round(float(np.mean([found > Outcome.ALLOW for found in outcomes])), 4),
                "n": len(rows),
            }
    return result


def _is_lookalike(example: Example) -> bool:
    return example.kind == "authored" and example.labels[ANY][0] == 0
