"""Positions kept for creators whom few people have met, so that a first video is not lost for want of counts.

Let D be the page in order on all other positions, and G the newcomers' candidates for one kept position, none of which
is in D or may be drawn for another position. The position shows one of G, uniformly, so each stands there with
probability 1 / |G|. Neither D nor G depends on the page's id, from which alone the draw is made.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.hashing import stable_int
from ranking.catalogue import Catalogue
from ranking.exploration import Placed
from ranking.snapshot import COUNTS
from ranking.state import creator_counts
from ranking.value import Newcomers

Array = NDArray[Any]
_IMPRESSION = COUNTS.index("impression")
_DAY_S = 86_400.0


def is_new(catalogue: Catalogue, creators: Array, policy: Newcomers, now_s: float) -> Array:
    """Return which creators (rows) began of late and were shown to few, by the snapshot; bool (n,)."""
    shown = creator_counts(catalogue, creators)[:, _IMPRESSION]
    found: Array = (shown < policy.impressions) & (now_s - catalogue.began_at(creators) <= policy.days * _DAY_S)
    return found


def kept_positions(policy: Newcomers, size: int) -> list[int]:
    """Return the 0-based positions of a page that are kept for newcomers."""
    return list(range(policy.first_position, size, policy.every)) if policy.every else []


def draw(candidates: Sequence[int], positions: Sequence[int], page_id: str) -> dict[int, Placed]:
    """Return who stands at each kept position and with what probability. ``candidates``: places, the best first.

    The candidates are dealt out in turn, one hand for each position; there must be no fewer of them than positions.
    """
    drawn = {}
    for number, position in enumerate(positions):
        hand = candidates[number :: len(positions)]
        place = hand[stable_int(page_id, "newcomer", position) % len(hand)]
        drawn[position] = Placed(place, 1.0 / len(hand), is_newcomer=True)
    return drawn


def first_of_each(values: Array) -> Array:
    """Return the places of the first of each value, in order; int64."""
    _, first = np.unique(values, return_index=True)
    return np.sort(first)
