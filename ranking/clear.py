"""Which videos may stand anywhere on a page without breaking a rule of its spacing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.among import among, distinct
from ranking.catalogue import Catalogue
from ranking.features import unit

Array = NDArray[Any]


def contents(catalogue: Catalogue, rows: Array) -> Array:
    """Return what is in each video: its text's vector, (n, 384) float32, length one or zero."""
    return unit(catalogue.take("text", rows).astype(np.float32))


def is_clear(catalogue: Catalogue, rows: Array, page: Array, near_duplicate: float) -> Array:
    """Return which rows share no film, family, creator or scene with any row of the page; bool (n,)."""
    clear = np.ones(len(rows), dtype=bool)
    for column in ("film", "family", "creator"):
        clear &= ~among(catalogue.take(column, rows), distinct(catalogue.take(column, page)))
    likeness = contents(catalogue, rows) @ contents(catalogue, page).T
    return np.asarray(clear & ~(likeness >= near_duplicate).any(axis=1))
