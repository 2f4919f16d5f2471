"""Sources that go by the social graph: whom the viewer follows, and who is near them."""

import numpy as np
from pydantic import Field

from core.vocabulary import Reason
from ranking.sources.base import Array, CandidateSource, Query, SourceConfig, newest_first


class FollowingConfig(SourceConfig):
    """Newest of the people a viewer follows."""

    per_creator: int = Field(default=12, ge=1, le=200, description="Newest videos looked at for each of them.")


class FollowingSource(CandidateSource[FollowingConfig]):
    """Newest videos of the people a viewer follows, newest first. Empty for a viewer who follows no one.

    Cost: one slice for each followed person, O(followed x per_creator).
    """

    reason = Reason.FOLLOWING

    def find(self, query: Query) -> Array:
        """Return the newest videos of everyone followed."""
        rows = query.catalogue.newest_by(query.state.follows, each=self.config.per_creator)
        return newest_first(query.catalogue, rows)


class NearbyConfig(SourceConfig):
    """Newest of the people near a viewer in the follow graph."""

    people: int = Field(default=40, ge=1, le=1000, description="How many of the nearest people are looked at.")
    per_creator: int = Field(default=4, ge=1, le=200, description="Newest videos looked at for each of them.")
    mutual_bonus: float = Field(
        default=3.0, ge=0, description="What following back adds to nearness, in shared friends."
    )


class NearbySource(CandidateSource[NearbyConfig]):
    """Newest videos of followers, friends and friends of friends, nearest people first.

    Nearness is the number of two-step paths in the follow graph, with a bonus for following the viewer. Cost: the
    follows of those followed.
    """

    reason = Reason.NEARBY

    def find(self, query: Query) -> Array:
        """Return videos of the nearest people, by nearness and then newest first."""
        people = self._nearest(query)
        rows = query.catalogue.newest_by(people, each=self.config.per_creator)
        rank = {int(person): place for place, person in enumerate(people)}
        places = np.array([rank[int(creator)] for creator in query.catalogue.take("creator", rows)], dtype=np.int64)
        return rows[np.lexsort((-query.catalogue.take("published_at", rows), places))]

    def _nearest(self, query: Query) -> Array:
        state, snapshot = query.state, query.catalogue.snapshot
        reached = snapshot.follows.of_many(state.follows)
        size = len(snapshot.people)
        if not size:
            return np.zeros(0, dtype=np.int64)
        nearness = np.bincount(reached, minlength=size).astype(np.float64)
        inside = state.followers[state.followers < size]
        nearness[inside] += self.config.mutual_bonus
        only_followed = np.setdiff1d(state.follows, state.followers)
        nearness[only_followed[only_followed < size]] = 0.0  # the following source brings them
        if 0 <= state.row < size:
            nearness[state.row] = 0.0
        order = np.lexsort((np.arange(size), -nearness))[: self.config.people]
        return order[nearness[order] > 0]
