"""A blend of scorers: each user's scores are standardised, weighted, and added up; validation chooses the weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.metrics import Scorer, best_of, hide, hits_of, recall_and_ndcg

Array = NDArray[Any]
_PENALTY = 1e-3
_USERS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Part:
    """One scorer of the blend. Sparse parts (friends) are taken as they are, dense ones are standardised by user."""

    name: str
    scorer: Scorer
    is_sparse: bool = False


@dataclass(frozen=True, slots=True)
class Blend:
    """The weighted sum of parts, for items that a user has not met (``hidden``)."""

    parts: list[Part]
    weights: Array
    hidden: Any
    depth: int

    def scores(self, users: Array) -> Array:
        """Return scores (len(users), items)."""
        total: Array | None = None
        for part, weight in zip(self.parts, self.weights, strict=True):
            if weight:
                term = np.float32(weight) * standardised(part, users, self.hidden, self.depth)
                total = term if total is None else total + term
        return total if total is not None else self.parts[0].scorer.scores(users)

    def told(self) -> str:
        """Return the weights as text."""
        return ", ".join(f"{p.name} {w:.2f}" for p, w in zip(self.parts, self.weights, strict=True))


def standardised(part: Part, users: Array, hidden: Any, depth: int) -> Array:
    """Return scores less the mean, over the spread, of each user's ``depth`` best that are not hidden."""
    scores = np.asarray(part.scorer.scores(users), dtype=np.float32)
    if part.is_sparse:
        return scores
    kept = scores.copy()
    hide(kept, hidden[users])
    count = min(depth, scores.shape[1])
    best = -np.partition(-kept, count - 1, axis=1)[:, :count]
    best = np.where(np.isfinite(best), best, np.nan)
    middle, spread = np.nanmean(best, axis=1, keepdims=True), np.nanstd(best, axis=1, keepdims=True)
    found: Array = (scores - middle) / np.maximum(spread, 1e-6)
    return np.maximum(found, -10.0)


@dataclass(frozen=True, slots=True)
class Examples:
    """Candidates of validation users: features (u, c, parts), whether each is wanted (u, c), wanted in all (u,)."""

    features: Array
    wanted: Array
    counts: Array


def gather(parts: list[Part], users: Array, hidden: Any, wanted: Any, depth: int) -> Examples:
    """Collect each user's best items of every dense part. ``hidden``, ``wanted``: CSR (users, items)."""
    dense = max(sum(not part.is_sparse for part in parts), 1)
    chunks = [users[start : start + _USERS_AT_ONCE] for start in range(0, len(users), _USERS_AT_ONCE)]
    found = [_gather(parts, chunk, hidden, wanted, depth, depth * dense) for chunk in chunks]
    features = np.concatenate([part for part, _ in found])
    hits = np.concatenate([part for _, part in found])
    return Examples(features, hits, np.diff(wanted.indptr)[users])


def _gather(parts: list[Part], users: Array, hidden: Any, wanted: Any, depth: int, width: int) -> tuple[Array, Array]:
    values = [standardised(part, users, hidden, depth) for part in parts]
    chosen: Array = np.zeros(values[0].shape, dtype=bool)
    for part, scores in zip(parts, values, strict=True):
        if not part.is_sparse:
            open_ones = scores.copy()
            hide(open_ones, hidden[users])
            np.put_along_axis(chosen, best_of(open_ones, depth), True, axis=1)
    hide_rows = hidden[users]
    chosen[np.repeat(np.arange(len(users)), np.diff(hide_rows.indptr)), hide_rows.indices] = False
    width = min(width, chosen.shape[1])
    places = np.argsort(~chosen, axis=1, kind="stable")[:, :width]
    real = np.take_along_axis(chosen, places, axis=1)
    stacked = np.stack([np.take_along_axis(scores, places, axis=1) for scores in values], axis=2)
    stacked[~real] = -1e4  # so bad that no weight lifts them
    return stacked, hits_of(places, users, wanted) & real


def fit_weights(examples: Examples, free: Array) -> Array:
    """Return weights, none below 0, by which wanted candidates are likeliest in a softmax over candidates.

    ``free`` (bool, parts): the weights that may differ from zero.
    """
    from scipy.optimize import minimize

    usable = examples.wanted.any(axis=1)
    features, wanted = examples.features[usable].astype(np.float64), examples.wanted[usable]
    real = features[:, :, 0] > -1e3
    start = np.where(free, 1.0 / max(free.sum(), 1), 0.0)
    if not usable.any():
        return start
    bounds = [(0.0, None if allowed else 0.0) for allowed in free]
    found = minimize(_loss, start, (features, wanted, real), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _loss(weights: Array, features: Array, wanted: Array, real: Array) -> tuple[float, Array]:
    logits = np.where(real, features @ weights, -np.inf)
    logits -= logits.max(axis=1, keepdims=True)
    chances = np.exp(logits)
    sums = chances.sum(axis=1, keepdims=True)
    counts = wanted.sum(axis=1)
    logs = np.where(wanted, logits - np.log(sums), 0.0).sum()
    pulls = wanted - counts[:, None] * chances / sums
    pulls[~real] = 0.0
    gradient = np.einsum("uc,ucp->p", pulls, features)
    total = counts.sum()
    return float(-logs / total + _PENALTY * weights @ weights), -gradient / total + 2 * _PENALTY * weights


def figure_of(examples: Examples, weights: Array, cutoff: int) -> float:
    """Return NDCG at a cutoff of weights on examples."""
    totals = examples.features @ weights
    hits = np.take_along_axis(examples.wanted, best_of(totals, cutoff), axis=1)
    return recall_and_ndcg(hits, examples.counts, cutoff)[1]
