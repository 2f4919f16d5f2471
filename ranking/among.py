"""Membership in small sorted sets of rows, for thousands of candidates at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def among(values: Array, known: Array) -> Array:
    """Return which values are in ``known``, sorted and distinct; bool (n,). A few times faster than ``np.isin``."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: Array = known[places] == values
    return found
