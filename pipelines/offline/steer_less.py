"""Measures "less X": how much of X it takes off a feed full of X, and what it does to feeds of something else.

A viewer who likes a topic is stood in for by that topic's mean text vector: without a steer, videos are ranked by their
likeness to it. Then "less X" is said. For the topic itself, what counts is how much of it is left among the next
twenty; for every other topic, the nDCG of its own pages with the steer, divided by that without.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import TextEncoder
from pipelines.offline.steer_evaluation import SteerRanker
from ranking.understanding.kept import Attributes

Array = NDArray[Any]
PAGE = 20
_FEWEST = 20  # videos of a topic from which on it is measured
_TOPIC_WORDS = {"scifi": "sci-fi", "holiday": "holidays", "family": "families", "friends": "friendship"}


@dataclass(frozen=True, slots=True)
class LessOf:
    """What "less of a topic" did: its share of twenty before and after, and the nDCG of others that is kept."""

    topic: str
    before: float
    after: float
    kept_elsewhere: float

    @property
    def removed(self) -> float:
        """The share of the topic that went, 0 to 1."""
        return 1.0 - self.after / self.before


def measure_less(videos: Path, encoder: TextEncoder, attributes: Attributes) -> list[LessOf]:
    """Return one line for each topic that at least twenty of the labelled ``videos`` have."""
    items = [json.loads(line) for line in videos.read_text(encoding="utf-8").splitlines() if line.strip()]
    return measure_less_of(items, encoder, attributes)


def measure_less_of(items: list[dict[str, Any]], encoder: TextEncoder, attributes: Attributes) -> list[LessOf]:
    """Return one line for each topic that at least twenty of the labelled ``items`` have."""
    ranker = SteerRanker([item["text"] for item in items], encoder, attributes)
    vectors = encoder.encode([item["text"] for item in items])
    topics = sorted({topic for item in items for topic in item["topics"]})
    has = {topic: np.array([topic in item["topics"] for item in items]) for topic in topics}
    measured = [topic for topic in topics if has[topic].sum() >= _FEWEST]
    likings = {topic: 4.0 * vectors @ vectors[has[topic]].mean(axis=0) for topic in measured}
    plain = {topic: ranker.order(base=likings[topic]) for topic in measured}
    found = []
    for topic in measured:
        wish = f"less {_TOPIC_WORDS.get(topic, topic)}"
        after = ranker.order(wish, base=likings[topic])
        kept = [
            _ndcg(has[other], ranker.order(wish, base=likings[other])) / _ndcg(has[other], plain[other])
            for other in measured
            if not _overlap(has[topic], has[other])
        ]
        found.append(LessOf(topic, _share(has[topic], plain[topic]), _share(has[topic], after), float(np.mean(kept))))
    return found


def _overlap(first: Array, second: Array) -> bool:
    """Whether a tenth of the second topic's videos are the first's too: then it is no other topic."""
    return bool((first & second).sum() >= 0.1 * second.sum())


def _share(has: Array, order: Array) -> float:
    return float(has[order[:PAGE]].mean())


def _ndcg(has: Array, order: Array) -> float:
    discounts = 1.0 / np.log2(np.arange(PAGE) + 2)
    return float((has[order[:PAGE]] * discounts).sum() / discounts[: int(has.sum())].sum())
