"""Candidates with their value, on their way to a page."""

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from ranking.choosing import effect_at
from ranking.goals import GoalFit
from ranking.sources.all import Pool
from ranking.steering.matching import Effect
from ranking.value import Valued

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates with their value and what steers add; ``scores`` is the sum, shape (n,)."""

    pool: Pool
    valued: Valued
    effect: Effect
    scores: Array
    is_known: Array
    is_mutual: Array
    is_seen: Array
    is_new: Array  # by a creator for whom a position may be kept
    goals: GoalFit

    def only(self, places: Array) -> "Scored":
        """Return the candidates at these places, in that order."""
        valued = replace(
            self.valued,
            heads={name: values[places] for name, values in self.valued.heads.items()},
            head_sum=self.valued.head_sum[places],
            interest=self.valued.interest[places],
            factors=tuple((name, values[places]) for name, values in self.valued.factors),
            value=self.valued.value[places],
        )
        return Scored(
            self.pool.only(places), valued, effect_at(self.effect, places), self.scores[places], self.is_known[places],
            self.is_mutual[places], self.is_seen[places], self.is_new[places], self.goals.only(places),
        )  # fmt: skip
