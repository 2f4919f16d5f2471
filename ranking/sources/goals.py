"""What fits the goals that a viewer stated."""

import numpy as np
from pydantic import Field

from core.vocabulary import Reason
from ranking.sources.base import Array, CandidateSource, Query, SourceConfig, best_first


class GoalConfig(SourceConfig):
    """Near to a goal's words, or to what shows its field."""

    nearest: float = Field(default=0.25, ge=0, le=1, description="Cosine from which a video is near at all.")
    neighbours: int = Field(default=60, ge=1, le=1000, description="Videos looked for around each vector.")


class GoalSource(CandidateSource[GoalConfig]):
    """Videos whose text is near to the viewer's goals. Empty without a goal.

    Cost: one FAISS search over text vectors for each goal and field.
    """

    reason = Reason.GOAL

    def find(self, query: Query) -> Array:
        """Return the nearest videos to any goal, nearest first."""
        if not query.goals or not query.catalogue.snapshot.video_count:
            return np.zeros(0, dtype=np.int64)
        vectors = np.ascontiguousarray(np.concatenate([goal.vectors for goal in query.goals]), dtype=np.float32)
        scores, rows = query.catalogue.snapshot.text_index.search(vectors, self.config.neighbours)
        found = (rows.ravel() >= 0) & (scores.ravel() >= self.config.nearest)
        return best_first(rows.ravel()[found], scores.ravel()[found])
