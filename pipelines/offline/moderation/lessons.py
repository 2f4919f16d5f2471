"""How much each source counts: so that a large one does not drown the others, in training and in calibration."""

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.moderation.dataset import HEADS, LINE_ENTRIES, Dataset, Example
from pipelines.offline.moderation.fitting import FitConfig
from pipelines.offline.text_adapter import Lessons
from safety.text.classifier import ANY, SHOWN

# Of what an adapter reads: the prompt is what is judged most, so wishes for films and ordinary prompts weigh most.
_WISHES, _TALK, _ORDINARY, _PUBLIC = 0.48, 0.19, 0.14, 0.19
# Texts written one by one against texts that a grammar put together, and "any harm" of a wish against one category.
_LINES_COUNT, _ANY_COUNTS = 2.0, 2.0
_PROMPT_KINDS = frozenset({"video_prompt", "caption"})

Rows = NDArray[np.int64]


def lessons(data: Dataset, rows: Rows) -> Lessons:
    """Return what an adapter learns from: rows drawn by the root of their source's size, in fixed shares of each kind.

    Kinds are authored wishes for films, other authored texts, ordinary prompts, and all other public texts.
    """
    examples = [data.examples[row] for row in rows]
    authored = np.asarray([example.kind == "authored" for example in examples])
    ordinary = np.asarray([example.kind in _PROMPT_KINDS for example in examples])
    shown = data.labels[rows, HEADS.index(SHOWN)] > 0
    chances = _by_root(data, rows) * np.where([_is_line(example) for example in examples], _LINES_COUNT, 1.0)
    kinds = (authored & shown, authored & ~shown, ordinary, ~authored & ~ordinary)
    for part, share in zip(kinds, (_WISHES, _TALK, _ORDINARY, _PUBLIC), strict=True):
        chances[part] *= share / max(chances[part].sum(), 1e-12)
    weights = data.weights[rows].copy()
    weights[:, HEADS.index(ANY)] *= np.where(authored & shown | ordinary, _ANY_COUNTS, 1.0)
    return Lessons([example.text for example in examples], chances, data.labels[rows], weights)


def _is_line(example: Example) -> bool:
    return example.source.removeprefix("authored/").startswith(LINE_ENTRIES)


def weighed(data: Dataset, rows: Rows, config: FitConfig) -> NDArray[np.float32]:
    """Return the label weights (n, C) of some rows for the heads' loss.

    What is ranked at the end is film wishes among ordinary prompts; of these the oddest set the threshold.
    """
    examples = [data.examples[row] for row in rows]
    authored = np.asarray([example.kind == "authored" for example in examples])
    wishes = np.asarray([_is_line(example) for example in examples])
    ordinary = np.asarray([example.kind in _PROMPT_KINDS for example in examples])
    factor = np.where(authored, config.authored_weight, 1.0) * np.where(wishes, config.wish_weight, 1.0)
    factor *= np.where(ordinary, config.ordinary_weight, 1.0)
    weights: NDArray[np.float32] = data.weights[rows] * factor.astype(np.float32)[:, None]
    weights[:, HEADS.index(ANY)] *= np.where(wishes | ordinary, config.any_weight, 1.0)
    return weights


def balanced(data: Dataset, rows: Rows) -> NDArray[np.float32]:
    """Return the label weights (n, C) of some rows, with every source counted by the root of its size."""
    chances = _by_root(data, rows)
    scaled: NDArray[np.float32] = data.weights[rows] * (chances / chances.mean()).astype(np.float32)[:, None]
    return scaled


def _by_root(data: Dataset, rows: Rows) -> NDArray[np.float64]:
    """Return for each row one over the root of how many rows its source (or authored entry) has."""
    sources = np.asarray([data.examples[row].source for row in rows])
    _, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    chances: NDArray[np.float64] = 1.0 / np.sqrt(counts[place].astype(np.float64))
    return chances
