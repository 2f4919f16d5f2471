"""Vector indexes for a snapshot: exact while they are small, inverted lists with 8-bit codes beyond that.

How many lists a search looks at is not guessed: it is the least number whose answers hold the wanted share of the
exact ones, measured on the very vectors that are indexed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
EXACT_UP_TO = 20_000  # rows that an exact index still searches well within a millisecond
_WANTED_RECALL = 0.96
_NEIGHBOURS = 50
_QUERIES = 100
_PROBES = (2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128)
_TRAINED_ON_PER_LIST = 40
_ROUNDS = 6  # of k-means; more move the lists' centres by next to nothing
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Indexed:
    """How an index was built: its recall of the exact neighbours, and the lists it looks at for that."""

    recall: float
    probes: int


def write_index(path: Path, vectors: Array) -> Indexed:
    """Write an index for inner products over ``vectors``, shape (n, d), float16 or float32, maybe a memory map."""
    import faiss

    count, width = vectors.shape
    if count <= EXACT_UP_TO:
        index: Any = faiss.IndexFlatIP(width)
        index.add(_rows(vectors, slice(None)))
        found = Indexed(1.0, 0)
    else:
        index = _inverted(faiss, vectors)
        found = _widened(index, vectors)
    faiss.write_index(index, str(path))
    return found


def exact_neighbours(vectors: Array, queries: Array, neighbours: int) -> Array:
    """Return the rows of the nearest vectors by inner product, by looking at all of them; (queries, neighbours)."""
    best = np.full((len(queries), 0), 0.0, dtype=np.float32)
    rows = np.full((len(queries), 0), 0, dtype=np.int64)
    for start in range(0, len(vectors), _AT_ONCE):
        scores = queries @ _rows(vectors, slice(start, start + _AT_ONCE)).T
        kept = min(neighbours, scores.shape[1])
        top = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
        best = np.concatenate([best, np.take_along_axis(scores, top, axis=1)], axis=1)
        rows = np.concatenate([rows, top + start], axis=1)
        order = np.argsort(-best, axis=1, kind="stable")[:, :neighbours]
        best, rows = np.take_along_axis(best, order, axis=1), np.take_along_axis(rows, order, axis=1)
    return rows


def recall_of(found: Array, exact: Array) -> float:
    """Return the share of the exact neighbours that were found; both of shape (queries, neighbours)."""
    hits = [len(np.intersect1d(ours, theirs)) for ours, theirs in zip(found, exact, strict=True)]
    return float(np.mean(hits) / max(1, exact.shape[1]))


def _inverted(faiss: Any, vectors: Array) -> Any:
    count, width = vectors.shape
    lists = int(2 ** np.clip(np.round(np.log2(3 * np.sqrt(count))), 5, 12))
    index = faiss.index_factory(width, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = _ROUNDS
    random = np.random.default_rng(7)
    sample = np.sort(random.choice(count, size=min(count, _TRAINED_ON_PER_LIST * lists), replace=False))
    index.train(_rows(vectors, sample))
    for start in range(0, count, _AT_ONCE):
        index.add(_rows(vectors, slice(start, start + _AT_ONCE)))
    return index


def _widened(index: Any, vectors: Array) -> Indexed:
    """Let the index look at as many lists as the wanted recall takes."""
    chosen = np.sort(np.random.default_rng(8).choice(len(vectors), size=_QUERIES, replace=False))
    queries = _rows(vectors, chosen)
    exact = exact_neighbours(vectors, queries, _NEIGHBOURS)
    recall, probes = 0.0, 1
    for probes in [probes for probes in _PROBES if probes <= index.nlist]:
        index.nprobe = probes
        recall = recall_of(index.search(queries, _NEIGHBOURS)[1], exact)
        if recall >= _WANTED_RECALL:
            break
    return Indexed(recall, probes)


def _rows(vectors: Array, chosen: Any) -> Array:
    return np.ascontiguousarray(vectors[chosen], dtype=np.float32)
