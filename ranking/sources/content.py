"""Sources that go by what videos are, and by what they led people to do."""

import numpy as np
from pydantic import Field

from core.vocabulary import Reason
from ranking.features import smoothed
from ranking.snapshot import COUNTS
from ranking.sources.base import Array, CandidateSource, Query, SourceConfig, best_first

_IMPRESSION, _CREATE = COUNTS.index("impression"), COUNTS.index("create")


class SimilarConfig(SourceConfig):
    """Near to what a viewer liked, by learned vectors."""

    seeds: int = Field(default=6, ge=0, le=50, description="Latest liked videos whose neighbours are looked for.")
    neighbours: int = Field(default=80, ge=1, le=500, description="Neighbours looked for around each.")


class SimilarSource(CandidateSource[SimilarConfig]):
    """Videos near to what the viewer liked of late, and to their own learned vector. Empty without either.

    Cost: one FAISS search for each seed.
    """

    reason = Reason.SIMILAR

    def find(self, query: Query) -> Array:
        """Return neighbours of the seeds, nearest first."""
        seeds = self._seeds(query)
        if not len(seeds) or not query.catalogue.snapshot.video_count:
            return np.zeros(0, dtype=np.int64)
        scores, rows = query.catalogue.snapshot.index.search(seeds, self.config.neighbours)
        found = rows.ravel() >= 0
        return best_first(rows.ravel()[found], scores.ravel()[found])

    def _seeds(self, query: Query) -> Array:
        acts = query.state.acts
        liked = acts.rows[acts.weights > 0][: self.config.seeds]
        seeds = [query.catalogue.take("vector", liked), query.state.taste[None, :]]
        if query.state.viewer.knows_past and 0 <= query.state.row < len(query.catalogue.snapshot.people):
            seeds.append(query.catalogue.snapshot.person_vectors[query.state.row][None, :])
        stacked = np.concatenate(seeds).astype(np.float32)
        kept: Array = np.ascontiguousarray(stacked[np.linalg.norm(stacked, axis=1) > 1e-6])
        return kept


class InspiringConfig(SourceConfig):
    """What led people to create."""

    looked_at: int = Field(default=1500, ge=1, le=100_000, description="How many of the most inspiring are looked at.")


class InspiringSource(CandidateSource[InspiringConfig]):
    """Videos after which people created or remixed, those near to the viewer's taste first.

    The rate is smoothed, so that one lucky showing is no proof. Cost: one product over `looked_at` rows.
    """

    reason = Reason.INSPIRING

    def find(self, query: Query) -> Array:
        """Return the most inspiring videos for this taste."""
        snapshot = query.catalogue.snapshot
        rows = snapshot.cached("inspiring", lambda: self._most_inspiring(query))
        if not len(rows):
            return rows
        rates = snapshot.cached("inspiring_rates", lambda: _create_rate(query.catalogue.take("counts", rows)))
        vectors = snapshot.cached("inspiring_vectors", lambda: query.catalogue.take("vector", rows))
        likeness = vectors @ self._leaning(query).astype(np.float32)
        return rows[np.argsort(-(rates * (1.0 + likeness)), kind="stable")]  # of equals the newer: they stand so

    def _leaning(self, query: Query) -> Array:
        state, snapshot = query.state, query.catalogue.snapshot
        if state.taste.any() or not state.viewer.knows_past or not 0 <= state.row < len(snapshot.people):
            return state.taste
        return np.asarray(snapshot.person_vectors[state.row])

    def _most_inspiring(self, query: Query) -> Array:
        counts = np.asarray(query.catalogue.snapshot.videos["counts"])
        created = np.flatnonzero(counts[:, _CREATE] > 0)
        best = best_first(created, _create_rate(counts[created]))[: self.config.looked_at]
        return np.sort(best)[::-1]


class FreshSource(CandidateSource[SourceConfig]):
    """The newest videos of all, so that nothing and nobody new goes unseen. Cost: none to speak of."""

    reason = Reason.FRESH

    def find(self, query: Query) -> Array:
        """Return the newest rows."""
        return query.catalogue.newest(self.config.limit)


class TrendingSource(CandidateSource[SourceConfig]):
    """What was liked, shared and remixed most of late, by the snapshot. Cost: none to speak of."""

    reason = Reason.TRENDING

    def find(self, query: Query) -> Array:
        """Return the hottest rows."""
        return query.catalogue.snapshot.cached("trending", lambda: self._hottest(query))

    def _hottest(self, query: Query) -> Array:
        heat = np.asarray(query.catalogue.snapshot.videos["heat"])
        warm = np.flatnonzero(heat > 0)
        return best_first(warm, heat[warm])[: self.config.limit]


class SteerConfig(SourceConfig):
    """What a viewer asked for in words."""

    neighbours: int = Field(default=60, ge=1, le=1000, description="Videos looked for around each wish.")


class SteerSource(CandidateSource[SteerConfig]):
    """The newest of creators asked for by name, and videos whose text is near to what the viewer wishes for.

    Cost: one FAISS search over text vectors for each wish and concept.
    """

    reason = Reason.STEER

    def find(self, query: Query) -> Array:
        """Return what named creators made, then the nearest videos to any wish, nearest first; empty without a wish."""
        wishes = [phrase.vectors for demand in query.demands for phrase in demand.wants]
        creators = query.catalogue.people_rows([person for demand in query.demands for person in demand.more_from])
        by_name = query.catalogue.newest_by(creators[creators >= 0], each=self.config.neighbours)
        if not wishes or not query.catalogue.snapshot.video_count:
            return by_name
        vectors = np.ascontiguousarray(np.concatenate(wishes), dtype=np.float32)
        scores, rows = query.catalogue.snapshot.text_index.search(vectors, self.config.neighbours)
        found = rows.ravel() >= 0
        return np.concatenate([by_name, best_first(rows.ravel()[found], scores.ravel()[found])])


def _create_rate(counts: Array) -> Array:
    return smoothed(counts[:, _CREATE].astype(np.float64), counts[:, _IMPRESSION].astype(np.float64), 0.005, 40.0)
