"""Graph convolution over plays and friendships.

LightGCN (He et al., 2020) on one graph of users and items in which friends are joined too; trained with a softmax over
items (Wu et al., 2022) of cosines over a temperature, with part of the edges left out of every step (Wu et al., 2021).
"""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.config import GraphSettings

Array = NDArray[Any]


class Edges:
    """The joined graph's structure: built once, given new values for each set of edges that is left in."""

    def __init__(self, plays: Any, friends: Any, friend_weight: float) -> None:
        import scipy.sparse as sparse

        users, items = plays.shape
        played, known = plays.tocoo(), sparse.triu(friends).tocoo()
        social = known.nnz if friend_weight > 0 else 0
        first = np.concatenate([played.row, known.row[:social]]).astype(np.int64)
        second = np.concatenate([played.col + users, known.col[:social]]).astype(np.int64)
        self.count, self.nodes = len(first), users + items
        self._weight = np.concatenate([np.ones(played.nnz), np.full(social, friend_weight)]).astype(np.float32)
        self._row, self._column = np.concatenate([first, second]), np.concatenate([second, first])
        order = np.lexsort((self._column, self._row))
        self._row, self._column = self._row[order], self._column[order]
        self._edge = np.concatenate([np.arange(self.count)] * 2)[order]
        self._start = np.concatenate([[0], np.cumsum(np.bincount(self._row, minlength=self.nodes))])

    def adjacency(self, kept: Array) -> Any:
        """Return the symmetrically normalised adjacency of the kept edges (bool), a torch CSR tensor (nodes, nodes)."""
        import torch

        values = np.where(kept, self._weight, 0.0).astype(np.float32)[self._edge]
        degree = np.bincount(self._row, weights=values, minlength=self.nodes)
        scale = (np.maximum(degree, 1e-9) ** -0.5 * (degree > 0)).astype(np.float32)
        values *= scale[self._row] * scale[self._column]
        start, column, weights = (torch.from_numpy(part) for part in (self._start, self._column, values))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)  # torch calls its CSR "beta"
            return torch.sparse_csr_tensor(
                start, column, weights, size=(self.nodes, self.nodes), check_invariants=False
            )


class GraphModel:
    """Vectors of users and items on the unit sphere; scores are their cosines."""

    def __init__(self, users: Array, items: Array) -> None:
        self.users, self.items = users, items

    def scores(self, users: Array) -> Array:
        """Return cosines (len(users), items)."""
        return np.asarray(self.users[users] @ self.items.T)


def fit_graph(
    plays: Any,
    friends: Any,
    settings: GraphSettings,
    seed: int,
    look: Callable[[GraphModel], float] | None = None,
) -> GraphModel:
    """Train on CSR plays (users, items) and friends (users, users).

    ``look`` is asked at intervals how good the model is on validation; training stops when it no longer improves, and
    the best model is returned. Without it, all steps are taken.
    """
    trainer = _Trainer(plays, friends, settings, seed)
    best, best_figure, since, deadline = None, -np.inf, 0, time.monotonic() + settings.seconds
    for step in range(1, settings.steps + 1):
        trainer.step()
        is_last = step == settings.steps or time.monotonic() > deadline
        if look is None and is_last:
            break
        if look is not None and (is_last or step % settings.check_every == 0):
            model = trainer.model()
            figure = look(model)
            best, best_figure, since = (model, figure, 0) if figure > best_figure else (best, best_figure, since + 1)
            if is_last or since >= settings.patience:
                break
    return best or trainer.model()


class _Trainer:
    def __init__(self, plays: Any, friends: Any, settings: GraphSettings, seed: int) -> None:
        import torch

        self._settings, self._plays = settings, plays
        self._edges = Edges(plays, friends, settings.friend_weight)
        self._random = np.random.default_rng(seed)
        generator = torch.Generator().manual_seed(seed)
        start = 0.1 * torch.randn(self._edges.nodes, settings.dimensions, generator=generator)
        self._embedding = torch.nn.Parameter(start)
        self._optimiser = torch.optim.Adam([self._embedding], lr=settings.learning_rate)
        self._queue = np.zeros(0, dtype=np.int64)
        self._active = np.flatnonzero(np.diff(plays.indptr))
        fewest, most = settings.users_per_step
        self._users_at_once = int(np.clip(len(self._active) // settings.steps_per_round, fewest, most))
        self._items_at_once = max(settings.logits_per_step // self._users_at_once, 2)

    def step(self) -> None:
        """Take one step on the next users of a shuffled round through all."""
        import torch

        if not len(self._active):
            return
        kept = self._random.random(self._edges.count) >= self._settings.edge_dropout
        vectors = self._vectors(self._edges.adjacency(kept))
        users = self._next_users()
        items, wanted = self._softmax_items(users)
        places = torch.from_numpy(users), torch.from_numpy(items + self._plays.shape[0])
        logits = vectors[places[0]] @ vectors[places[1]].T / self._settings.temperature
        rows, columns = (torch.from_numpy(part.astype(np.int64)) for part in wanted)
        chosen = logits[rows, columns].sum()
        counts = torch.bincount(rows, minlength=len(users))
        loss = ((torch.logsumexp(logits, dim=1) * counts).sum() - chosen) / max(len(rows), 1)
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()

    def model(self) -> GraphModel:
        """Return the model as it is, over all edges."""
        import torch

        with torch.no_grad():
            vectors = self._vectors(self._edges.adjacency(np.ones(self._edges.count, dtype=bool))).numpy()
        users = self._plays.shape[0]
        return GraphModel(vectors[:users].copy(), vectors[users:].copy())

    def _vectors(self, adjacency: Any) -> Any:
        import torch

        total = layer = self._embedding
        for _ in range(self._settings.layers):
            layer = _symmetric_product(adjacency, layer)
            total = total + layer
        return torch.nn.functional.normalize(total, dim=1)

    def _next_users(self) -> Array:
        if len(self._queue) == 0:
            self._queue = self._random.permutation(self._active)
        taken, self._queue = np.split(self._queue, [min(self._users_at_once, len(self._queue))])
        return taken

    def _softmax_items(self, users: Array) -> tuple[Array, tuple[Array, Array]]:
        """Return the items of this step's softmax and the plays among them as (row of users, column of items)."""
        played = self._plays[users]
        rows = np.repeat(np.arange(len(users)), np.diff(played.indptr))
        count = self._plays.shape[1]
        if count <= self._items_at_once:
            return np.arange(count), (rows, played.indices)
        own = np.unique(played.indices)
        drawn = self._random.choice(count, size=self._items_at_once, replace=False)
        items = np.union1d(own, drawn[: max(self._items_at_once - len(own), 1)])
        return items, (rows, np.searchsorted(items, played.indices))


def _symmetric_product(adjacency: Any, vectors: Any) -> Any:
    """Return adjacency @ vectors; its gradient multiplies by the same matrix, which is symmetric."""
    import torch

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(_context: Any, given: Any) -> Any:
            return adjacency @ given

        @staticmethod
        def backward(_context: Any, gradient: Any) -> Any:
            return adjacency @ gradient

    return Product.apply(vectors)
