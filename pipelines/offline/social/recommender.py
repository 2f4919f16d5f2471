"""The whole recommender: its parts are trained on the training interactions; validation chooses and weighs them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.social.blend import Blend, Part, figure_of, fit_weights, gather
from pipelines.offline.social.config import GraphSettings, SocialSettings
from pipelines.offline.social.data import SocialData, friend_matrix
from pipelines.offline.social.friends import beyond_friends, fit_friends
from pipelines.offline.social.graph import GraphModel, fit_graph
from pipelines.offline.social.linear import LinearModel, factorise, ridged
from pipelines.offline.social.metrics import Scorer, measure

Array = NDArray[Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Known:
    """What the parts are trained on and chosen by; CSR matrices of (users, items), friends (users, users)."""

    plays: Any
    wanted: Any  # the validation interactions of the users that choices are made on
    friends: Any
    cutoff: int

    def figure(self, scorer: Scorer) -> float:
        """Return NDCG on validation."""
        return measure(scorer, self.plays, self.wanted, (self.cutoff,)).get(f"NDCG@{self.cutoff}", 0.0)


Made = dict[tuple[Any, ...], Any]  # what was trained already, by all that it depends on


def fit_recommender(
    data: SocialData, settings: SocialSettings, *, cutoff: int, say: Say, made: Made | None = None
) -> Blend:
    """Fit on ``data.train``, choose on ``data.validation``; ``data.test`` is not looked at.

    ``made`` keeps what a second call with the same plays and settings, but without friends, would train once more.
    """
    known, made = _known(data, settings, cutoff), {} if made is None else made
    if ("linear",) not in made:
        made["linear",] = _linear_part(known, settings, say)
    graphs = _graph_parts(known, settings, made, say)
    parts = [made["linear",], *graphs, *_friend_parts(known, graphs[0].scorer)]
    return _blended(parts, known, settings, say)


def _known(data: SocialData, settings: SocialSettings, cutoff: int) -> Known:
    wanted = data.matrix(data.validation)
    users = np.flatnonzero(np.diff(wanted.indptr))
    if len(users) > settings.validation_users:
        kept = np.random.default_rng(settings.seed).choice(users, settings.validation_users, replace=False)
        wanted = data.matrix(data.validation[np.isin(data.validation[:, 0], kept)])
    return Known(data.matrix(data.train), wanted, friend_matrix(data.friends, len(data.users)), cutoff)


def _linear_part(known: Known, settings: SocialSettings, say: Say) -> Part:
    """The best of a few scalings; of ridges, each larger one until it gets worse."""
    best: tuple[float, LinearModel] | None = None
    for powers in settings.linear.powers:
        factors = factorise(known.plays, settings.linear, *powers, settings.seed)
        before = -1.0
        for ridge in settings.linear.ridges:
            model = ridged(factors, ridge)
            figure = known.figure(model)
            say(f"  linear, powers {powers}, ridge {ridge}: validation NDCG@{known.cutoff} {figure:.4f}")
            best = (figure, model) if best is None or figure > best[0] else best
            if figure < before:
                break
            before = figure
    if best is None:
        raise ValueError("the settings name no powers or no ridges to try")
    return Part("linear", best[1])


def _graph_parts(known: Known, settings: SocialSettings, made: Made, say: Say) -> list[Part]:
    parts = []
    for number, changes in enumerate(settings.graphs):
        wanted = settings.graph.model_copy(update=changes.model_dump(exclude_none=True))
        if not known.friends.nnz:
            wanted = wanted.model_copy(update={"friend_weight": 0.0})
        key = (number, wanted)
        if key not in made:
            made[key] = _graph(known, wanted, settings.seed + number, say)
        parts.append(Part(f"graph{number}", made[key]))
    return parts


def _graph(known: Known, settings: GraphSettings, seed: int, say: Say) -> GraphModel:
    start, seen = time.monotonic(), []

    def look(model: GraphModel) -> float:
        seen.append(known.figure(model))
        return seen[-1]

    model = fit_graph(known.plays, known.friends, settings, seed, look)
    say(
        f"  graph, temperature {settings.temperature}, friends {settings.friend_weight}, layers {settings.layers}: "
        f"validation NDCG@{known.cutoff} {max(seen):.4f} "
        f"after {len(seen) * settings.check_every} steps, {time.monotonic() - start:.0f} s"
    )
    return model


def _friend_parts(known: Known, graph: Any) -> list[Part]:
    if not known.friends.nnz:
        return []
    further = beyond_friends(known.friends)
    return [
        Part("friends", fit_friends(known.plays, known.friends), is_sparse=True),
        Part("alike friends", fit_friends(known.plays, known.friends, graph.users), is_sparse=True),
        Part("their friends", fit_friends(known.plays, further, graph.users), is_sparse=True),
    ]


def _blended(parts: list[Part], known: Known, settings: SocialSettings, say: Say) -> Blend:
    users = np.flatnonzero(np.diff(known.wanted.indptr))
    examples = gather(parts, users, known.plays, known.wanted, settings.candidates)
    weights = fit_weights(examples, np.ones(len(parts), dtype=bool))
    best, chosen = figure_of(examples, weights, known.cutoff), weights
    for place in range(len(parts)):  # a part alone may be the best
        alone = np.eye(len(parts))[place]
        figure = figure_of(examples, alone, known.cutoff) if not parts[place].is_sparse else 0.0
        best, chosen = (figure, alone) if figure > best else (best, chosen)
    blend = Blend(parts, chosen, known.plays, settings.candidates)
    say(f"  blend: {blend.told()}; validation NDCG@{known.cutoff} {best:.4f}")
    return blend
