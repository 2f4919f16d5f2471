"""The value of a video to a viewer: a weighted sum of what they will probably do, by a policy file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from core.policies import Policy, PolicyModel, load_policy
from ranking.heads import HEADS, UNWANTED
from ranking.interests import CHAT_HISTORY
from ranking.page import ScorePart

Array = NDArray[Any]
_POLICIES = Path(__file__).parent / "policies"
_TIME_SPENT = re.compile(r"watch|dwell|time|minute|second|duration|view|complet|retention|session", re.IGNORECASE)


class Network(PolicyModel):
    """How much the social graph weighs."""

    in_network: float = Field(ge=1, le=10, description="Factor on the value of people the viewer follows.")
    mutual: float = Field(ge=1, le=10, description="Further factor for those who follow back.")
    out_of_network: float = Field(gt=0, le=1, description="Factor on the value of everyone else.")
    near_you: float = Field(ge=1, le=2, description="Factor on creators of the viewer's own jurisdiction.")
    limited: float = Field(ge=0, le=1, description="Factor on videos that are shown to fewer people.")
    friends_share: float = Field(ge=0, le=1, description="Share of a page kept for people who follow the viewer back.")
    followed_share: float = Field(ge=0, le=1, description="Share of a page kept for people the viewer follows.")


class ChatHistory(PolicyModel):
    """What topics of chats count for that a viewer handed over."""

    interest: float = Field(ge=0, le=10, description="Value of a video wholly about such a topic.")


class Author(PolicyModel):
    """How often one creator may come."""

    decay: float = Field(gt=0, le=1, description="Factor on each further video by the same creator on a page.")
    floor: float = Field(ge=0, le=1, description="The decay goes no lower.")
    per_page: int = Field(ge=1, le=30, description="Most videos by one creator on a page.")


class Diversity(PolicyModel):
    """How different the videos of a page are."""

    relevance: float = Field(ge=0, le=1, description="1 orders by value alone, 0 by difference alone.")
    rerank: int = Field(ge=1, le=500, description="How many of the best are reordered.")
    family_gap: int = Field(ge=0, le=30, description="Positions between a video and its remixes.")
    near_duplicate: float = Field(gt=0, le=1, description="Cosine of texts from which content is nearly the same.")
    near_duplicate_gap: int = Field(ge=0, le=30, description="Positions between videos of nearly the same content.")
    film_window: int = Field(ge=0, le=1000, description="Latest videos of a viewer among which no film comes twice.")


class ExplorationPolicy(PolicyModel):
    """How much of the feed finds out what it does not know."""

    rate: float = Field(ge=0, le=1, description="Share of pages with one exploring position.")
    first_position: int = Field(ge=0, le=29, description="Earliest 0-based position that may explore.")
    pool: int = Field(ge=1, le=500, description="How many candidates the explorer draws from.")


class TopicPolicy(PolicyModel):
    """How near a page's mix of topics is kept to the viewer's own."""

    weight: float = Field(
        ge=0, le=5, description="Cost of a nat's distance a video, in standard deviations of the values."
    )
    least_acts: int = Field(ge=1, le=100, description="Liked or made videos from which a viewer has a mix.")
    most_acts: int = Field(ge=1, le=200, description="The latest so many tell of it.")


class Newcomers(PolicyModel):
    """Positions kept for creators whom few people have met."""

    every: int = Field(ge=0, le=30, description="One position in so many is kept for them; 0 keeps none.")
    first_position: int = Field(ge=0, le=29, description="The first 0-based position that is kept.")
    impressions: int = Field(ge=0, description="New is who was shown fewer times than this, over all their videos,")
    days: int = Field(ge=0, le=365, description="and whose first video is no older.")
    pool: int = Field(ge=1, le=50, description="How many of the best are drawn from for each position.")


class SourceLimits(PolicyModel):
    """Most candidates that each source brings."""

    following: int = Field(ge=0, le=5000, description="Newest of the people followed.")
    nearby: int = Field(ge=0, le=5000, description="People near in the graph.")
    similar: int = Field(ge=0, le=5000, description="Near to what the viewer liked.")
    inspiring: int = Field(ge=0, le=5000, description="What led people to create.")
    fresh: int = Field(ge=0, le=5000, description="Newest of all.")
    trending: int = Field(ge=0, le=5000, description="Liked and remixed of late.")
    steer: int = Field(ge=0, le=5000, description="What the viewer asked for.")
    goal: int = Field(ge=0, le=5000, description="What fits the viewer's goals.")
    scored: int = Field(ge=1, le=5000, description="Most candidates that the heads score.")
    backfill: int = Field(ge=0, le=50_000, description="Newest videos looked at when a page is not full.")


class ValuePolicy(Policy):
    """The whole of ``value.toml``."""

    weights: dict[str, float] = Field(description="Head -> value of the event; negative for what should not happen.")
    network: Network
    chat_history: ChatHistory
    author: Author
    diversity: Diversity
    exploration: ExplorationPolicy
    newcomers: Newcomers
    topics: TopicPolicy
    sources: SourceLimits

    @field_validator("weights")
    @classmethod
    def _known_heads(cls, weights: dict[str, float]) -> dict[str, float]:
        for name in weights:
            if _TIME_SPENT.search(name):
                raise ValueError(f"{name!r} is about time spent; no weight may be. Known heads: {', '.join(HEADS)}")
            if name not in HEADS:
                raise ValueError(f"{name!r} is no head; write one of: {', '.join(HEADS)}")
        for name in UNWANTED:
            if weights.get(name, 0.0) > 0:
                raise ValueError(f"{name} must not be positive: nobody is shown more of what people {name}")
        return weights

    @model_validator(mode="after")
    def _says_something(self) -> "ValuePolicy":
        if not any(self.weights.values()):
            raise ValueError("weights are all zero; give at least one head a weight")
        return self


def load_value(overrides: Path | None = None) -> ValuePolicy:
    """Return the value policy. Raises ``BrokenPolicy``."""
    return load_policy(_POLICIES / "value.toml", ValuePolicy, overrides)


def load_safer_value(overrides: Path | None = None) -> ValuePolicy:
    """Return the value policy that serves while the charter is broken. Raises ``BrokenPolicy``."""
    return load_policy(_POLICIES / "value_safer.toml", ValuePolicy, overrides)


@dataclass(frozen=True, slots=True)
class Valued:
    """Values of n videos and how they came about. ``factors`` are (name, (n,)) multipliers of the heads' sum."""

    heads: dict[str, Array]
    weights: dict[str, float]
    head_sum: Array
    factors: tuple[tuple[str, Array], ...]
    interest: Array
    value: Array
    priors: frozenset[str] = frozenset()  # heads that have learned nothing yet

    def parts(self, place: int) -> tuple[ScorePart, ...]:
        """Return the terms of one video's value; they add up to it."""
        parts = []
        for name, weight in self.weights.items():
            probability: float = self.heads[name].item(place)
            parts.append(ScorePart(name, weight, probability, weight * probability, name in self.priors))
        running: float = self.head_sum.item(place)
        for name, factors in self.factors:
            factor: float = factors.item(place)
            if factor != 1.0:
                parts.append(ScorePart(name, factor, None, _scaled(running, factor) - running))
                running = _scaled(running, factor)
        if self.interest[place]:
            parts.append(ScorePart(CHAT_HISTORY, 1.0, None, float(self.interest[place])))
        return tuple(parts)


def value_of(
    policy: ValuePolicy,
    heads: dict[str, Array],
    *,
    follows: Array,
    mutual: Array,
    limited: Array,
    personal: bool,
    interest: Array | None = None,
    priors: frozenset[str] = frozenset(),
    near: Array | None = None,
) -> Valued:
    """Return the value of n videos from their heads' probabilities; each array has shape (n,).

    A factor above one makes a value larger, below one smaller, also where the value is negative. ``interest``: how far
    each video is about topics of chats that the viewer handed over, 0 to 1. ``near``: by creators of the viewer's own
    jurisdiction, None where that is not to be used.
    """
    head_sum = np.zeros(len(follows))
    for name, weight in policy.weights.items():  # one after another: np.sum adds in an order that depends on n
        head_sum = head_sum + weight * heads[name]
    network = policy.network
    factors: list[tuple[str, Array]] = []
    if personal:
        factors.append(("in_network", np.where(follows, network.in_network, network.out_of_network)))
        factors.append(("mutual", np.where(mutual, network.mutual, 1.0)))
        if near is not None:
            factors.append(("near_you", np.where(near, network.near_you, 1.0)))
    factors.append(("limited", np.where(limited, network.limited, 1.0)))
    value = head_sum
    for _, factor in factors:
        value = np.where(value >= 0, value * factor, value / np.maximum(factor, 1e-6))
    added = np.zeros(len(value)) if interest is None else policy.chat_history.interest * interest
    return Valued(heads, dict(policy.weights), head_sum, tuple(factors), added, value + added, priors)


def _scaled(value: float, factor: float) -> float:
    return value * factor if value >= 0 else value / max(factor, 1e-6)
