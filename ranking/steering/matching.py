"""Steers applied to videos: what to fetch, what to leave out, what to move up or down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.ids import SteerId
from ranking.steering.concepts import Concept, ConceptsPolicy
from ranking.steering.steer import Steer
from ranking.understanding.attributes import INDEX
from ranking.words import stem, stem_hash, words

Array = NDArray[Any]
Encode = Callable[[str], Array]

# Words that carry no topic of their own: a refusal of "loud cars" is sure when "car" is there, not when "the" is.
_PLAIN = frozenset(
    {"the", "and", "for", "with", "from", "that", "this", "are", "was", "very", "much", "many", "too", "anyone"}
    | {"them", "things", "some", "about", "into", "every", "everything", "all"}
)


class Texts(Protocol):
    """What steers are matched against: the catalogue, or any list of texts."""

    def take(self, column: str, rows: Array) -> Array:
        """Return the column ``text`` at rows: vectors of shape (n, 384)."""
        ...

    def tokens_of(self, row: int) -> Array:
        """Return the hashed word stems of a row's text."""
        ...


class Attributes(Protocol):
    """Reads attributes off text vectors (``ranking.understanding.model.AttributeModel``)."""

    def probabilities(self, vectors: Array) -> Array:
        """Return the probability of every attribute: (n, 384) in, (n, attributes) out."""
        ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """One want or refusal, ready to be matched: vectors of shape (k, 384), stems as hashes."""

    text: str
    vectors: Array
    own_stems: Array
    shown_stems: Array
    concepts: tuple[str, ...]
    means: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """One steer, ready to be matched."""

    id: SteerId
    says: str
    wants: tuple[Phrase, ...]
    refuses: tuple[Phrase, ...]
    friends: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What all steers do to n videos: who is left out (n,), and each steer's addition to the score (steers, n)."""

    refused: Array
    additions: Array
    ids: tuple[SteerId, ...]
    says: tuple[str, ...]

    @property
    def total(self) -> Array:
        """What is added to each score in all; shape (n,)."""
        total: Array = self.additions.sum(axis=0)
        return total


class Steering:
    """Understands steers in force. Later ones win where they clash."""

    def __init__(self, policy: ConceptsPolicy, encode: Encode, attributes: Attributes) -> None:
        self._policy = policy
        self._encode = encode
        self._attributes = attributes

    def demands(self, steers: Sequence[Steer]) -> tuple[Demand, ...]:
        """Return what the steers ask for together, newest first, without what a later one replaced."""
        kept: list[Demand] = []
        friends_said = False
        for steer in sorted(steers, key=lambda item: (item.created_at, item.id), reverse=True):
            later_wants = [phrase for demand in kept for phrase in demand.wants]
            later_refuses = [phrase for demand in kept for phrase in demand.refuses]
            wants = tuple(
                phrase for phrase in map(self._phrase, steer.wants) if not self._any_clash(phrase, later_refuses)
            )
            refuses = tuple(
                phrase for phrase in map(self._phrase, steer.refuses) if not self._any_clash(phrase, later_wants)
            )
            kept.append(Demand(steer.id, steer.says, wants, refuses, 0 if friends_said else steer.friends))
            friends_said = friends_said or steer.friends != 0
        return tuple(kept)

    def effect(self, demands: Sequence[Demand], catalogue: Texts, rows: Array, is_known: Array) -> Effect:
        """Return what the demands do to ``rows``; ``is_known`` says which are by people the viewer knows."""
        refused = np.zeros(len(rows), dtype=bool)
        additions = np.zeros((len(demands), len(rows)))
        if demands and len(rows):
            texts = catalogue.take("text", rows).astype(np.float32)
            tokens = _Tokens(catalogue, rows)
            attributes = self._attributes.probabilities(texts)
            for place, demand in enumerate(demands):
                refused |= self._refused(demand, texts, tokens, attributes)
                additions[place] = self._addition(demand, texts, tokens, is_known)
                additions[place] += self._understood(demand, attributes)
        return Effect(refused, additions, tuple(item.id for item in demands), tuple(item.says for item in demands))

    def is_refused(self, demands: Sequence[Demand], catalogue: Texts, rows: Array) -> Array:
        """Return which rows a refusal surely names; shape (n,)."""
        refusing = [demand for demand in demands if demand.refuses]
        return self.effect(refusing, catalogue, rows, np.zeros(len(rows), dtype=bool)).refused

    def _refused(self, demand: Demand, texts: Array, tokens: "_Tokens", attributes: Array) -> Array:
        match = self._policy.match
        refused = np.zeros(len(texts), dtype=bool)
        for phrase in demand.refuses:
            refused |= self._shown(phrase, tokens) | (_cosine(phrase, texts) >= match.sure_at)
            refused |= _likeliest(phrase.means, attributes) >= match.means_sure_at
        return refused

    def _understood(self, demand: Demand, attributes: Array) -> Array:
        """What the attribute heads add: all kinds of things wished for must be there, none of what was refused."""
        match = self._policy.match
        kinds: dict[str, list[str]] = {}
        for name in (name for phrase in demand.wants for name in phrase.means):
            kinds.setdefault(name.split(":")[0], []).append(name)
        total = np.zeros(len(attributes))
        if kinds:
            fits = [_likeliest(names, attributes) for names in kinds.values()]
            total += match.means_weight * np.prod(fits, axis=0) ** (1 / len(fits))
        for phrase in demand.wants:
            total -= match.avoids_weight * _likeliest(phrase.avoids, attributes)
        for phrase in demand.refuses:
            total -= match.refuse_weight * _likeliest(phrase.means, attributes)
        return total

    def _addition(self, demand: Demand, texts: Array, tokens: "_Tokens", is_known: Array) -> Array:
        match = self._policy.match
        total = match.friends_weight * demand.friends * is_known.astype(np.float64)
        if demand.wants:
            met = [self._met(phrase, texts, tokens) for phrase in demand.wants]
            total = total + match.want_weight * (0.5 * np.max(met, axis=0) + 0.5 * np.mean(met, axis=0))
        for phrase in demand.refuses:
            near = np.clip(
                (_cosine(phrase, texts) - match.demote_from) / (match.sure_at - match.demote_from + 1e-9), 0, 1
            )
            total = total - match.refuse_weight * near
        return total

    def _met(self, phrase: Phrase, texts: Array, tokens: "_Tokens") -> Array:
        """How far each video meets a wish, 0 to 1: by similarity, by the concept's words, by the wish's own words."""
        match = self._policy.match
        near = np.clip((_cosine(phrase, texts) - match.want_from) / (match.want_full - match.want_from), 0.0, 1.0)
        lexical = np.minimum(1.0, 0.5 * tokens.hits(phrase.shown_stems) / 2 + 0.5 * (tokens.hits(phrase.own_stems) > 0))
        return 0.6 * near + 0.4 * lexical

    def _shown(self, phrase: Phrase, tokens: "_Tokens") -> Array:
        return (tokens.hits(phrase.shown_stems) > 0) | (tokens.hits(phrase.own_stems) > 0)

    def _any_clash(self, phrase: Phrase, later: Sequence[Phrase]) -> bool:
        return any(self._clash(phrase, other) for other in later)

    def _clash(self, first: Phrase, second: Phrase) -> bool:
        if set(first.concepts) & set(second.concepts) or np.intersect1d(first.own_stems, second.own_stems).size:
            return True
        return bool(float(first.vectors[0] @ second.vectors[0]) >= self._policy.match.clash_at)

    def _phrase(self, text: str) -> Phrase:
        concepts = self._policy.meant_by(text)
        shown = {stem_hash(word) for concept in concepts for said in concept.shows for word in words(said)}
        own = {stem_hash(word) for word in words(text) if len(word) > 2 and word not in _PLAIN}
        vectors = [self._encode(text), *(self._encode(concept.like) for concept in concepts)]
        return Phrase(
            text=text,
            vectors=np.stack(vectors).astype(np.float32),
            own_stems=np.array(sorted(own), dtype=np.uint32),
            shown_stems=np.array(sorted(shown), dtype=np.uint32),
            concepts=tuple(concept.name for concept in concepts),
            means=tuple(dict.fromkeys(name for concept in concepts for name in concept.means)),
            avoids=tuple(dict.fromkeys(name for concept in concepts for name in concept.avoids)),
        )


class _Tokens:
    """The word stems of some videos, side by side, so that one look finds a word in all of them."""

    def __init__(self, catalogue: Texts, rows: Array) -> None:
        lists = [catalogue.tokens_of(int(row)) for row in rows]
        self._owner = np.repeat(np.arange(len(lists)), [len(item) for item in lists])
        self._stems = np.concatenate(lists) if lists else np.zeros(0, dtype=np.uint32)
        self._count = len(rows)

    def hits(self, stems: Array) -> Array:
        """Return how many of ``stems`` each video's text has; shape (n,)."""
        return np.bincount(self._owner[np.isin(self._stems, stems)], minlength=self._count)


def _likeliest(names: Sequence[str], attributes: Array) -> Array:
    """The probability of the likeliest of some attributes; shape (n,), zeros without any."""
    if not names:
        return np.zeros(len(attributes))
    best: Array = attributes[:, [INDEX[name] for name in names]].max(axis=1)
    return best


def _cosine(phrase: Phrase, texts: Array) -> Array:
    """The best cosine of a phrase's vectors with each text; shape (n,)."""
    best: Array = (texts @ phrase.vectors.T).max(axis=1)
    return best


__all__ = ["Concept", "Demand", "Effect", "Phrase", "Steering", "stem"]
