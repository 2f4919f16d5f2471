"""Vectors of people and items for serving, by the same graph convolution that the benchmark measures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.config import GraphSettings
from pipelines.offline.social.data import binary, friend_matrix
from pipelines.offline.social.graph import GraphModel, fit_graph

Array = NDArray[Any]
# Chosen on the demo city's later days (docs/social.md): few steps, so that a snapshot is quick; a softer softmax.
PRODUCTION = GraphSettings(steps=160, temperature=0.3)


def fit_social(
    interactions: Array,
    friendships: Array,
    *,
    people: int,
    items: int,
    settings: GraphSettings = PRODUCTION,
    seed: int = 7,
) -> GraphModel:
    """Return vectors of length one: people (people, d) and items (items, d), whose products say who will like what.

    ``interactions`` (n, 2) are rows of people and items, ``friendships`` (e, 2) rows of people. Items' vectors are
    taken from their mean, so that they tell items apart rather than how popular they are. Who did nothing has zeros.
    """
    plays = binary(interactions, (people, items))
    model = fit_graph(plays, friend_matrix(friendships, people), settings, seed)
    met = np.diff(plays.tocsc().indptr) > 0
    middle = model.items[met].mean(axis=0) if met.any() else 0.0
    centred = (model.items - middle) * met[:, None]
    lengths = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return GraphModel(model.users * (np.diff(plays.indptr) > 0)[:, None], centred / lengths)
