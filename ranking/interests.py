"""Interests read from chats that a person handed over: topics with weights, and what they add to a video's value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.understanding.attributes import GROUPS, INDEX

Array = NDArray[Any]
CHAT_HISTORY = "chat_history"
TOPICS = GROUPS["topics"]
TOPIC_COLUMNS = [INDEX[f"topics:{name}"] for name in TOPICS]
_ABOUT_FROM = 0.35  # probability from which a message is taken to be about a topic
_SHARES_FROM = 0.10  # probability below which a video has no share in a topic
_LEAST_SHARE = 0.02
_MOST = 8


def topics_of(attributes: Array) -> dict[str, float]:
    """Return the topics of messages, by their share of all: (n, attributes) of probabilities in."""
    shares = (attributes[:, TOPIC_COLUMNS] >= _ABOUT_FROM).mean(axis=0)
    order = [place for place in np.argsort(-shares, kind="stable").tolist() if shares[place] >= _LEAST_SHARE]
    return {TOPICS[place]: float(shares[place]) for place in order[:_MOST]}


def interest_in(interests: Mapping[str, float], attributes: Array) -> Array:
    """Return how far n videos are about the interests, 0 to 1: (n, attributes) of probabilities in, (n,) out."""
    if not interests:
        return np.zeros(len(attributes))
    heaviest = max(interests.values())
    weights = np.array([interests.get(name, 0.0) / heaviest for name in TOPICS])
    found: Array = (attributes[:, TOPIC_COLUMNS] * weights).max(axis=1)
    return found


def mixes(attributes: Array) -> Array:
    """Return how each video divides among topics: (n, attributes) of probabilities in, (n, topics + 1) out.

    Rows sum to one; the last column is for what is about no known topic.
    """
    about = attributes[:, TOPIC_COLUMNS].astype(np.float64)
    about = np.where(about >= _SHARES_FROM, about, 0.0)
    about = np.hstack([about, (about.sum(axis=1, keepdims=True) == 0).astype(np.float64)])
    shares: Array = about / about.sum(axis=1, keepdims=True)
    return shares
