"""What may not stand on a page, asked of what the ranker knows. The journey asks the database again before it shows."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from core.vocabulary import Audience
from ranking.among import among, distinct
from ranking.catalogue import Catalogue
from ranking.state import ViewerState
from ranking.steering.demand import Demand
from ranking.steering.matching import Steering

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """Everything that keeps a candidate off a viewer's page."""

    steering: Steering
    film_window: int

    def allowed(self, state: ViewerState, catalogue: Catalogue, rows: Array) -> Array:
        """Return which rows this viewer may be shown: audience, visibility, blocks, hides, their own; bool (n,)."""
        creators = catalogue.take("creator", rows)
        column = "adult" if state.viewer.audience == Audience.ADULT else "teen"
        allowed: Array = (
            catalogue.take(column, rows)
            & (catalogue.take("open", rows) | among(creators, state.granted))
            & ~among(creators, state.blocked)
            & ~among(rows, state.hidden)
            & (creators != state.row)
        )
        return allowed

    def unrefused(self, demands: tuple[Demand, ...], catalogue: Catalogue, rows: Array) -> Array:
        """Return which rows no steer refuses; bool (n,)."""
        return ~self.steering.is_refused(demands, catalogue, rows)

    def unseen(self, state: ViewerState, catalogue: Catalogue, rows: Array) -> Array:
        """Return which rows are new to the viewer: neither the video nor, of late, the same film; bool (n,)."""
        films = distinct(catalogue.take("film", state.seen[: self.film_window]))
        return ~among(rows, state.ever_seen) & ~among(catalogue.take("film", rows), films)
