"""What ranking answers: a page of items, each with its reason, its score and how the score came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.ids import PersonId, SteerId, VideoId
from core.vocabulary import FeedMode, Reason


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """Why an item is on the page: the source that brought it, and the same in words."""

    code: Reason
    text: str


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One term of a score. ``probability`` is a head's, and None for terms that are no probability.

    ``is_prior``: the head has learned nothing yet, and its probability is the declared one, the same for every video.
    """

    name: str
    weight: float
    probability: float | None
    contribution: float
    is_prior: bool = False


@dataclass(frozen=True, slots=True)
class SteerPart:
    """What one steer added to (or took from) a score."""

    id: SteerId
    says: str
    contribution: float


@dataclass(frozen=True, slots=True)
class RankedItem:
    """One video on a page.

    ``propensity`` is the probability that this policy puts this video at this position for this viewer.
    """

    video_id: VideoId
    creator_id: PersonId
    reason: ReasonGiven
    score: float
    propensity: float
    steer_id: SteerId | None = None
    heads: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[ScorePart, ...] = ()
    steers: tuple[SteerPart, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page in order, and what it was made with and from."""

    mode: FeedMode
    snapshot: str
    policy_version: str
    items: tuple[RankedItem, ...]
    signals_used: tuple[str, ...]
    candidates: int = 0  # how many the sources brought
    scored: int = 0  # how many of them the heads looked at
