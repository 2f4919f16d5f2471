"""``decide`` for a million sets of scores at once: the same verdicts as arrays. Shapes: N rows, C judged categories."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Audience, Outcome, Surface
from safety.policy import JUDGED, ModerationPolicy

# A category that nobody measured reaches nothing. A measured score that is no finite number is NaN here, and means
# review.
NOT_MEASURED = -np.inf
SURFACES, AUDIENCES = tuple(Surface), tuple(Audience)
NO_CATEGORY = -1


@dataclass(frozen=True, slots=True)
class ManyVerdicts:
    """Outcomes (N,) as ``Outcome`` values, and the place (N,) in ``JUDGED`` of the category that led there, or -1."""

    outcomes_N: NDArray[np.int8]  # noqa: N815 - shapes are named
    categories_N: NDArray[np.int16]  # noqa: N815


def scores_array(many: Iterable[Mapping[str, float | None]]) -> NDArray[np.float64]:
    """Return sets of scores as an array (N, C). Categories that no policy judges are left out; None is no number."""
    rows = [[_measured(scores, name) for name in JUDGED] for scores in many]
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(JUDGED))


def _measured(scores: Mapping[str, float | None], name: str) -> float:
    if name not in scores:
        return NOT_MEASURED
    score = scores[name]
    return score if score is not None and np.isfinite(score) else np.nan


def decide_many(
    scores_NC: NDArray[np.float64],  # noqa: N803 - shapes are named
    surfaces_N: NDArray[np.int8],  # noqa: N803
    audiences_N: NDArray[np.int8],  # noqa: N803
    policy: ModerationPolicy,
) -> ManyVerdicts:
    """Return what ``decide`` says of every row. Cells are places in ``SURFACES`` and ``AUDIENCES``."""
    outcomes = np.zeros(len(scores_NC), np.int8)
    categories = np.full(len(scores_NC), NO_CATEGORY, np.int16)
    for surface, audience, rows in _cells(surfaces_N, audiences_N):
        outcomes[rows], categories[rows] = _decide(scores_NC[rows], _thresholds(policy, surface, audience))
    return ManyVerdicts(outcomes, categories)


def _cells(
    surfaces_N: NDArray[np.int8],  # noqa: N803
    audiences_N: NDArray[np.int8],  # noqa: N803
) -> Iterator[tuple[Surface, Audience, NDArray[np.intp]]]:
    for (where, surface), (who, audience) in product(enumerate(SURFACES), enumerate(AUDIENCES)):
        rows = np.flatnonzero((surfaces_N == where) & (audiences_N == who))
        if rows.size:
            yield surface, audience, rows


def _thresholds(policy: ModerationPolicy, surface: Surface, audience: Audience) -> NDArray[np.float64]:
    """Return where limit, review and block begin for every category, shape (3, C)."""
    rules = [policy.at(category, surface, audience) for category in JUDGED]
    return np.asarray([[rule.limit_at, rule.review_at, rule.block_at] for rule in rules]).T


def _decide(
    scores_NC: NDArray[np.float64],  # noqa: N803
    starts_3C: NDArray[np.float64],  # noqa: N803
) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
    reached = np.zeros(scores_NC.shape, np.int8)
    for starts in starts_3C:  # in order, so that each one reached is one outcome harsher
        reached += scores_NC >= starts
    untrusted = np.isnan(scores_NC)
    if untrusted.any():
        doubted = np.where(starts_3C[2] <= 0, Outcome.BLOCK, Outcome.REVIEW).astype(np.int8)
        reached = np.where(untrusted, doubted, reached)
    outcomes: NDArray[np.int8] = reached.max(axis=1)
    leading = np.full(len(scores_NC), NO_CATEGORY, np.int16)
    rows = np.flatnonzero(outcomes)
    if rows.size:
        leading[rows] = _leading(scores_NC[rows], reached[rows], outcomes[rows], starts_3C)
    return outcomes, leading


def _leading(
    scores_NC: NDArray[np.float64],  # noqa: N803
    reached_NC: NDArray[np.int8],  # noqa: N803
    outcomes_N: NDArray[np.int8],  # noqa: N803
    starts_3C: NDArray[np.float64],  # noqa: N803
) -> NDArray[np.int16]:
    """Return, of the categories that reach the row's outcome, the one furthest past its threshold; ties: the first."""
    past = scores_NC - starts_3C[outcomes_N - 1]
    past[np.isnan(scores_NC)] = np.inf
    past[reached_NC != outcomes_N[:, None]] = -np.inf
    first: NDArray[np.int16] = past.argmax(axis=1).astype(np.int16)
    return first
