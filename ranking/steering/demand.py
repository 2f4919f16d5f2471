"""Steers made ready for matching: phrases with their vectors, words and attributes; later ones win where they clash."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import PersonId, SteerId
from ranking.steering.concepts import Concept, ConceptsPolicy, Sign, mood_of
from ranking.steering.patterns import EMPTY_WORDS
from ranking.steering.phrases import PhraseModel, shipped_phrases
from ranking.steering.steer import Steer
from ranking.understanding.attributes import INDEX
from ranking.words import stem, stem_hash, words

Array = NDArray[Any]
Encode = Callable[[str], Array]
_CACHED = 4096
_LONG_WORDS = 5
_LISTS = re.compile(r"\b(?:and|or)\b|[&/]")
_EACH_MOOD = 0.25  # what each of several moods counts beside any of them
_EACH_TOPIC = 0.35  # what each of several topics of one phrase counts beside any of them
_UNPLEASANT = frozenset({"mood:scary", "mood:sad", "mood:tense"})
_NO_STEMS: Array = np.zeros(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Kind:
    """Columns of attributes (absences after them) of which one is to be there, with what each counts, 0 to 1."""

    group: str
    columns: tuple[int, ...]
    weights: tuple[float, ...]
    only_alone: bool = False  # counts unless something else of the group is wished for
    counts: float = 1.0  # how much, beside other kinds


@dataclass(frozen=True, slots=True)
class Part:
    """One concept that a phrase names, the stems it is named with, and the vector of its typical text."""

    concept: Concept
    own_stems: Array
    vector: Array

    @property
    def is_unpleasant(self) -> bool:
        """Whether it is a mood that is refused for its own sake: "creepy animals" are refused for being creepy."""
        return self.concept.kind == "mood" and not _UNPLEASANT.isdisjoint(self.concept.ruled_out)

    @property
    def is_of_people(self) -> bool:
        """Whether it is about who is to be seen."""
        return any(name.startswith("people:") for name in self.concept.ruled_out)


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
    kinds: tuple["Kind", ...] = ()  # what has to be there, of each concept that it names
    is_list: bool = False  # "calm or funny": either will do
    parts: tuple[Part, ...] = ()
    is_idle: bool = False  # asks for nothing that a video could show: "keep it", "at the dentist"


@dataclass(frozen=True, slots=True)
class Demand:
    """One steer, ready to be matched. ``kinds``: groups of attributes, of each of which one is to be there."""

    id: SteerId
    says: str
    wants: tuple[Phrase, ...] = ()
    refuses: tuple[Phrase, ...] = ()
    kinds: tuple[Kind, ...] = ()
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

    def __init__(self, policy: ConceptsPolicy, encode: Encode, phrases: PhraseModel | None = None) -> None:
        self._policy = policy
        self._encode = encode
        self._phrases = phrases or shipped_phrases()
        self._concepts = {concept.name: concept for concept in policy.concept}
        self._phrase = lru_cache(_CACHED)(self._made)

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
            _sparing(_to_the_point(phrase), (*wanted, *wants))
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
            mood=tuple(self._aims(wants, refuses).items()),
            friends=0 if any(demand.friends for demand in later) else asked.friends,
            novelty=0 if any(demand.novelty for demand in later) else asked.novelty,
            more_from=tuple(person for person in steer.more_from if person not in named),
            none_from=tuple(person for person in steer.none_from if person not in named),
        )

    def _aims(self, wants: Sequence[Phrase], refuses: Sequence[Phrase]) -> dict[str, float]:
        """The mood that wishes aim at, made calmer by a refusal of what is stirring, happier by one of what is sad."""
        aims = mood_of([part.concept for phrase in wants for part in phrase.parts])
        refused = [part for phrase in refuses for part in phrase.parts]
        calmer = [part.concept.refused_arousal for part in refused if part.concept.refused_arousal is not None]
        if calmer:
            aims["arousal"] = min([*calmer, aims.get("arousal", 5.0)])
        if any(part.is_unpleasant for part in refused):
            aims.setdefault("valence", 5.0)
        return aims

    def _any_clash(self, phrase: Phrase, later: Sequence[Phrase]) -> bool:
        return any(self._clash(phrase, other) for other in later)

    def _clash(self, first: Phrase, second: Phrase) -> bool:
        if set(first.concepts) & set(second.concepts) or np.intersect1d(first.own_stems, second.own_stems).size:
            return True
        return bool(float(first.vectors[0] @ second.vectors[0]) >= self._policy.match.clash_at)

    def _made(self, text: str, strength: float) -> Phrase:
        vector = self._encode(text)
        likeliest = self._phrases.likeliest(vector)
        named = self._policy.named_in(text) or self._meant_by(text, *likeliest)
        phrase = Phrase(
            text=text,
            strength=strength,
            vectors=vector[None].astype(np.float32),
            own_stems=_hashes(word for word in words(text) if len(word) > 2 and word not in EMPTY_WORDS),
            shown_stems=_NO_STEMS,
            concepts=(),
            is_list=_LISTS.search(text) is not None,
            is_idle=likeliest[0] is None and likeliest[1] >= self._policy.match.near_at,
        )
        parts = [
            Part(concept, _hashes(word for word in words(text) if stem(word) in said), self._encode(concept.like))
            for concept, said in named
        ]
        return _of_parts(phrase, parts) if parts else phrase

    def _meant_by(self, text: str, name: str | None, probability: float) -> tuple[tuple[Concept, frozenset[str]], ...]:
        """The concept that a phrase without known words means, if that is likely enough; of a long one, more so."""
        match = self._policy.match
        enough = match.near_at if len(text.split()) < _LONG_WORDS else match.long_near_at
        concept = self._concepts.get(name or "")
        return ((concept, frozenset()),) if concept is not None and probability >= enough else ()


def _of_parts(phrase: Phrase, parts: Sequence[Part]) -> Phrase:
    """A phrase that means these concepts and, of those it named before, no others."""
    concepts = [part.concept for part in parts]
    dropped = [part.own_stems for part in phrase.parts if all(part.concept is not kept for kept in concepts)]
    others = np.concatenate([_NO_STEMS, *dropped])
    return replace(
        phrase,
        vectors=np.stack([phrase.vectors[0], *(part.vector for part in parts)]).astype(np.float32),
        own_stems=np.setdiff1d(phrase.own_stems, others),
        shown_stems=_hashes(word for concept in concepts for said in concept.shows for word in words(said)),
        concepts=tuple(concept.name for concept in concepts),
        means=_columns(sign.name for concept in concepts for sign in concept.signs if not sign.absent),
        avoids=_columns(name for concept in concepts for name in concept.avoids),
        ruled_out=_columns(name for concept in concepts for name in concept.ruled_out),
        kinds=tuple(kind for concept in concepts for kind in _kinds_of(concept)),
        parts=tuple(parts),
    )


def _to_the_point(refusal: Phrase) -> Phrase:
    """A refusal of what it is about: "cute animals" of animals, "creepy animals" of what is creepy."""
    topics = [part for part in refusal.parts if part.concept.kind == "topic" or part.is_of_people]
    unpleasant = [part for part in refusal.parts if part.is_unpleasant]
    chosen = unpleasant if unpleasant and topics else topics
    if refusal.is_list or not chosen or len(chosen) == len(refusal.parts):
        return refusal
    return _of_parts(refusal, chosen)


def _sparing(refusal: Phrase, wanted: Sequence[Phrase]) -> Phrase:
    """A refusal without the attributes that are wished for: "cats, no dogs" leaves pets in, and refuses dogs by word.

    Of a wider refusal made earlier ("no animals"), what is wished for by its own name now is let off.
    """
    named = {name for phrase in wanted for name in phrase.concepts}
    others = [part for part in refusal.parts if part.concept.name not in named]
    if others and len(others) < len(refusal.parts) and not refusal.is_list:
        refusal = _of_parts(refusal, others)  # "music, but no singing pandas": it is the pandas
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


def _kinds(wants: Sequence[Phrase], ruled_out: set[int]) -> tuple[Kind, ...]:
    """What is to be there: of each group any that was wished for; a refused attribute is not wished for.

    Several moods of one phrase are all to be there: "low-key humour" is to be both, "calm or funny" either. Of moods
    named one after another any will do, and more of them are better.
    """
    asked = {kind.group for phrase in wants for kind in phrase.kinds if not kind.only_alone}
    every = dict.fromkeys(kind for phrase in wants for kind in phrase.kinds)
    kinds = [kind for kind in every if not (kind.only_alone and kind.group in asked)]
    moods = [kind for kind in kinds if kind.group == "mood"]
    moody = [phrase for phrase in wants if not set(moods).isdisjoint(phrase.kinds)]
    apart = len(moody) == 1 and not moody[0].is_list
    groups: dict[object, list[Kind]] = {}
    for kind in kinds:
        groups.setdefault(kind if apart and kind in moods else kind.group, []).append(kind)
    each = [replace(kind, counts=_EACH_MOOD) for kind in moods if len(moody) > 1 and len(moods) > 1]
    each += [replace(kind, counts=_EACH_TOPIC) for phrase in wants for kind in _topics_together(phrase, kinds)]
    found = (_any_of(group, ruled_out) for group in (*groups.values(), *([kind] for kind in each)))
    return tuple(kind for kind in found if kind.columns)


def _topics_together(phrase: Phrase, kinds: Sequence[Kind]) -> list[Kind]:
    """The topics of a phrase that is no list and names several: an "enchanted forest" is better both."""
    topics = [kind for kind in phrase.kinds if kind.group == "topics" and kind in kinds]
    return [] if phrase.is_list or len(topics) < 2 else topics


def _any_of(kinds: Sequence[Kind], ruled_out: set[int]) -> Kind:
    """One kind of which the attributes of any will do, less the refused ones."""
    group: dict[int, float] = {}
    for column, weight in (pair for kind in kinds for pair in zip(kind.columns, kind.weights, strict=True)):
        if column not in ruled_out:
            group[column] = max(weight, group.get(column, 0.0))
    return replace(kinds[0], columns=tuple(group), weights=tuple(group.values()))


def _kinds_of(concept: Concept) -> tuple[Kind, ...]:
    """What has to be there for a concept: one of what it means, and all that goes with it."""
    beside = [(sign,) for sign in map(Sign.of, concept.also)]
    return tuple(
        Kind(
            signs[0].group,
            tuple(sign.column for sign in signs),
            tuple(sign.weight for sign in signs),
            concept.only_alone,
        )
        for signs in (concept.signs, *beside)
        if signs
    )


def _telling(wants: Sequence[Phrase]) -> list[Phrase]:
    """Leave out what is long or idle and names nothing, beside a wish that does: "exams all week, calming please"."""
    if not any(phrase.concepts for phrase in wants):
        return list(wants)
    return [
        phrase for phrase in wants if phrase.concepts or not (phrase.is_idle or len(phrase.text.split()) >= _LONG_WORDS)
    ]


def _means(phrases: Sequence[Phrase]) -> set[int]:
    return {column for phrase in phrases for column in phrase.means}


def _hashes(found: Iterable[str]) -> Array:
    return np.array(sorted({stem_hash(word) for word in found}), dtype=np.uint32)


def _columns(names: Any) -> tuple[int, ...]:
    return tuple(dict.fromkeys(INDEX[name] for name in names))
