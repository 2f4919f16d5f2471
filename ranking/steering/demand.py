"""Steers made ready for matching: phrases with their vectors, words and attributes; later ones win where they clash."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import PersonId, SteerId
from ranking.steering.concepts import Concept, ConceptsPolicy
from ranking.steering.patterns import EMPTY_WORDS
from ranking.steering.steer import Steer
from ranking.understanding.attributes import INDEX
from ranking.words import stem_hash, words

Array = NDArray[Any]
Encode = Callable[[str], Array]
_CACHED = 4096
_LONG_WORDS = 5
_LISTS = re.compile(r"\b(?:and|or)\b|[&/]")
_NO_STEMS: Array = np.zeros(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One want or refusal, ready to be matched: vectors of shape (k, 384), stems as hashes, attributes as columns.

    ``spared``: stems that a later wish named; a video with one of them is let off this refusal. ``own_needed``: how
    many of the refusal's own words a text must have to show surely what it refuses.
    """

    text: str
    strength: float
    vectors: Array
    own_stems: Array
    shown_stems: Array
    concepts: tuple[str, ...]
    means: tuple[int, ...] = ()
    avoids: tuple[int, ...] = ()
    ruled_out: tuple[int, ...] = ()
    spared: Array = field(default_factory=lambda: _NO_STEMS)
    own_needed: int = 1
    moods: tuple[tuple[int, ...], ...] = ()  # of each mood that it names, the columns


@dataclass(frozen=True, slots=True)
class Demand:
    """One steer, ready to be matched. ``kinds``: groups of attribute columns, of each of which one is to be there."""

    id: SteerId
    says: str
    wants: tuple[Phrase, ...] = ()
    refuses: tuple[Phrase, ...] = ()
    kinds: tuple[tuple[int, ...], ...] = ()
    avoids: tuple[int, ...] = ()
    mood: tuple[tuple[str, float], ...] = ()
    friends: int = 0
    novelty: int = 0
    more_from: tuple[PersonId, ...] = ()
    none_from: tuple[PersonId, ...] = ()

    @property
    def filters(self) -> bool:
        """Whether it can keep a video off the page."""
        return bool(self.refuses or self.none_from)


class Demands:
    """Makes demands of steers. What a phrase means is worked out once and kept."""

    def __init__(self, policy: ConceptsPolicy, encode: Encode) -> None:
        self._policy = policy
        self._encode = encode
        self._phrase = lru_cache(_CACHED)(self._made)
        self._prototypes: Array | None = None

    def of(self, steers: Sequence[Steer]) -> tuple[Demand, ...]:
        """Return what the steers ask for together, newest first, without what a later one replaced."""
        kept: list[Demand] = []
        for steer in sorted(steers, key=lambda item: (item.created_at, item.id), reverse=True):
            kept.append(self._demand(steer, kept))
        return tuple(kept)

    def _demand(self, steer: Steer, later: Sequence[Demand]) -> Demand:
        asked = steer.asked
        wanted = [phrase for demand in later for phrase in demand.wants]
        refused = [phrase for demand in later for phrase in demand.refuses]
        named = {person for demand in later for person in (*demand.more_from, *demand.none_from)}
        wants = [
            phrase
            for text in asked.wants
            if not self._any_clash(phrase := self._phrase(text, asked.strengths.get(text, 1.0)), refused)
        ]
        refuses = [
            _sparing(phrase, (*wanted, *wants))
            for text in asked.refuses
            if not self._any_clash(phrase := self._phrase(text, asked.strengths.get(text, 1.0)), wanted)
        ]
        wants = _telling(wants)
        ruled_out = {column for phrase in (*refuses, *refused) for column in phrase.ruled_out}
        return Demand(
            id=steer.id,
            says=steer.says,
            wants=tuple(wants),
            refuses=tuple(refuses),
            kinds=_kinds(wants, ruled_out),
            avoids=tuple(sorted({column for phrase in wants for column in phrase.avoids} - _means(wants))),
            mood=tuple(self._policy.mood_of(tuple(phrase.text for phrase in wants)).items()),
            friends=0 if any(demand.friends for demand in later) else asked.friends,
            novelty=0 if any(demand.novelty for demand in later) else asked.novelty,
            more_from=tuple(person for person in steer.more_from if person not in named),
            none_from=tuple(person for person in steer.none_from if person not in named),
        )

    def _any_clash(self, phrase: Phrase, later: Sequence[Phrase]) -> bool:
        return any(self._clash(phrase, other) for other in later)

    def _clash(self, first: Phrase, second: Phrase) -> bool:
        if set(first.concepts) & set(second.concepts) or np.intersect1d(first.own_stems, second.own_stems).size:
            return True
        return bool(float(first.vectors[0] @ second.vectors[0]) >= self._policy.match.clash_at)

    def _made(self, text: str, strength: float) -> Phrase:
        concepts = self._policy.meant_by(text)
        vector = self._encode(text)
        found = concepts or self._nearest(vector)
        shown = {stem_hash(word) for concept in concepts for said in concept.shows for word in words(said)}
        own = {stem_hash(word) for word in words(text) if len(word) > 2 and word not in EMPTY_WORDS}
        likes = [self._encode(concept.like) for concept in concepts]
        return Phrase(
            text=text,
            strength=strength,
            vectors=np.stack([vector, *likes]).astype(np.float32),
            own_stems=np.array(sorted(own), dtype=np.uint32),
            shown_stems=np.array(sorted(shown), dtype=np.uint32),
            concepts=tuple(concept.name for concept in concepts),
            means=_columns(name for concept in found for name in concept.means),
            avoids=_columns(name for concept in found for name in concept.avoids),
            ruled_out=_columns(name for concept in concepts for name in concept.ruled_out),
            moods=() if _LISTS.search(text) else _moods(concepts),
        )

    def _nearest(self, vector: Array) -> tuple[Concept, ...]:
        """The concept that a phrase without known words is nearest to in meaning, if it is near enough."""
        if self._prototypes is None:
            self._prototypes = np.stack([self._encode(concept.like) for concept in self._policy.concept])
        near = self._prototypes @ vector
        best = int(np.argmax(near))
        return (self._policy.concept[best],) if near[best] >= self._policy.match.near_at else ()


def _sparing(refusal: Phrase, wanted: Sequence[Phrase]) -> Phrase:
    """A refusal without the attributes that are wished for: "cats, no dogs" leaves pets in, and refuses dogs by word.

    Of a wider refusal made earlier ("no animals"), what is wished for by its own name now is let off.
    """
    clashing = [phrase for phrase in wanted if set(phrase.means) & set(refusal.ruled_out)]
    if not clashing:
        return refusal
    means = _means(clashing)
    shared = {name for phrase in clashing for name in phrase.concepts} & set(refusal.concepts)
    return replace(
        refusal,
        ruled_out=tuple(column for column in refusal.ruled_out if column not in means),
        shown_stems=_NO_STEMS if shared else refusal.shown_stems,
        vectors=refusal.vectors[:1],
        own_needed=max(1, len(refusal.own_stems)),  # "trees, but no dead tree" refuses no tree
        spared=np.unique(np.concatenate([phrase.own_stems for phrase in clashing])),
    )


def _kinds(wants: Sequence[Phrase], ruled_out: set[int]) -> tuple[tuple[int, ...], ...]:
    """Columns of wished-for attributes by group; a refused one is not wished for."""
    from ranking.understanding.attributes import NAMES

    groups: dict[str, list[int]] = {}
    for column in (column for phrase in wants for column in phrase.means):
        groups.setdefault(NAMES[column].split(":")[0], []).append(column)
    moody = [phrase for phrase in wants if phrase.moods]
    if len(moody) == 1 and len(moody[0].moods) > 1:
        groups.pop("mood", None)
        groups |= {f"mood {place}": list(columns) for place, columns in enumerate(moody[0].moods)}
    kept = [tuple(dict.fromkeys(column for column in group if column not in ruled_out)) for group in groups.values()]
    return tuple(group for group in kept if group)


def _telling(wants: Sequence[Phrase]) -> list[Phrase]:
    """Leave out what is long and names nothing, beside a wish that does: "exams all week, something calming"."""
    if not any(phrase.concepts for phrase in wants):
        return list(wants)
    return [phrase for phrase in wants if phrase.concepts or len(phrase.text.split()) < _LONG_WORDS]


def _moods(concepts: Sequence[Concept]) -> tuple[tuple[int, ...], ...]:
    """The columns of each mood that one phrase names: "low-key humour" is to be both, "calm or funny" either."""
    named = [_columns(name for name in concept.means if name.startswith("mood:")) for concept in concepts]
    return tuple(columns for columns in named if columns)


def _means(phrases: Sequence[Phrase]) -> set[int]:
    return {column for phrase in phrases for column in phrase.means}


def _columns(names: Any) -> tuple[int, ...]:
    return tuple(dict.fromkeys(INDEX[name] for name in names))
