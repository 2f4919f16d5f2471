"""Many logistic regressions over the same features, fitted at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST_ROUNDS = 250
_REMEMBERED = 20  # steps that the quasi-Newton method looks back on


def logistic_regressions(
    vectors: Floats, words: Any, labels: Floats, weights: Floats, inverse_regularisation: float
) -> Floats:
    """Return coefficients (columns, features + words + 1), the bias last: a regression for each column of ``labels``.

    ``vectors`` (n, features) is dense, ``words`` (n, words) sparse; ``labels`` (n, columns) holds 1, 0 or NaN, which is
    unknown, and ``weights`` (n,) says how much a row counts. The penalty is half the squared length of the coefficients
    over ``inverse_regularisation``, as in scikit-learn; the bias has none. One at a time by scikit-learn comes to the
    same and takes many times as long.
    """
    from scipy.optimize import minimize

    truth, counts = np.nan_to_num(labels), ~np.isnan(labels) * weights[:, None]
    back = words.T.tocsr()
    inputs, columns = vectors.shape[1], labels.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        found = flat.reshape(-1, columns)
        kept, bias = found[:-1], found[-1]
        scores = vectors @ kept[:inputs] + words @ kept[inputs:] + bias
        error = float((counts * (np.logaddexp(0.0, scores) - truth * scores)).sum())
        apart = counts * (1.0 / (1.0 + np.exp(-scores)) - truth)
        slope = np.vstack([vectors.T @ apart, back @ apart, apart.sum(axis=0)])
        slope[:-1] += kept / inverse_regularisation
        penalty = float(np.square(kept).sum()) / (2.0 * inverse_regularisation)
        return error + penalty, slope.ravel()

    start = np.zeros((inputs + words.shape[1] + 1) * columns)
    options = {"maxiter": _MOST_ROUNDS, "maxcor": _REMEMBERED}
    fitted: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return fitted.reshape(-1, columns).T
