"""The linear item model EASE (Steck, 2019) by singular vectors, so that one factorisation serves every ridge.

With the scaled matrix N = U S V', the ridge solution without self-similarity scores item i for row n by
(n V) h V'_i / (1 - sum_k h_k V_ik^2), h = s^2 / (s^2 + ridge), for every item that is not in n. With all singular
vectors that is EASE exactly; with the largest few hundred it is EASE on the best low-rank picture of the matrix.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.config import LinearSettings

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Factors:
    """Singular vectors of plays scaled by degrees: rows (users, k), strengths (k,), columns (items, k)."""

    rows: Array
    strengths: Array
    columns: Array
    item_scale: Array  # (items,): what scores are multiplied by to undo the scaling of columns


@dataclass(frozen=True, slots=True)
class LinearModel:
    """EASE under one ridge. Scores are meant for items that a user has not played."""

    left: Array  # (users, k)
    right: Array  # (items, k)

    def scores(self, users: Array) -> Array:
        """Return scores (len(users), items)."""
        return np.asarray(self.left[users] @ self.right.T)


def factorise(plays: Any, settings: LinearSettings, user_power: float, item_power: float, seed: int) -> Factors:
    """Factorise CSR plays divided by degree ** power on either side."""
    import scipy.sparse as sparse

    by_user = np.maximum(np.asarray(plays.sum(axis=1)).ravel(), 1.0)
    by_item = np.maximum(np.asarray(plays.sum(axis=0)).ravel(), 1.0)
    scaled = (sparse.diags(by_user**-user_power) @ plays @ sparse.diags(by_item**-item_power)).tocsr()
    whole = min(plays.shape) <= settings.exact_up_to
    rows, strengths, columns = _exact(scaled) if whole else _truncated(scaled, settings.rank, seed)
    return Factors(*(part.astype(np.float32) for part in (rows, strengths, columns, by_item**item_power)))


def ridged(factors: Factors, ridge: float) -> LinearModel:
    """Return EASE under a ridge given as a share of the scaled matrix's mean squared strength."""
    squares = factors.strengths.astype(np.float64) ** 2
    shrunk = (squares / (squares + ridge * squares.mean())).astype(np.float32)
    left_over = np.maximum(1.0 - (factors.columns**2) @ shrunk, 1e-6)
    right = factors.columns * (factors.item_scale / left_over)[:, None]
    return LinearModel(factors.rows * (factors.strengths * shrunk), right.astype(np.float32))


def _exact(scaled: Any) -> tuple[Array, Array, Array]:
    """All singular vectors, by the eigenvectors of the smaller Gram matrix."""
    users, items = scaled.shape
    if users > items:
        columns, strengths, rows = _exact(scaled.T.tocsr())
        return rows, strengths, columns
    values, vectors = np.linalg.eigh((scaled @ scaled.T).toarray().astype(np.float64))
    kept = values > 1e-9 * max(float(values.max(initial=0.0)), 1e-12)
    strengths, rows = np.sqrt(values[kept]), vectors[:, kept]
    columns = np.asarray(scaled.T @ rows) / strengths
    return rows, strengths, columns


def _truncated(scaled: Any, rank: int, seed: int) -> tuple[Array, Array, Array]:
    """The largest singular vectors, by randomised subspace iteration (Halko et al., 2011)."""
    random = np.random.default_rng(seed)
    width = min(rank + 16, min(scaled.shape))
    basis = np.asarray(scaled @ random.standard_normal((scaled.shape[1], width), dtype=np.float32))
    for _ in range(4):
        basis, _ = np.linalg.qr(scaled @ np.linalg.qr(scaled.T @ basis)[0])
    small, strengths, columns = np.linalg.svd(np.asarray(scaled.T @ basis).T, full_matrices=False)
    rank = min(rank, int((strengths > 1e-6 * max(float(strengths.max(initial=0.0)), 1e-12)).sum()))
    return (basis @ small)[:, :rank], strengths[:rank], columns[:rank].T
