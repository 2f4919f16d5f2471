"""Recall and NDCG over all items (full sort) as RecBole has them: means over users with anything to find."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
USERS_AT_ONCE = 512


class Scorer(Protocol):
    """Anything that scores all items for some users."""

    def scores(self, users: Array) -> Array:
        """Return float32 scores (len(users), items); a new array that the caller may write to."""


def top_items(scorer: Scorer, users: Array, hidden: Any, count: int) -> Array:
    """Return each user's ``count`` best items, best first; items in the CSR matrix ``hidden`` never come."""
    found = [
        _top(scorer, users[start : start + USERS_AT_ONCE], hidden, count)
        for start in range(0, len(users), USERS_AT_ONCE)
    ]
    return np.concatenate(found) if found else np.zeros((0, count), dtype=np.int64)


def _top(scorer: Scorer, users: Array, hidden: Any, count: int) -> Array:
    scores = scorer.scores(users)
    hide(scores, hidden[users])
    return best_of(scores, count)


def hide(scores: Array, hidden: Any) -> None:
    """Set the scores of the CSR matrix's entries to minus infinity."""
    rows = np.repeat(np.arange(hidden.shape[0]), np.diff(hidden.indptr))
    scores[rows, hidden.indices] = -np.inf


def best_of(scores: Array, count: int) -> Array:
    """Return the columns of the ``count`` largest values per row, largest first."""
    count = min(count, scores.shape[1])
    top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(top, order, axis=1))


def hits_of(top: Array, users: Array, wanted: Any) -> Array:
    """Return whether each of the top items (n, k) is in the CSR matrix ``wanted``, as booleans."""
    items = wanted.shape[1]
    rows = np.repeat(np.arange(wanted.shape[0], dtype=np.int64), np.diff(wanted.indptr))
    return np.asarray(np.isin(users[:, None].astype(np.int64) * items + top, rows * items + wanted.indices))


def recall_and_ndcg(hits: Array, wanted_counts: Array, cutoff: int) -> tuple[float, float]:
    """Return mean recall and NDCG at a cutoff. ``hits`` (n, >= cutoff) in order of rank; counts (n,), all above 0."""
    kept = hits[:, :cutoff].astype(np.float64)
    discounts = 1.0 / np.log2(np.arange(2, cutoff + 2))
    ideal = np.cumsum(discounts)[np.minimum(wanted_counts, cutoff) - 1]
    recall = kept.sum(axis=1) / wanted_counts
    return float(recall.mean()), float((kept @ discounts[: kept.shape[1]] / ideal).mean())


def measure(scorer: Scorer, hidden: Any, wanted: Any, cutoffs: tuple[int, ...]) -> dict[str, float]:
    """Return Recall@k and NDCG@k of a scorer for every cutoff."""
    counts = np.diff(wanted.indptr)
    users = np.flatnonzero(counts)
    if not len(users):
        return {}
    hits = hits_of(top_items(scorer, users, hidden, max(cutoffs)), users, wanted)
    figures: dict[str, float] = {}
    for cutoff in cutoffs:
        figures[f"Recall@{cutoff}"], figures[f"NDCG@{cutoff}"] = recall_and_ndcg(hits, counts[users], cutoff)
    return figures
