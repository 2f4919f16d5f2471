"""The first of two stages: which of all candidates the heads look at.

Sources bring thousands of candidates; the heads cost microseconds each. A light score, made of a few columns, orders
them, and each source's own order is kept beside it: one place goes to the best by the light score, the next to the
next best of the sources in turn. So what only one source knows to be good (the newest by a friend, the freshest of
all) is never lost to a score that cannot see it. What the viewer asked for in words comes first of all.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Reason
from ranking.features import smoothed
from ranking.snapshot import COUNTS
from ranking.sources.all import REASONS, Pool
from ranking.sources.base import Query
from ranking.state import products
from ranking.value import ValuePolicy

Array = NDArray[Any]
_ASKED_FOR = [REASONS.index(Reason.STEER), REASONS.index(Reason.GOAL)]
_FRESH_HALF_LIFE_S = 3 * 86_400.0
# head -> (the count that tells of it, rate of a video nobody met, showings that outweigh it)
_TOLD_BY = {
    "like": ("like", 0.06, 20.0),
    "create": ("create", 0.01, 40.0),
    "share": ("share", 0.01, 40.0),
    "hide": ("hide", 0.01, 40.0),
    "report": ("report", 0.001, 100.0),
}


def looked_at_first(pool: Pool, query: Query, policy: ValuePolicy, is_known: Array) -> Array:
    """Return all places of the pool in the order in which the heads should look at them."""
    by_score = np.argsort(-light_scores(pool.rows, query, policy, is_known), kind="stable")
    by_turn = _in_order(_turns(pool.codes))
    rank = np.empty(len(pool.rows), dtype=np.int64)
    rank[by_score] = 2 * np.arange(len(by_score))
    turn = np.empty_like(rank)
    turn[by_turn] = 2 * np.arange(len(by_turn)) + 1
    rank = np.minimum(rank, turn)
    for code in _ASKED_FOR:
        rank[pool.codes == code] = -1
    return _in_order(rank + 1)


def light_scores(rows: Array, query: Query, policy: ValuePolicy, is_known: Array) -> Array:
    """Return a rough value of each candidate, from counts, taste, age and whether the viewer knows the creator."""
    catalogue, state = query.catalogue, query.state
    counts = catalogue.take("counts", rows)
    shown = counts[:, COUNTS.index("impression")]
    value = np.zeros(len(rows))
    for head, (count, prior, strength) in _TOLD_BY.items():
        rate = smoothed(counts[:, COUNTS.index(count)], shown, prior, strength)
        value = value + policy.weights.get(head, 0.0) * rate
    value = np.maximum(value, 0.0)
    taste = np.maximum(products(catalogue.take("vector", rows), state.taste), 0.0)
    newness = np.exp2(-np.maximum(state.now_s - catalogue.take("published_at", rows), 0.0) / _FRESH_HALF_LIFE_S)
    network = policy.network
    known = np.where(is_known, network.in_network, network.out_of_network) if state.viewer.is_personal else 1.0
    return np.asarray(value * (1.0 + 2.0 * taste + newness) * known)


def _in_order(numbers: Array) -> Array:
    """Return the places of natural numbers in order, equals as they stand. Short ones are sorted by their digits."""
    is_short = len(numbers) and numbers.max() < 1 << 16
    return np.argsort(numbers.astype(np.uint16) if is_short else numbers, kind="stable")


def _turns(codes: Array) -> Array:
    """Return how many candidates of the same source stand before each; shape (n,)."""
    order = np.argsort(codes, kind="stable")
    sorted_codes = codes[order]
    starts = np.searchsorted(sorted_codes, sorted_codes)
    turns = np.empty(len(codes), dtype=np.int64)
    turns[order] = np.arange(len(codes)) - starts
    return turns
