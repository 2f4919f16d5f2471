"""Concepts: words that people ask with, and words that prompts show the same thing with."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.policies import Policy, PolicyModel, load_policy
from ranking.understanding.attributes import NAMES
from ranking.words import stem, words

_SHIPPED = Path(__file__).parent.parent / "policies" / "concepts.toml"


class Concept(PolicyModel):
    """One thing that feeds are asked for."""

    name: str = Field(min_length=1, description="What it is called in explanations.")
    kind: Literal["topic", "mood", "look"] = Field(
        default="topic", description="Whether it is about what is shown or how it feels."
    )
    says: list[str] = Field(min_length=1, description="Words of a wish that mean it.")
    shows: list[str] = Field(min_length=1, description="Words of a prompt that show it.")
    like: str = Field(min_length=10, description="A typical text, for the encoder.")
    means: list[str] = Field(default=[], description="Attributes that show it; any of them will do.")
    avoids: list[str] = Field(default=[], description="Attributes that do not go with wishing for it.")

    @field_validator("means", "avoids")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        if unknown := sorted(set(names) - set(NAMES)):
            raise ValueError(f"{unknown} are no attributes; write names like mood:calming or pace:slow")
        return names


class Matching(PolicyModel):
    """From which similarity on something counts, and how much it then weighs."""

    want_from: float = Field(ge=0, le=1, description="Cosine from which a video begins to meet a wish.")
    want_full: float = Field(ge=0, le=1, description="Cosine at which it meets it in full.")
    sure_at: float = Field(ge=0, le=1, description="Cosine from which a refusal is sure without a matching word.")
    demote_from: float = Field(ge=0, le=1, description="Cosine from which a refused video is moved down.")
    want_weight: float = Field(ge=0, description="Added to a score for a fully met wish.")
    refuse_weight: float = Field(ge=0, description="Taken from a score for a refusal that is not sure.")
    means_weight: float = Field(ge=0, description="Added for a video that surely has every attribute wished for.")
    means_sure_at: float = Field(gt=0, le=1, description="Probability of a refused attribute from which it is sure.")
    avoids_weight: float = Field(ge=0, description="Taken for an attribute that does not go with what is wished for.")
    friends_weight: float = Field(
        ge=0, description="Added for people the viewer knows, when more of them is wished for."
    )
    clash_at: float = Field(ge=0, le=1, description="Cosine from which the later of two wishes replaces the earlier.")

    @model_validator(mode="after")
    def _in_order(self) -> "Matching":
        if not (self.want_from < self.want_full and self.demote_from <= self.sure_at):
            raise ValueError("write want_from < want_full and demote_from <= sure_at")
        return self


class ConceptsPolicy(Policy):
    """The whole file."""

    match: Matching
    concept: list[Concept] = Field(min_length=1, description="All concepts.")

    @model_validator(mode="after")
    def _distinct(self) -> "ConceptsPolicy":
        names = [concept.name for concept in self.concept]
        if len(set(names)) != len(names):
            raise ValueError("two concepts have the same name")
        return self

    @cached_property
    def said(self) -> tuple[tuple[frozenset[str], Concept], ...]:
        """The stems of each thing people say, with the concept it means; "year old" takes both of its words."""
        return tuple(
            (frozenset(map(stem, words(saying))), concept) for concept in self.concept for saying in concept.says
        )

    def meant_by(self, phrase: str) -> tuple[Concept, ...]:
        """Return the concepts that a phrase names, each once."""
        stems = frozenset(map(stem, words(phrase)))
        return tuple({concept.name: concept for saying, concept in self.said if saying <= stems}.values())


def load_concepts(overrides: Path | None = None) -> ConceptsPolicy:
    """Return the concepts in force. Raises ``BrokenPolicy``."""
    return load_policy(_SHIPPED, ConceptsPolicy, overrides)
