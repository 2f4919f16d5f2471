"""Latent tastes and how people respond: the truth of the city, which the ranker never sees."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.city.catalogue import Creator, Piece
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.lexicon import lexicon
from pipelines.offline.city.prompts import PACES
from pipelines.offline.city.society import Citizen, Community

Array = NDArray[np.float64]
HIDDEN = 6  # dimensions of taste that no word tells of


def attribute_names() -> tuple[str, ...]:
    """Return the names of the dimensions of taste, in order."""
    words = lexicon()
    families = {
        "topic": tuple(words.topics),
        "mood": tuple(words.moods),
        "pace": PACES,
        "style": tuple(words.styles),
        "people": tuple(words.people),
        "time": tuple(words.times),
        "setting": ("indoor", "outdoor"),
    }
    named = [f"{family}:{name}" for family, names in families.items() for name in names]
    return (*named, *(f"hidden:{number}" for number in range(HIDDEN)))


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """How satisfaction turns into what people do; all on the logit scale."""

    examine_first: float = 0.97
    examine_ratio: float = 0.93
    friend: float = 0.55
    quality: float = 0.6
    complete: tuple[float, float] = (0.1, 0.9)
    skip: tuple[float, float] = (-0.4, -1.0)
    like: tuple[float, float] = (-3.1, 1.3)
    comment: tuple[float, float] = (-5.4, 0.9)
    share: tuple[float, float] = (-5.4, 1.0)
    create: tuple[float, float] = (-6.3, 1.0)
    follow: tuple[float, float] = (-5.3, 1.2)
    hide: tuple[float, float] = (-5.3, -1.2)
    report: tuple[float, float] = (-7.8, -1.0)
    hook: float = 0.9  # what grabs attention lifts completion and a few likes, and satisfaction not at all
    hook_like: float = 0.3
    friend_talk: float = 1.5
    makeable: float = 0.55
    # Of each video looked at. Together about two answers a person and week, which is what polls.toml allows at most.
    poll_rate: float = 0.06
    look_back_rate: float = 0.03
    poll_noise: float = 0.11

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is really so. Rows follow people and videos in the city's order.

    ``tastes`` (people, k) and ``attributes`` (videos, k) over ``attribute_names()``; the rest are vectors.
    """

    tastes: Array
    attributes: Array
    quality: Array
    hook: Array
    makeable: Array
    pickiness: Array
    generosity: Array
    sociability: Array
    creativity: Array
    hookability: Array
    model: ResponseModel

    def utility(self, people: NDArray[np.int64], videos: NDArray[np.int64], is_friend: Array) -> Array:
        """Return how well each video suits each person, on the logit scale; any broadcastable shapes."""
        match = np.einsum("...k,...k->...", self.tastes[people], self.attributes[videos])
        base = match + self.model.quality * self.quality[videos] - self.pickiness[people]
        utility: Array = base + self.model.friend * is_friend
        return utility

    def satisfaction(self, people: NDArray[np.int64], videos: NDArray[np.int64], is_friend: Array) -> Array:
        """Return the true satisfaction in (0, 1): what a poll would tell without noise."""
        return sigmoid(self.utility(people, videos, is_friend))

    def p_create(self, people: NDArray[np.int64], videos: NDArray[np.int64], is_friend: Array) -> Array:
        """Return the probability that a person who saw the video goes on to make something."""
        base, slope = self.model.create
        utility = self.utility(people, videos, is_friend)
        return sigmoid(
            base + slope * utility + self.creativity[people] + self.model.makeable * (self.makeable[videos] - 3)
        )


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    values: Array = 1.0 / (1.0 + np.exp(-logits))
    return values


def draw_truth(
    config: CityConfig, citizens: list[Citizen], groups: list[Community], makers: list[Creator], pieces: list[Piece]
) -> Truth:
    """Draw everyone's tastes and every video's hidden side."""
    random = config.arrays("truth")
    people, videos = len(citizens), len(pieces)
    creator_charm = random.normal(0, 0.7, (people, HIDDEN))
    return Truth(
        tastes=_tastes(random, citizens, groups),
        attributes=_attributes(random, pieces, creator_charm),
        quality=random.normal(0, 0.8, videos) + 0.5 * random.normal(0, 1, people)[[p.creator for p in pieces]],
        hook=random.normal(0, 1, videos),
        makeable=np.array([piece.wish.makeable for piece in pieces], dtype=np.float64),
        pickiness=random.normal(0.15, 0.35, people),
        generosity=random.normal(0, 0.6, people),
        sociability=random.normal(0, 0.7, people),
        creativity=np.log(np.array([maker.weight for maker in makers]) + 0.05) * 0.45 + random.normal(0.4, 0.4, people),
        hookability=random.normal(1.0, 0.3, people),
        model=ResponseModel(),
    )


def _tastes(random: np.random.Generator, citizens: list[Citizen], groups: list[Community]) -> Array:
    names = attribute_names()
    at = {name: index for index, name in enumerate(names)}
    scale = np.array([_SPREAD[name.split(":")[0]] for name in names])
    tastes: Array = random.normal(0, 1, (len(citizens), len(names))) * scale
    topics = [at[f"topic:{name}"] for name in lexicon().topics]
    moods = [at[f"mood:{name}"] for name in lexicon().moods]
    for row, citizen in enumerate(citizens):
        for topic in citizen.interests:
            tastes[row, at[f"topic:{topic}"]] += random.normal(1.0, 0.35)
        for topic in groups[citizen.community].topics:
            tastes[row, at[f"topic:{topic}"]] += 0.35
        for mood in groups[citizen.community].moods:
            tastes[row, at[f"mood:{mood}"]] += 0.4
        tastes[row, random.choice(topics, 2)] += random.normal(0.9, 0.3, 2)  # what they told no one
        tastes[row, random.choice(topics, 3)] -= random.normal(1.1, 0.3, 3)
        tastes[row, random.choice(moods, 2)] -= random.normal(0.8, 0.3, 2)
    tastes[:, at["mood:scary"]] -= 0.6
    return tastes


_SPREAD = {
    "topic": 0.25, "mood": 0.35, "pace": 0.3, "style": 0.3, "people": 0.25, "time": 0.15, "setting": 0.15,
    "hidden": 0.55,
}  # fmt: skip


def _attributes(random: np.random.Generator, pieces: list[Piece], creator_charm: Array) -> Array:
    names = attribute_names()
    at = {name: index for index, name in enumerate(names)}
    values: Array = np.zeros((len(pieces), len(names)))
    for row, piece in enumerate(pieces):
        for name, weight in labels(piece).items():
            values[row, at[name]] = weight
    hidden = creator_charm[[piece.creator for piece in pieces]] + random.normal(0, 0.5, (len(pieces), HIDDEN))
    values[:, -HIDDEN:] = hidden
    return values


def labels(piece: Piece) -> dict[str, float]:
    """Return what a video is about, by attribute: leading topics and moods weigh 1, further ones less."""
    wish = piece.wish
    weights = {f"topic:{name}": 1.0 if rank == 0 else 0.6 for rank, name in enumerate(wish.topics)}
    weights |= {f"mood:{name}": 1.0 if rank == 0 else 0.6 for rank, name in enumerate(wish.moods)}
    singles = {
        "pace": wish.pace, "style": wish.style, "people": wish.people, "time": wish.time, "setting": wish.place.setting,
    }  # fmt: skip
    return weights | {f"{family}:{name}": 1.0 for family, name in singles.items()}
