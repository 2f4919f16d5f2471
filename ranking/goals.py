"""Longer-term goals: what somebody says they want to do or become, which videos fit it, and what is never a goal.

Goals are stated, never inferred. They shape a stated share of a page (``policies/goals.toml``) and no score: outside of
that share everything stands where it would stand without them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from core.errors import InvalidInput
from core.policies import Policy, PolicyModel, load_policy
from ranking.interests import interest_in, mixes
from ranking.steering.matching import Texts
from ranking.understanding.attributes import INDEX
from ranking.understanding.kept import Attributes, read
from ranking.words import side_by_side, stem, words

Array = NDArray[Any]
Encode = Callable[[str], Array]
_SHIPPED = Path(__file__).parent / "policies" / "goals.toml"
_SENSITIVE_FROM = 0.58  # cosine to a sensitive example from which a text is taken to be about the same


class PageShare(PolicyModel):
    """How goals shape a page."""

    share: float = Field(ge=0, le=0.5, description="Share of a page for all goals together.")
    fits_from: float = Field(gt=0, le=1, description="How well a video must fit to stand there.")
    near_from: float = Field(ge=0, le=1, description="Cosine from which a video begins to fit.")
    near_full: float = Field(ge=0, le=1, description="Cosine at which it fits in full.")
    search: int = Field(ge=1, le=1000, description="Videos looked for around each goal.")
    most: int = Field(ge=1, le=20, description="Goals that one person may have at a time.")
    longest: int = Field(ge=10, le=500, description="Characters of a goal.")

    @model_validator(mode="after")
    def _in_order(self) -> "PageShare":
        if self.near_from >= self.near_full:
            raise ValueError("write near_from < near_full")
        return self


class People(PolicyModel):
    """Goals about people one knows."""

    says: list[str] = Field(min_length=1, description="Words that make a goal one about people.")


class About(PolicyModel):
    """One field that goals are about."""

    name: str = Field(min_length=1)
    says: list[str] = Field(min_length=1, description="Words of a goal that mean it.")
    like: str = Field(min_length=10, description="A text that shows it, for the encoder.")
    topics: list[str] = Field(min_length=1, description="Attributes of videos that show it.")

    @field_validator("topics")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        if unknown := sorted(set(names) - set(INDEX)):
            raise ValueError(f"{unknown} are no attributes; write names like topics:craft")
        return names


class Sensitive(PolicyModel):
    """What no goal may be about."""

    name: str = Field(min_length=1)
    says: list[str] = Field(min_length=1, description="Words that make a goal one about this.")
    like: list[str] = Field(min_length=1, description="Examples, for the encoder.")


class GoalsPolicy(Policy):
    """The whole of ``goals.toml``."""

    page: PageShare
    people: People
    about: list[About] = Field(min_length=1)
    sensitive: list[Sensitive] = Field(min_length=1)

    @cached_property
    def refused(self) -> tuple[tuple[frozenset[str], Sensitive], ...]:
        """The stems of every saying that makes a goal sensitive."""
        return tuple((_stems(saying), item) for item in self.sensitive for saying in item.says)


def load_goals(overrides: Path | None = None) -> GoalsPolicy:
    """Return the goals policy in force. Raises ``BrokenPolicy``."""
    return load_policy(_SHIPPED, GoalsPolicy, overrides)


@dataclass(frozen=True, slots=True)
class StatedGoal:
    """A goal as somebody put it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal ready to be matched: vectors (k, 384), the attributes that show it, whether it is about people known."""

    id: str
    text: str
    vectors: Array
    topics: tuple[str, ...]
    is_about_people: bool


@dataclass(frozen=True, slots=True)
class GoalFit:
    """How well n videos fit a person's goals: the best fit (n,) and which goal it is (n,), -1 for none."""

    goals: tuple[Goal, ...]
    fit: Array
    which: Array

    @classmethod
    def none(cls, count: int) -> "GoalFit":
        """Return the fit of ``count`` videos to no goal."""
        return cls((), np.zeros(count), np.full(count, -1))

    def only(self, places: Array) -> "GoalFit":
        """Return the fit of the videos at these places."""
        return GoalFit(self.goals, self.fit[places], self.which[places])

    def of(self, place: int) -> Goal | None:
        """Return the goal that the video at a place fits, or None."""
        return None if self.which[place] < 0 else self.goals[int(self.which[place])]


class Goals:
    """Understands goals, and finds what fits them and the interests of imported chats."""

    def __init__(self, policy: GoalsPolicy, encode: Encode, attributes: Attributes) -> None:
        self.policy = policy
        self._encode, self._attributes = encode, attributes

    def check(self, text: str) -> str:
        """Return the goal without stray space. Raises ``InvalidInput`` for one that is empty, long or sensitive."""
        goal = " ".join(text.split())
        if not words(goal) or len(goal) > self.policy.page.longest:
            raise _bad("bad_goal", "The goal is empty or too long.", f"1 to {self.policy.page.longest} characters")
        sensitive = self._sensitive(goal)
        if sensitive is not None:
            raise _bad(
                "sensitive_goal",
                f"Kindling keeps no goals about {sensitive}: nothing here should know or show that about you.",
                "something to make, learn or do, or people you know, such as 'start a pottery shop'",
            )
        return goal

    def ready(self, stated: Sequence[StatedGoal]) -> tuple[Goal, ...]:
        """Return goals ready to be matched."""
        return tuple(self._ready(goal) for goal in stated)

    def fit(self, goals: Sequence[Goal], vectors: Array, stems: Sequence[Array], is_mutual: Array) -> GoalFit:
        """Return how well videos fit: text vectors (n, 384), word stems, whether they are by mutuals."""
        if not goals:
            return GoalFit.none(len(is_mutual))
        attributes = self._attributes.probabilities(vectors.astype(np.float32), *side_by_side(stems))
        return self._fit_of(goals, vectors, attributes, is_mutual)

    def fit_of_rows(self, goals: Sequence[Goal], texts: Texts, rows: Array, is_mutual: Array) -> GoalFit:
        """Return how well rows of the catalogue fit."""
        if not goals:
            return GoalFit.none(len(rows))
        return self._fit_of(goals, texts.take("text", rows), read(self._attributes, texts, rows), is_mutual)

    def _fit_of(self, goals: Sequence[Goal], vectors: Array, attributes: Array, is_mutual: Array) -> GoalFit:
        fits = np.stack([self._fit(goal, vectors.astype(np.float32), attributes, is_mutual) for goal in goals])
        best = fits.max(axis=0)
        which = np.where(best >= self.policy.page.fits_from, fits.argmax(axis=0), -1)
        return GoalFit(tuple(goals), best, which)

    def interest(self, interests: Mapping[str, float], texts: Texts, rows: Array) -> Array:
        """Return how far videos are about topics of imported chats, 0 to 1; shape (n,)."""
        if not interests:
            return np.zeros(len(rows))
        return interest_in(interests, read(self._attributes, texts, rows))

    def topic_mixes(self, texts: Texts, rows: Array) -> Array:
        """Return how each video divides among topics; (n, topics + 1), rows sum to one."""
        return mixes(read(self._attributes, texts, rows))

    def _fit(self, goal: Goal, vectors: Array, attributes: Array, is_mutual: Array) -> Array:
        """By likeness to its words or to its field's example, or by an attribute that shows its field."""
        page = self.policy.page
        if goal.is_about_people and not goal.topics:
            return is_mutual.astype(np.float64)
        cosine = (vectors @ goal.vectors.T).max(axis=1)
        near = np.clip((cosine - page.near_from) / (page.near_full - page.near_from), 0.0, 1.0)
        if goal.topics:
            near = np.maximum(near, attributes[:, [INDEX[name] for name in goal.topics]].max(axis=1))
        fits: Array = np.maximum(near, is_mutual) if goal.is_about_people else near
        return fits

    def _ready(self, goal: StatedGoal) -> Goal:
        said = _stems(goal.text)
        fields = [item for item in self.policy.about if _says_any(said, item.says)]
        vectors = np.stack([self._encode(text) for text in (goal.text, *(item.like for item in fields))])
        topics = dict.fromkeys(name for item in fields for name in item.topics)
        return Goal(
            goal.id, goal.text, vectors.astype(np.float32), tuple(topics), _says_any(said, self.policy.people.says)
        )

    def _sensitive(self, text: str) -> str | None:
        said = _stems(text)
        for saying, item in self.policy.refused:
            if saying <= said:
                return item.name
        vector = self._encode(text)
        for name, examples in self._examples.items():
            if float((examples @ vector).max()) >= _SENSITIVE_FROM:
                return name
        return None

    @cached_property
    def _examples(self) -> Mapping[str, Array]:
        return {item.name: np.stack([self._encode(text) for text in item.like]) for item in self.policy.sensitive}


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, words(text)))


def _says_any(said: frozenset[str], sayings: Sequence[str]) -> bool:
    return any(_stems(saying) <= said for saying in sayings)


def _bad(code: str, detail: str, expected: str) -> InvalidInput:
    return InvalidInput(code=code, detail=detail, field="text", expected=expected)
