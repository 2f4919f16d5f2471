"""Learned vectors of videos and people: who liked what, factorised; videos nobody has met get theirs from their text.

A graph convolution over likes (``pipelines.offline.social``; a truncated SVD of the degree-normalised like matrix
while there are few), a ridge regression from text vectors to it, and a blend of both by how much is known of a video.
People's vectors are smoothed over whom they follow.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.ranking_data import RankingData
from ranking.features import unit
from ranking.snapshot import VECTOR_DIMENSIONS

if TYPE_CHECKING:
    from pipelines.offline.social.graph import GraphModel

Array = NDArray[Any]
_LEAST = 1e-6  # of the largest singular value; below it there is only noise
_DECIMALS = 5  # kept, so that the order in which a machine adds up leaves no trace
_SHRINK = 6.0  # likes from which on a video's own vector outweighs the one from its text
_RIDGE = 3.0  # of the map from texts to the SVD's factors
_GRAPH_RIDGE, _GRAPH_KNOWS_FROM = 10.0, 3  # of the map to the graph's; likes that tell the graph more than a text does
_GRAPH_FROM = 1000  # likes from which on the graph convolution has enough to learn from
_DENSE_UP_TO = 128  # people or videos
_SOCIAL = 0.3  # how much of a person's vector comes from those they follow


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of length one (or zero): videos (n, 64), people (p, 64); and the map from text (384, 64)."""

    videos: Array
    people: Array
    content_map: Array


def learn_vectors(data: RankingData) -> Vectors:
    """Return vectors learned from all likes."""
    import scipy.sparse as sparse

    kept = data.events.taste > 0
    shape = (len(data.people), len(data.videos))
    liked = sparse.csr_matrix(
        (data.events.taste[kept], (data.events.person[kept], data.events.video[kept])), shape=shape
    )
    liked.data = np.log1p(liked.data)
    degrees = np.asarray((liked > 0).sum(axis=0)).ravel()
    graph = _graph_model(liked, data.follows)
    factors = _factorised(liked) if graph is None else graph.items.astype(np.float64)
    content_map = _content_map(data.texts, factors, degrees, _RIDGE if graph is None else _GRAPH_RIDGE)
    own = (degrees / (degrees + _SHRINK))[:, None]
    if graph is not None:
        own = np.where((degrees < _GRAPH_KNOWS_FROM)[:, None], 0.0, own)
    videos = unit(own * unit(factors) + (1.0 - own) * unit(data.texts @ content_map))
    people = _people(data, liked, videos) if graph is None else _reached(data, graph.users.astype(np.float64))
    return Vectors(*(np.round(part, _DECIMALS).astype(np.float32) for part in (videos, people, content_map)))


def _factorised(liked: Any) -> Array:
    """Return video factors (n, 64) of the matrix scaled by the square roots of its degrees."""
    from scipy.sparse import diags
    from scipy.sparse.linalg import svds

    people, videos = liked.shape
    factors = np.zeros((videos, VECTOR_DIMENSIONS))
    rank = min(VECTOR_DIMENSIONS, people - 1, videos - 1)
    if rank < 1 or liked.nnz == 0:
        return factors
    rows = 1.0 / np.sqrt(np.maximum(np.asarray(liked.sum(axis=1)).ravel(), 1.0))
    columns = 1.0 / np.sqrt(np.maximum(np.asarray(liked.sum(axis=0)).ravel(), 1.0))
    scaled = (diags(rows) @ liked @ diags(columns)).astype(np.float64)
    if (
        min(people, videos) <= _DENSE_UP_TO
    ):  # the sparse solver's answers differ from run to run where ranks are lacking
        _, strengths, right = np.linalg.svd(scaled.toarray(), full_matrices=False)
        strengths, right = strengths[:rank], right[:rank]
    else:
        start = np.random.default_rng(7).standard_normal(min(people, videos))
        _, strengths, right = svds(scaled, k=rank, v0=start)
    order = np.argsort(-strengths)[: int((strengths > _LEAST * strengths.max()).sum())]
    right, strengths = right[order], strengths[order]
    rank = len(order)
    signs = np.sign(right[np.arange(rank), np.abs(right).argmax(axis=1)])  # an SVD leaves the signs open
    factors[:, :rank] = (right * (signs * np.sqrt(np.maximum(strengths, 0.0)))[:, None]).T
    return factors


def _content_map(texts: Array, factors: Array, degrees: Array, ridge: float) -> Array:
    """Return the ridge regression (384, 64) from text vectors to factors, by the videos that people have met."""
    met = degrees >= 2
    if met.sum() < 4:
        # Nothing to learn from yet: a fixed random projection keeps the angles between texts (Johnson-Lindenstrauss).
        random = np.random.default_rng(7).standard_normal((texts.shape[1], VECTOR_DIMENSIONS))
        return np.asarray(random / np.sqrt(VECTOR_DIMENSIONS))
    known, target = texts[met].astype(np.float64), unit(factors[met])
    gram = known.T @ known + ridge * np.eye(texts.shape[1])
    solved: Array = np.linalg.solve(gram, known.T @ target)
    return solved


def _graph_model(liked: Any, follows: Array) -> "GraphModel | None":
    """Return the graph convolution's vectors, or None where there is too little to train it on, or no torch."""
    if liked.nnz < _GRAPH_FROM or find_spec("torch") is None:
        return None
    from pipelines.offline.social.vectors import fit_social

    pairs = np.stack(liked.nonzero(), axis=1)
    return fit_social(pairs, follows, people=liked.shape[0], items=liked.shape[1])


def _people(data: RankingData, liked: Any, videos: Array) -> Array:
    own = unit(np.asarray(liked @ videos))
    return unit((1.0 - _SOCIAL) * own + _SOCIAL * _followed(data, own))


def _reached(data: RankingData, own: Array) -> Array:
    """Return people's own vectors; of those who liked nothing yet, the mean of whom they follow."""
    return np.where(own.any(axis=1, keepdims=True), own, _followed(data, own))


def _followed(data: RankingData, own: Array) -> Array:
    import scipy.sparse as sparse

    count = len(data.people)
    edges = data.follows
    graph = sparse.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    return unit(np.asarray(graph @ own))
