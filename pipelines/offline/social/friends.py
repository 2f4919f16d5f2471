"""What a person's friends did: each friend's plays count by how alike the two are in the learned vectors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class FriendsModel:
    """log(1 + sum over friends f of weight(u, f) x play(f, i)); a person's weights sum to sqrt(friends)."""

    def __init__(self, plays: Any, weights: Any) -> None:
        self._plays, self._weights = plays, weights

    def scores(self, users: Array) -> Array:
        """Return scores (len(users), items), 0 for what no friend did."""
        found = (self._weights[users] @ self._plays).toarray()
        return np.asarray(np.log1p(found), dtype=np.float32)


def fit_friends(plays: Any, friends: Any, vectors: Array | None = None) -> FriendsModel:
    """Weigh friendships (CSR, users x users) by exp(4 x cosine) of user vectors, evenly without them."""
    import scipy.sparse as sparse

    pairs = friends.tocoo()
    alike = np.ones(pairs.nnz)
    if vectors is not None and pairs.nnz:
        alike = np.exp(4.0 * np.einsum("ed,ed->e", vectors[pairs.row], vectors[pairs.col]))
    weights = sparse.csr_matrix((alike.astype(np.float32), (pairs.row, pairs.col)), shape=friends.shape)
    totals = np.maximum(np.asarray(weights.sum(axis=1)).ravel(), 1e-9)
    counts = np.diff(friends.indptr)
    return FriendsModel(plays, sparse.diags((np.sqrt(counts) / totals).astype(np.float32)) @ weights)


def beyond_friends(friends: Any, largest: int = 20_000_000) -> Any:
    """Return friends of friends (CSR of how many ways), without oneself and friends; empty if there are too many."""
    import scipy.sparse as sparse

    degrees = np.diff(friends.indptr).astype(np.float64)
    if (degrees**2).sum() > largest:
        return sparse.csr_matrix(friends.shape, dtype=np.float32)
    found = (friends @ friends).tocsr()
    found = (found - found.multiply(friends > 0)).tocsr()
    found.setdiag(0.0)
    found.eliminate_zeros()
    return found
