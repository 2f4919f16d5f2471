"""Interests read from chats that a person handed over: topics with weights, and what they add to a video's value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.understanding.attributes import GROUPS, INDEX

Array = NDArray[Any]
CHAT_HISTORY = "chat_history"
TOPICS = GROUPS["topics"]
_COLUMNS = [INDEX[f"topics:{name}"] for name in TOPICS]
_ABOUT_FROM = 0.35  # probability from which a message is taken to be about a topic
_LEAST_SHARE = 0.02
_MOST = 8


def topics_of(attributes: Array) -> dict[str, float]:
    """Return the topics of messages, by their share of all: (n, attributes) of probabilities in."""
    shares = (attributes[:, _COLUMNS] >= _ABOUT_FROM).mean(axis=0)
    order = [place for place in np.argsort(-shares, kind="stable").tolist() if shares[place] >= _LEAST_SHARE]
    return {TOPICS[place]: float(shares[place]) for place in order[:_MOST]}


def interest_in(interests: Mapping[str, float], attributes: Array) -> Array:
    """Return how far n videos are about the interests, 0 to 1: (n, attributes) of probabilities in, (n,) out."""
    if not interests:
        return np.zeros(len(attributes))
    heaviest = max(interests.values())
    weights = np.array([interests.get(name, 0.0) / heaviest for name in TOPICS])
    found: Array = (attributes[:, _COLUMNS] * weights).max(axis=1)
    return found
