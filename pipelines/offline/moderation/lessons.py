"""How much each source counts: so that a large one does not drown the others, in training and in calibration."""

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.moderation.adapter import Lessons
from pipelines.offline.moderation.dataset import Dataset

_AUTHORED_SHARE = 0.5

Rows = NDArray[np.int64]


def lessons(data: Dataset, rows: Rows) -> Lessons:
    """Return what an adapter learns from: rows drawn by the root of their source's size, half of them authored."""
    examples = [data.examples[row] for row in rows]
    authored = np.asarray([example.kind == "authored" for example in examples])
    chances = _by_root(data, rows)
    for part, share in ((authored, _AUTHORED_SHARE), (~authored, 1 - _AUTHORED_SHARE)):
        chances[part] *= share / max(chances[part].sum(), 1e-12)
    return Lessons([example.text for example in examples], chances, data.labels[rows], data.weights[rows])


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
