"""What the classifier can and cannot do, on texts that it was not fitted or calibrated on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.dataset import HEADS, Dataset
from pipelines.offline.moderation.fitting import Inputs
from safety.decide import decide
from safety.policy import load_moderation_policy
from safety.taxonomy import SEXUAL_MINORS
from safety.text.classifier import ANY, SHOWN, Weights, with_any
from safety.text.minors import minor_cue

_LEAST_POSITIVES = 5
_BENIGN_SOURCES = ("coco", "vbench", "vbench2", "chronomagic", "fetv")
_FALSE_ALARMS = 0.01


def measure(data: Dataset, logits_NC: NDArray[np.float32]) -> dict[str, Any]:  # noqa: N803 - shapes are named
    """Return average precision per head, recall at 1% false alarms, and how often benign prompts are refused."""
    scores = (1 / (1 + np.exp(-np.clip(with_any(logits_NC, HEADS), -30, 30)))).astype(np.float32)
    rows = data.rows("test")
    threshold = _threshold_at(scores[:, HEADS.index(ANY)], data, rows)
    return {
        "split": "test: near-duplicate groups of public texts, and authored texts with held-out words. What is served "
        "was then fitted once more with those authored texts added; the public test texts were never fitted.",
        "test_rows": int(rows.size),
        "average_precision": _average_precisions(data, scores, rows),
        "any_threshold_at_1_percent_of_benign": round(threshold, 4),
        "recall_at_that_threshold": _recalls(data, scores, rows, threshold),
        "lookalikes_flagged_at_that_threshold": _lookalikes(data, scores, rows, threshold),
        "benign_prompts_by_outcome": _benign_outcomes(data, scores, rows),
    }


def _average_precisions(data: Dataset, scores: NDArray[np.float32], rows: NDArray[np.int64]) -> dict[str, Any]:
    from sklearn.metrics import average_precision_score

    found: dict[str, Any] = {}
    for column, head in enumerate(HEADS):
        known = rows[data.weights[rows, column] > 0]
        positives = int(data.labels[known, column].sum())
        if positives < _LEAST_POSITIVES:
            found[head] = {"ap": None, "positives": positives, "known": int(known.size)}
            continue
        ap = average_precision_score(data.labels[known, column], scores[known, column])
        found[head] = {"ap": round(float(ap), 4), "positives": positives, "known": int(known.size)}
    return found


def _is_benign_prompt(data: Dataset, row: int) -> bool:
    example = data.examples[row]
    return example.source in _BENIGN_SOURCES and example.labels[ANY][1] > 0


def _benign_rows(data: Dataset, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray([row for row in rows if _is_benign_prompt(data, int(row))], dtype=np.int64)


def _threshold_at(scores: NDArray[np.float32], data: Dataset, rows: NDArray[np.int64]) -> float:
    return float(np.quantile(scores[_benign_rows(data, rows)], 1 - _FALSE_ALARMS))


def _recalls(
    data: Dataset, scores: NDArray[np.float32], rows: NDArray[np.int64], threshold: float
) -> dict[str, dict[str, float]]:
    flagged = scores[:, HEADS.index(ANY)] > threshold
    harmful: dict[str, list[bool]] = {}
    for row in rows:
        example = data.examples[row]
        if example.labels[ANY] == (1, 1.0):
            harmful.setdefault(example.source, []).append(bool(flagged[row]))
    return {name: {"recall": round(float(np.mean(hits)), 3), "n": len(hits)} for name, hits in sorted(harmful.items())}


def _lookalikes(
    data: Dataset, scores: NDArray[np.float32], rows: NDArray[np.int64], threshold: float
) -> dict[str, dict[str, float]]:
    flagged = scores[:, HEADS.index(ANY)] > threshold
    harmless: dict[str, list[bool]] = {}
    for row in rows:
        example = data.examples[row]
        if example.kind == "authored" and example.labels[ANY][0] == 0:
            harmless.setdefault(example.source, []).append(bool(flagged[row]))
    return {name: {"share": round(float(np.mean(hits)), 3), "n": len(hits)} for name, hits in sorted(harmless.items())}


def _benign_outcomes(data: Dataset, scores: NDArray[np.float32], rows: NDArray[np.int64]) -> dict[str, Any]:
    policy = load_moderation_policy()
    benign = _benign_rows(data, rows)
    result: dict[str, Any] = {"n": int(benign.size)}
    for audience in (Audience.ADULT, Audience.TEEN):
        outcomes = [
            decide(named_scores(data.examples[row].text, scores[row]), Surface.PROMPT, audience, policy).outcome
            for row in benign
        ]
        result[str(audience)] = {
            outcome.name.lower(): round(float(np.mean([found == outcome for found in outcomes])), 4)
            for outcome in Outcome
        }
    return result


def raw_logits(weights: Weights, inputs: Inputs, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return log-odds (n, C) for some rows, by the very code that serves."""
    logits = [
        weights.logits(inputs.vectors[row], inputs.flat[inputs.starts[row] : inputs.starts[row + 1]])
        for row in track(rows, "Scoring")
    ]
    return np.stack(logits).astype(np.float32)


def named_scores(text: str, scores_C: NDArray[np.float32]) -> dict[str, float]:  # noqa: N803 - shapes are named
    """Return scores by category as the served classifier names them, with the composed category."""
    named = {head: float(score) for head, score in zip(HEADS, scores_C, strict=True) if head not in {ANY, SHOWN}}
    return {**named, SEXUAL_MINORS: named["sexual"] * minor_cue(text)}
