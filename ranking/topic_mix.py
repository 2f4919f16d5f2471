"""A page's mix of topics, kept near the viewer's own (Steck, "Calibrated Recommendations", RecSys 2018).

A viewer who liked and made seven videos of animals and three of cooking should not be shown animals alone. The distance
of a page from the viewer's mix is the Kullback-Leibler divergence KL(p || q~) in nats, times the number of
videos: p is the mix of what the viewer liked, shared, commented on or made, q that of the page so far with one more
video, and q~ = (1 - a) q + a p with a = 0.01, so that it is finite. Times their number, because values add up over a
page and a divergence does not.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.state import Acts
from ranking.value import TopicPolicy

Array = NDArray[Any]
_SMOOTHING = 0.01


@dataclass(frozen=True, slots=True)
class TopicMix:
    """What a page should be like: the viewer's mix (t,), each candidate's (n, t), and how much distance costs."""

    wanted: Array
    candidates: Array
    weight: float

    def distance(self, placed: Array, count: int) -> Array:
        """Return the distance of the page from the viewer's mix with each candidate next; (n,), nats times videos.

        ``placed``: the sum of the mixes of the ``count`` videos that stand on it, (t,).
        """
        page = (placed + self.candidates) / (count + 1)
        smooth = (1.0 - _SMOOTHING) * page + _SMOOTHING * self.wanted
        there = self.wanted > 0
        distances: Array = (count + 1) * (self.wanted[there] * np.log(self.wanted[there] / smooth[:, there])).sum(
            axis=1
        )
        return distances


def told_by(acts: Acts, policy: TopicPolicy) -> tuple[Array, Array]:
    """Return the videos (rows) that tell of a viewer's mix and their weights; none if they are too few to tell."""
    liked = np.flatnonzero(acts.weights > 0)[: policy.most_acts]
    if policy.weight == 0.0 or len(np.unique(acts.rows[liked])) < policy.least_acts:
        liked = liked[:0]
    return acts.rows[liked], acts.weights[liked]
