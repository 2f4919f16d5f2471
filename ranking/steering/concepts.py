"""Concepts: words that people ask with, and words that prompts show the same thing with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from core.policies import Policy, PolicyModel, load_policy
from ranking.understanding.attributes import INDEX, NAMES
from ranking.words import stem, words

_SHIPPED = Path(__file__).parent.parent / "policies" / "concepts.toml"


_PLAIN_WORD = re.compile(r"(?<![\w\[\\'])[a-z]{5,}(?![\w\]?'(])")  # in a regular expression, words that stand whole
_SIGN = re.compile(r"(not )?(\S+?)(?: (0?\.\d+|1(?:\.0)?))?")


@dataclass(frozen=True, slots=True)
class Sign:
    """An attribute that shows something by being there or by being absent, and how much it then counts, 0 to 1."""

    name: str
    absent: bool = False
    weight: float = 1.0

    @classmethod
    def of(cls, written: str) -> "Sign":
        """Return what "not topics:food 0.5" means. Raises ``ValueError`` for what is not written so."""
        found = _SIGN.fullmatch(written)
        if found is None:
            raise ValueError(f"{written!r} is not an attribute with an optional weight")
        return cls(found[2], found[1] is not None, float(found[3] or 1.0))

    @property
    def column(self) -> int:
        """Where its probability is found among those of all attributes and, after them, of their absences."""
        return INDEX[self.name] + (len(NAMES) if self.absent else 0)

    @property
    def group(self) -> str:
        """What it is one of: mood, topics, arousal, ..."""
        return re.split(r":|>=", self.name)[0]


class Token(NamedTuple):
    """A word by its stem; ``ends_in_e`` tells "care" from "car", which have the same, and is None where unknown."""

    stem: str
    ends_in_e: bool | None

    def is_same(self, other: "Token") -> bool:
        """Whether two words are forms of one."""
        if self.stem != other.stem:
            return False
        return self.ends_in_e is None or other.ends_in_e is None or self.ends_in_e == other.ends_in_e


# Words that look like a form of another word and are none.
_THEMSELVES = """
news morning mornings evening evenings building buildings wedding weddings feeling feelings interesting spring glasses
ceiling king ring string being meaning
"""
_ONLY_THEMSELVES = frozenset(_THEMSELVES.split())


@lru_cache(maxsize=65_536)
def token_of(word: str) -> Token:
    """Return a word as concepts compare it."""
    if word in _ONLY_THEMSELVES:
        return Token(word.removesuffix("s") if word != "news" else word, None)
    single = word.removesuffix("'s")
    hides_it = single.endswith(("ing", "ses", "xes", "zes", "ches", "shes", "ies"))
    plural = single.endswith("s") and not single.endswith("ss")
    return Token(stem(word), None if hides_it else single.removesuffix("s" if plural else "").endswith("e"))


class Concept(PolicyModel):
    """One thing that feeds are asked for."""

    name: str = Field(min_length=1, description="What it is called in explanations.")
    kind: Literal["topic", "mood", "look"] = Field(
        default="topic", description="Whether it is about what is shown, how it feels, or how it is filmed."
    )
    says: list[str] = Field(min_length=1, description="Words of a wish that mean it.")
    shows: list[str] = Field(min_length=1, description="Words of a prompt that show it.")
    like: str = Field(min_length=10, description="A typical text, for the encoder.")
    means: list[str] = Field(
        default=[],
        description='Attributes that show it; any of them will do. "not X" is its absence, "X 0.5" counts half.',
    )
    also: list[str] = Field(default=[], description="Attributes that have to be there beside, written likewise.")
    avoids: list[str] = Field(default=[], description="Attributes that do not go with wishing for it.")
    refused: list[str] | None = Field(default=None, description="Attributes that refusing it names; else `means`.")
    arousal: float | None = Field(default=None, ge=1, le=5, description="How stirring a video it aims at.")
    valence: float | None = Field(default=None, ge=1, le=5, description="How pleasant a video it aims at.")
    refused_arousal: float | None = Field(
        default=None, ge=1, le=5, description="How stirring a video refusing it aims at, at most."
    )
    only_alone: bool = Field(
        default=False, description="Whether it stands back where something of the same group is wished for."
    )

    @field_validator("avoids", "refused")
    @classmethod
    def _known(cls, names: list[str] | None) -> list[str] | None:
        if unknown := sorted(set(names or ()) - set(NAMES)):
            raise ValueError(f"{unknown} are no attributes; write names like mood:calming or pace:slow")
        return names

    @field_validator("means", "also")
    @classmethod
    def _readable(cls, signs: list[str]) -> list[str]:
        if unknown := [sign for sign in signs if _SIGN.fullmatch(sign) is None or Sign.of(sign).name not in INDEX]:
            raise ValueError(
                f'{unknown} are no attributes; write "mood:calming", "not people:none" or "topics:food 0.5"'
            )
        return signs

    @property
    def signs(self) -> tuple["Sign", ...]:
        """Its attributes, read; any of them will do."""
        return tuple(map(Sign.of, self.means))

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """The attributes that a refusal of it names."""
        if self.refused is not None:
            return tuple(self.refused)
        return tuple(sign.name for sign in self.signs if not sign.absent and sign.weight == 1.0)


class Indirect(PolicyModel):
    """What people say of themselves, and the wish in it."""

    says: str = Field(min_length=3, description="Regular expression over a wish in lower case.")
    means: str = Field(min_length=1, description="The wish, in words that concepts know; `no ...` for a refusal.")
    felt: bool = Field(
        default=False, description="Whether it is how somebody feels: a mood that they ask for outright goes before it."
    )

    @field_validator("says")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression ({error})") from error
        return pattern


class Matching(PolicyModel):
    """From which similarity on something counts, and how much it then weighs."""

    want_from: float = Field(ge=0, le=1, description="Cosine from which a video begins to meet a wish.")
    want_full: float = Field(ge=0, le=1, description="Cosine at which it meets it in full.")
    sure_at: float = Field(ge=0, le=1, description="Cosine from which a refusal is sure without a matching word.")
    demote_from: float = Field(ge=0, le=1, description="Cosine from which a refused video is moved down.")
    want_weight: float = Field(ge=0, description="Added to a score for words and meaning that fully meet a wish.")
    refuse_weight: float = Field(ge=0, description="Taken from a score for a refusal that is not sure.")
    means_weight: float = Field(ge=0, description="Added for a video that surely has every attribute wished for.")
    means_span: float = Field(gt=0, description="Log-odds lost by which a video has lost all of `means_weight`.")
    means_sure_at: float = Field(gt=0, le=1, description="Probability of a refused attribute from which it is sure.")
    avoids_weight: float = Field(ge=0, le=1, description="How much an attribute that does not go with a wish counts.")
    mood_weight: float = Field(ge=0, description="Taken for each grade of arousal or valence away from the mood.")
    near_at: float = Field(ge=0, le=1, description="Probability from which a phrase means a concept it does not say.")
    long_near_at: float = Field(ge=0, le=1, description="The same for a phrase of five words and more.")
    friends_weight: float = Field(
        ge=0, description="Added for people the viewer knows, when more of them is wished for."
    )
    creator_weight: float = Field(ge=0, description="Added for a creator who was asked for by name.")
    novelty_weight: float = Field(ge=0, description="Added for what is least like what the viewer liked before.")
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
    indirect: list[Indirect] = Field(default=[], description="Wishes that lie in what people say of themselves.")

    @model_validator(mode="after")
    def _distinct(self) -> "ConceptsPolicy":
        names = [concept.name for concept in self.concept]
        if len(set(names)) != len(names):
            raise ValueError("two concepts have the same name")
        return self

    @cached_property
    def said(self) -> dict[str, list[tuple[tuple[Token, ...], Concept]]]:
        """Stem -> the sayings that begin with it, as (tokens of the saying, concept), so that few need a look."""
        found: dict[str, list[tuple[tuple[Token, ...], Concept]]] = {}
        for concept in self.concept:
            for saying in concept.says:
                tokens = tuple(map(token_of, words(saying)))
                found.setdefault(tokens[0].stem, []).append((tokens, concept))
        return found

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word that a wish can be said with here."""
        said = {word for concept in self.concept for saying in concept.says for word in words(saying)}
        return frozenset(said.union(*(_PLAIN_WORD.findall(item.says) for item in self.indirect)))

    @cached_property
    def indirect_patterns(self) -> tuple[tuple[re.Pattern[str], Indirect], ...]:
        """The indirect wishes, compiled, each to stand alone between other words."""
        return tuple((re.compile(rf"(?<![\w']){item.says}(?![\w'])"), item) for item in self.indirect)

    def meant_by(self, phrase: str) -> tuple[Concept, ...]:
        """Return the concepts that a phrase names, each once; "wild animals" is not also "animals"."""
        return tuple(concept for concept, _ in self.named_in(phrase))

    def named_in(self, phrase: str) -> tuple[tuple[Concept, frozenset[str]], ...]:
        """Return the concepts that a phrase names, each with the stems that say so."""
        told = [token_of(word) for word in words(phrase)]
        hits = [
            (frozenset(token.stem for token in saying), item)
            for place, first in enumerate(told)
            for saying, item in self.said.get(first.stem, ())
            if _is_said(saying, told[place : place + len(saying) + 1])
        ]
        longest = [(saying, item) for saying, item in hits if not any(saying < other for other, _ in hits)]
        found: dict[str, tuple[Concept, frozenset[str]]] = {}
        for saying, item in longest:
            found[item.name] = (item, saying | found.get(item.name, (item, frozenset()))[1])
        return tuple(found.values())

    def mood_of(self, wants: tuple[str, ...]) -> dict[str, float]:
        """Return the mood that wishes aim at: arousal and valence, 1 to 5, where their concepts have one."""
        return mood_of([concept for phrase in wants for concept in self.meant_by(phrase)])


def mood_of(concepts: Sequence[Concept]) -> dict[str, float]:
    """Return the arousal and valence, 1 to 5, that concepts aim at together; of each only if one has it."""
    aims = {
        grade: [value for concept in concepts if (value := getattr(concept, grade)) is not None]
        for grade in ("arousal", "valence")
    }
    return {grade: round(sum(values) / len(values), 2) for grade, values in aims.items() if values}


def _is_said(saying: Sequence[Token], told: Sequence[Token]) -> bool:
    """Whether a text begins with the words of a saying, in order, with at most one other between them."""
    place = 0
    for token in told:
        if place < len(saying) and token.is_same(saying[place]):
            place += 1
    return place == len(saying) and told[0].is_same(saying[0])


def load_concepts(overrides: Path | None = None) -> ConceptsPolicy:
    """Return the concepts in force. Raises ``BrokenPolicy``."""
    return load_policy(_SHIPPED, ConceptsPolicy, overrides)
