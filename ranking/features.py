"""The features of a (viewer, video) pair: the one place that turns facts into numbers, for training and serving alike.

Training gathers ``PairFacts`` from the event log, serving from the snapshot and the viewer; both call ``matrix``. A
test holds the two equal. No fact here is about time spent.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

AFFINITY_HALF_LIFE_S = 14 * 86_400.0
TASTE_HALF_LIFE_S = 14 * 86_400.0
SERVING_POSITION = 0.0  # at serving every candidate is scored as if it stood first

FEATURES = (
    "age",
    "follows_creator",
    "followed_by_creator",
    "mutual",
    "common_friends",
    "affinity",
    "taste",
    "text_taste",
    "like_rate",
    "create_rate",
    "talk_rate",
    "hide_rate",
    "satisfaction",
    "exposure",
    "creator_like_rate",
    "creator_create_rate",
    "creator_exposure",
    "seconds",
    "is_remix",
    "activity",
    "creativity",
    "position",
)


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Facts about n pairs at the moment each was (or would be) shown; every array has n rows."""

    age_s: Array  # seconds since publication
    follows_creator: Array  # 0 or 1
    followed_by_creator: Array  # 0 or 1
    common_friends: Array  # how many of the people the viewer follows follow the creator
    affinity: Array  # decayed weight of what the viewer did with this creator's videos
    taste: Array  # cosine of the viewer's taste and the video, learned vectors
    text_taste: Array  # the same for text vectors
    counts: Array  # (n, 9): the video's counts, in the order of snapshot.COUNTS
    creator_counts: Array  # (n, 9): the same, over all of the creator's videos
    seconds: Array
    is_remix: Array
    activity: Array  # decayed weight of all that the viewer did
    creativity: Array  # decayed number of what the viewer created
    position: Array  # 0-based position on the page


def matrix(facts: PairFacts) -> NDArray[np.float32]:
    """Return the feature matrix of shape (n, len(FEATURES)), float32."""
    like, create, talk, hide, satisfied, exposure = _rates(facts.counts)
    creator_like, creator_create, _, _, _, creator_exposure = _rates(facts.creator_counts)
    columns = (
        np.log1p(np.maximum(facts.age_s, 0.0) / 3600.0),
        facts.follows_creator,
        facts.followed_by_creator,
        facts.follows_creator * facts.followed_by_creator,
        np.log1p(facts.common_friends),
        np.log1p(np.maximum(facts.affinity, 0.0)),
        facts.taste,
        facts.text_taste,
        like,
        create,
        talk,
        hide,
        satisfied,
        exposure,
        creator_like,
        creator_create,
        creator_exposure,
        facts.seconds,
        facts.is_remix,
        np.log1p(np.maximum(facts.activity, 0.0)),
        np.log1p(facts.creativity),
        facts.position,
    )
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns]).T  # trees read column by column


def smoothed(successes: Array, trials: Array, prior: float, strength: float) -> Array:
    """Return rates shrunk towards ``prior`` as if ``strength`` trials had been seen before."""
    rates: Array = (successes + prior * strength) / (np.maximum(trials, successes) + strength)
    return rates


def _rates(counts: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
    shown, like, comment, share, create, hide, report, poll, poll_sum = np.moveaxis(counts.astype(np.float64), -1, 0)
    return (
        smoothed(like, shown, 0.06, 20.0),
        smoothed(create, shown, 0.01, 40.0),
        smoothed(comment + share, shown, 0.02, 30.0),
        smoothed(hide + report, shown, 0.01, 40.0),
        (poll_sum + 3.5 * 4.0) / (poll + 4.0),
        np.log1p(shown),
    )


def decayed(seconds_ago: Array, half_life_s: float) -> Array:
    """Return 2 ** (-age / half-life), shape as given."""
    factors: Array = np.exp2(-seconds_ago / half_life_s)
    return factors


def unit(vectors: Array) -> Array:
    """Scale rows to length one; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Array = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
    return scaled
