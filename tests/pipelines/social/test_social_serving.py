"""The vectors that serving gets from the graph convolution, on the small city."""

from pathlib import Path

import numpy as np
import pytest

from core.encoder import TextEncoder
from pipelines.offline import vectors
from pipelines.offline.ranking_data import load_ranking_data
from tests.fixtures_city import SmallCity


def test_serving_gets_the_graphs_vectors_and_everyone_reached_has_one(
    small_city: SmallCity, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = small_city.database()
    data = load_ranking_data(database, TextEncoder(encoder_folder))
    database.close()
    monkeypatch.setattr(vectors, "_GRAPH_FROM", 1)
    by_graph = vectors.learn_vectors(data)
    again = vectors.learn_vectors(data)
    monkeypatch.setattr(vectors, "_GRAPH_FROM", 10**9)
    by_svd = vectors.learn_vectors(data)
    assert by_graph.videos.shape == by_svd.videos.shape
    assert by_graph.people.shape == by_svd.people.shape
    assert not np.allclose(by_graph.videos, by_svd.videos)
    assert np.array_equal(by_graph.videos, again.videos)
    liked = np.unique(data.events.person[data.events.taste > 0])
    following = np.unique(data.follows[np.isin(data.follows[:, 1], liked), 0])
    reached = np.union1d(liked, following)
    assert np.linalg.norm(by_graph.people[reached], axis=1) == pytest.approx(np.ones(len(reached)), abs=1e-3)
    assert np.linalg.norm(by_graph.videos, axis=1) == pytest.approx(np.ones(len(data.videos)), abs=1e-3)
