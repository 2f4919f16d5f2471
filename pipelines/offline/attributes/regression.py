"""Many logistic regressions over the same sparse features, fitted at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST_ROUNDS = 150
_REMEMBERED = 20  # steps that the quasi-Newton method looks back on


def logistic_regressions(features: Any, labels: Floats, weights: Floats, inverse_regularisation: float) -> Floats:
    """Return coefficients (columns, features + 1), the bias last, of one regression for each column of ``labels``.

    ``features`` (n, features) is sparse, ``labels`` (n, columns) holds 1, 0 or NaN (unknown), ``weights`` (n,) says how
    much a row counts. The penalty is half the squared length of the coefficients over ``inverse_regularisation``, as in
    scikit-learn; the bias has none. One at a time by scikit-learn comes to the same and takes many times as long.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    columns = features.shape[1]
    forth, back = (_sparse(torch, matrix) for matrix in (features, features.T))

    class Product(torch.autograd.Function):
        """``features @ x``: torch has no gradient of its own for a product with a compressed sparse matrix."""

        @staticmethod
        def forward(_context: Any, x: torch.Tensor) -> torch.Tensor:
            return forth @ x

        @staticmethod
        def backward(_context: Any, *grown: torch.Tensor) -> torch.Tensor:
            return back @ grown[0]

    truth = torch.from_numpy(np.nan_to_num(labels).astype(np.float32))
    counts = torch.from_numpy((~np.isnan(labels) * weights[:, None]).astype(np.float32))
    coefficients = torch.zeros((columns, labels.shape[1]), requires_grad=True)
    bias = torch.zeros(labels.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [coefficients, bias], max_iter=_MOST_ROUNDS, history_size=_REMEMBERED, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores: torch.Tensor = Product.apply(coefficients) + bias
        error = binary_cross_entropy_with_logits(scores, truth, weight=counts, reduction="sum")
        found = (error + coefficients.square().sum() / (2 * inverse_regularisation)) / len(labels)
        torch.autograd.backward(found)
        return found

    optimiser.step(loss)
    return np.vstack([coefficients.detach().numpy(), bias.detach().numpy()]).T.astype(np.float64)


def _sparse(torch: Any, matrix: Any) -> Any:
    rows = matrix.tocsr()
    parts = rows.indptr.astype(np.int64), rows.indices.astype(np.int64), rows.data.astype(np.float32)
    return torch.sparse_csr_tensor(*(torch.from_numpy(part) for part in parts), size=rows.shape, check_invariants=True)
