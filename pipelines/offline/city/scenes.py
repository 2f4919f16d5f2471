"""Which films to render: the few hundred scenes that together come closest to what all the videos ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.storyboard import Shot, Storyboard
from generation.world import vocabulary as vocab

# How much it matters that a film has this of what a prompt asks for. What a scene is about comes first.
_WEIGHTS = {
    "lead": 3.0, "scene": 2.5, "style": 1.6, "cast": 1.6, "time_of_day": 0.9, "pace": 0.7, "palette": 0.8,
    "weather": 0.5, "motion": 0.6, "role": 0.8,
}  # fmt: skip
_MOST_SHARING = 9  # videos of one film: more would make the city look small


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """``leads[f]`` is the video whose scene film ``f`` shows; ``film_of[v]`` is the film of video ``v``."""

    leads: tuple[int, ...]
    film_of: tuple[int, ...]


def plan_films(boards: Sequence[Storyboard], alone: Sequence[int], films: int) -> FilmPlan:
    """Choose films for videos. ``alone`` are videos with a cameo: each has a film of its own.

    The others share: greedily take the video whose scene brings all others closest to some film (facility location),
    then give every video its closest film, none more than a fair share. Deterministic. O(films x videos^2).
    """
    apart = set(alone)
    together = [row for row in range(len(boards)) if row not in apart]
    wanted = max(1, min(films - len(apart), len(together)))
    distance = _distances([boards[row] for row in together])
    chosen = _facilities(distance, wanted)
    share = max(_MOST_SHARING, -(-len(together) * 2 // wanted))
    nearest = _assign(distance[:, chosen], share)
    leads = [together[row] for row in chosen]
    film_of = dict(zip(together, nearest, strict=True))
    for row in alone:
        film_of[row] = len(leads)
        leads.append(row)
    return FilmPlan(tuple(leads), tuple(film_of[row] for row in range(len(boards))))


def _distances(boards: Sequence[Storyboard]) -> NDArray[np.float32]:
    """Return weighted differences between every two scenes, shape (n, n)."""
    shots = [board.shots[0] for board in boards]
    total: NDArray[np.float32] = np.zeros((len(shots), len(shots)), dtype=np.float32)
    for name in ("scene", "style", "palette", "time_of_day", "weather", "pace"):
        total += _WEIGHTS[name] * _differs([getattr(shot, name) for shot in shots])
    total += _WEIGHTS["lead"] * _differs([_lead(shot) for shot in shots])
    total += _WEIGHTS["role"] * _differs([vocab.THINGS[_lead(shot)].role if _lead(shot) else "" for shot in shots])
    total += _WEIGHTS["motion"] * _differs([shot.things[0].motion if shot.things else "" for shot in shots])
    total += _WEIGHTS["cast"] * _unlike_casts(shots)
    return total


def _lead(shot: Shot) -> str:
    return shot.things[0].kind if shot.things else ""


def _differs(values: Sequence[str]) -> NDArray[np.float32]:
    _, codes = np.unique(values, return_inverse=True)
    different: NDArray[np.float32] = (codes[:, None] != codes[None, :]).astype(np.float32)
    return different


def _unlike_casts(shots: Sequence[Shot]) -> NDArray[np.float32]:
    """Return 1 - Jaccard similarity of the kinds of things in two shots."""
    kinds = {kind: column for column, kind in enumerate(vocab.THINGS)}
    shown = np.zeros((len(shots), len(kinds)), dtype=np.float32)
    for row, shot in enumerate(shots):
        shown[row, [kinds[thing.kind] for thing in shot.things]] = 1
    both = shown @ shown.T
    sizes = shown.sum(axis=1)
    either = np.maximum(sizes[:, None] + sizes[None, :] - both, 1)
    unlike: NDArray[np.float32] = 1 - both / either
    return unlike


def _facilities(distance: NDArray[np.float32], wanted: int) -> list[int]:
    best = np.full(len(distance), distance.max(initial=0) + 1, dtype=np.float32)
    chosen: list[int] = []
    for _ in range(wanted):
        gains = np.maximum(best[:, None] - distance, 0).sum(axis=0)
        gains[chosen] = -1
        chosen.append(int(np.argmax(gains)))
        best = np.minimum(best, distance[:, chosen[-1]])
    return chosen


def _assign(distance: NDArray[np.float32], share: int) -> list[int]:
    """Return each row's closest column, no column more than ``share`` times; those with most to lose choose first."""
    order = np.argsort(distance.min(axis=1), kind="stable")
    room = np.full(distance.shape[1], share)
    taken = np.zeros(len(distance), dtype=int)
    for row in order:
        costs = np.where(room > 0, distance[row], np.inf)
        taken[row] = int(np.argmin(costs))
        room[taken[row]] -= 1
    return [int(column) for column in taken]
