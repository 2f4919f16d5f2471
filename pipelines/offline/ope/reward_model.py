"""The reward model of doubly robust estimation: a logistic regression, fitted on the rounds it does not predict."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.ope.logs import Logged

Array = NDArray[Any]
_INVERSE_REGULARISATION = 0.1  # few clicks: an item's own rate is drawn well towards the rate of all


def cross_fitted(logs: Logged, *, folds: int, seed: int) -> Array:
    """Return the modelled reward (n, A) of every item in every round, each from folds without that round."""
    fold = np.random.default_rng(seed).permutation(logs.count) % folds
    modelled = np.empty((logs.count, len(logs.items)))
    for number in range(folds):
        modelled[fold == number] = _predicted(logs, fold != number, fold == number)
    return modelled


def _predicted(logs: Logged, train: Array, asked: Array) -> Array:
    from sklearn.linear_model import LogisticRegression

    rate = float(logs.reward[train].mean())
    if rate in (0.0, 1.0):
        return np.full((int(asked.sum()), len(logs.items)), rate)
    context = _context(logs)
    design = _design(logs, context, logs.action, train)
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=500).fit(design, logs.reward[train])
    columns = [
        model.predict_proba(_design(logs, context, np.full(logs.count, item), asked))[:, 1]
        for item in range(len(logs.items))
    ]
    return np.stack(columns, axis=1)


def _context(logs: Logged) -> Array:
    """Return one-hot user features and positions, (n, c)."""
    parts = [logs.position[:, None] == np.arange(len(logs.positions))]
    for column in logs.features.T:
        parts.append(column[:, None] == np.unique(column))
    return np.concatenate(parts, axis=1).astype(np.float64)


def _design(logs: Logged, context: Array, action: Array, rows: Array) -> Any:
    """Return the sparse design (rows, c + A + 1): context, item, and the user's affinity to that item."""
    import scipy.sparse as sparse

    chosen, count = action[rows], int(rows.sum())
    items = sparse.csr_matrix((np.ones(count), (np.arange(count), chosen)), shape=(count, len(logs.items)))
    affinity = logs.affinity[rows, chosen] if logs.affinity.shape[1] else np.zeros(count)
    return sparse.hstack([sparse.csr_matrix(context[rows]), items, np.log1p(affinity)[:, None]], format="csr")
