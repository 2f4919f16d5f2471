"""Sources that go by the social graph: whom the viewer follows, and who is near them."""

import numpy as np
from pydantic import Field

from core.vocabulary import Reason
from ranking.among import among, distinct
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

    people: int = Field(default=100, ge=1, le=1000, description="How many of the nearest people are looked at.")
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
        by_row = np.argsort(people, kind="stable")
        places = by_row[np.searchsorted(people, query.catalogue.take("creator", rows), sorter=by_row)]
        return rows[np.lexsort((-query.catalogue.take("published_at", rows), places))]

    def _nearest(self, query: Query) -> Array:
        state = query.state
        size = len(query.catalogue.snapshot.people)
        people = distinct(np.concatenate([state.reach.people, state.followers]))
        nearness = state.reach.of(people)
        nearness[among(people, state.followers)] += self.config.mutual_bonus
        only_followed = among(people, state.follows) & ~among(people, state.followers)
        nearness[only_followed | (people == state.row) | (people >= size)] = (
            0.0  # the following source brings the first
        )
        order = np.lexsort((people, -nearness))[: self.config.people]
        return np.asarray(people[order[nearness[order] > 0]])
