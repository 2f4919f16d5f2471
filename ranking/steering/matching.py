"""Steers applied to videos: what to leave out, what to move up or down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.ids import SteerId
from ranking.among import among, distinct
from ranking.steering.concepts import ConceptsPolicy, Matching
from ranking.steering.demand import Demand, Demands, Encode, Kind, Phrase
from ranking.steering.steer import Steer
from ranking.understanding.attributes import GRADES, INDEX, NAMES
from ranking.understanding.kept import Attributes, KeptTexts, read

Array = NDArray[Any]
_ANY_OF_THEM = 0.25  # attributes of a kind go together, but not always: between the likeliest and independent ones
_LEAST = 0.02  # no probability counts for less: heads are never that sure
_GRADE_COLUMNS = {grade: [INDEX[f"{grade}>={bound}"] for bound in bounds] for grade, bounds in GRADES.items()}


class Texts(KeptTexts, Protocol):
    """What steers are matched against: the catalogue, or any list of texts. It has a column ``creator`` too."""

    def people_rows(self, person_ids: Sequence[str]) -> Array:
        """Return the numbers that the column ``creator`` has for people; -1 for unknown ones."""
        ...


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """Some videos as steers look at them: text vectors, word stems side by side, and attributes' probabilities."""

    count: int
    texts: Array
    owners: Array
    stems: Array
    attributes: Array

    def hits(self, stems: Array) -> Array:
        """Return how many of ``stems`` each video's text has; shape (n,)."""
        if not len(stems):
            return np.zeros(self.count, dtype=np.int64)
        return np.bincount(self.owners[among(self.stems, distinct(stems))], minlength=self.count)

    def likeliest(self, columns: Sequence[int]) -> Array:
        """Return the probability of the likeliest of some attributes; zeros without any; shape (n,)."""
        if not columns:
            return np.zeros(self.count)
        best: Array = self.attributes[:, list(columns)].max(axis=1)
        return best

    def shown(self, kind: Kind) -> Array:
        """Return the probability that one of a kind's attributes is there, each by its weight; shape (n,)."""
        columns = np.asarray(kind.columns)
        there = self.attributes[:, columns % len(NAMES)]
        there = np.where(columns < len(NAMES), there, 1.0 - there) * np.asarray(kind.weights, dtype=np.float32)
        likeliest, any_of_them = there.max(axis=1), 1.0 - np.prod(1.0 - there, axis=1)
        shown: Array = (
            _ANY_OF_THEM * any_of_them + (1.0 - _ANY_OF_THEM) * likeliest
        )  # attributes of a kind go together, but not always
        return shown

    def cosine(self, phrase: Phrase) -> Array:
        """Return the best cosine of a phrase's vectors with each text; shape (n,)."""
        best: Array = (self.texts @ phrase.vectors.T).max(axis=1)
        return best


class Steering:
    """Understands steers in force. Later ones win where they clash."""

    def __init__(self, policy: ConceptsPolicy, encode: Encode, attributes: Attributes) -> None:
        self._match = policy.match
        self._demands = Demands(policy, encode)
        self._attributes = attributes

    def demands(self, steers: Sequence[Steer]) -> tuple[Demand, ...]:
        """Return what the steers ask for together, newest first, without what a later one replaced."""
        return self._demands.of(steers)

    def effect(
        self,
        demands: Sequence[Demand],
        catalogue: Texts,
        rows: Array,
        is_known: Array,
        familiarity: Array | None = None,
    ) -> Effect:
        """Return what the demands do to ``rows``.

        ``is_known`` says which are by people the viewer knows; ``familiarity`` how like they are to what the viewer
        liked before, -1 to 1, and None if that may not be used.
        """
        refused = np.zeros(len(rows), dtype=bool)
        additions = np.zeros((len(demands), len(rows)))
        if demands and len(rows):
            seen = self._look_at(catalogue, rows)
            for place, demand in enumerate(demands):
                refused |= _refused(demand, seen, self._match)
                refused |= _is_by(demand.none_from, catalogue, rows)
                additions[place] = _addition(demand, seen, self._match)
                additions[place] += self._match.creator_weight * _is_by(demand.more_from, catalogue, rows)
                additions[place] += self._match.friends_weight * demand.friends * is_known
                if familiarity is not None and demand.novelty:
                    additions[place] -= self._match.novelty_weight * demand.novelty * familiarity
        return Effect(refused, additions, tuple(item.id for item in demands), tuple(item.says for item in demands))

    def is_refused(self, demands: Sequence[Demand], catalogue: Texts, rows: Array) -> Array:
        """Return which rows a refusal surely names; shape (n,)."""
        refused = np.zeros(len(rows), dtype=bool)
        refusing = [demand for demand in demands if demand.filters]
        if refusing and len(rows):
            seen = self._look_at(catalogue, rows)
            for demand in refusing:
                refused |= _refused(demand, seen, self._match) | _is_by(demand.none_from, catalogue, rows)
        return refused

    def _look_at(self, catalogue: Texts, rows: Array) -> _Seen:
        texts = catalogue.take("text", rows).astype(np.float32)
        owners, stems = catalogue.tokens_of_many(rows)
        return _Seen(len(rows), texts, owners, stems, read(self._attributes, catalogue, rows))


def _refused(demand: Demand, seen: _Seen, match: Matching) -> Array:
    """Which videos surely show what is refused; what is wished a little less of is only moved down."""
    refused = np.zeros(seen.count, dtype=bool)
    for phrase in demand.refuses:
        if phrase.strength < 1.0:
            continue
        shown = (seen.hits(phrase.shown_stems) > 0) | (seen.cosine(phrase) >= match.sure_at)
        shown |= seen.likeliest(phrase.ruled_out) >= match.means_sure_at
        refused |= (shown & (seen.hits(phrase.spared) == 0)) | (seen.hits(phrase.own_stems) >= phrase.own_needed)
    return refused


def _addition(demand: Demand, seen: _Seen, match: Matching) -> Array:
    """What a demand adds to each score: for what is wished for and there, less for what is refused and may be there."""
    total = np.zeros(seen.count)
    strength = max((phrase.strength for phrase in demand.wants), default=1.0)
    if demand.wants:
        met = [phrase.strength * _met(phrase, seen, match) for phrase in demand.wants]
        total += match.want_weight * (0.5 * np.max(met, axis=0) + 0.5 * np.mean(met, axis=0))
    if demand.kinds:
        total += match.means_weight * strength * _fit(demand, seen, match)
    elif demand.avoids:
        total -= match.means_weight * match.avoids_weight * seen.likeliest(demand.avoids)
    for grade, aim in demand.mood:
        total -= match.mood_weight * np.abs(1.0 + seen.attributes[:, _GRADE_COLUMNS[grade]].sum(axis=1) - aim)
    for phrase in demand.refuses:
        suspected = _suspected(phrase, seen, match) * (seen.hits(phrase.spared) == 0)
        total -= match.refuse_weight * phrase.strength * suspected
    return total


def _fit(demand: Demand, seen: _Seen, match: Matching) -> Array:
    """How likely every kind of thing wished for is there and nothing that does not go with it: 1 surely, below 0 not.

    The probabilities' logarithms are added, so that one thing that is surely missing is not made up for by another.
    """
    unlikely = np.zeros(seen.count)
    for kind in demand.kinds:
        unlikely -= kind.counts * np.log(np.maximum(seen.shown(kind), _LEAST))
    for column in demand.avoids:
        unlikely -= match.avoids_weight * np.log(np.maximum(1.0 - seen.attributes[:, column], _LEAST))
    return 1.0 - unlikely / match.means_span


def _met(phrase: Phrase, seen: _Seen, match: Matching) -> Array:
    """How far each video meets a wish, 0 to 1: by similarity, by the concept's words, by the wish's own words."""
    near = np.clip((seen.cosine(phrase) - match.want_from) / (match.want_full - match.want_from), 0.0, 1.0)
    lexical = np.minimum(1.0, 0.25 * seen.hits(phrase.shown_stems) + 0.5 * (seen.hits(phrase.own_stems) > 0))
    return 0.6 * near + 0.4 * lexical


def _suspected(phrase: Phrase, seen: _Seen, match: Matching) -> Array:
    """How much a video may be showing what is refused, 0 to 1, where that is not sure; shape (n,)."""
    span = match.sure_at - match.demote_from + 1e-9
    near = np.clip((seen.cosine(phrase) - match.demote_from) / span, 0.0, 1.0)
    absent = np.prod(1.0 - seen.attributes[:, list(phrase.ruled_out)], axis=1)
    suspected: Array = (1.0 - absent) + near * absent
    return suspected


def _is_by(creators: Sequence[str], catalogue: Texts, rows: Array) -> Array:
    """Which rows are by one of some people; shape (n,)."""
    if not creators:
        return np.zeros(len(rows), dtype=bool)
    known = catalogue.people_rows(list(creators))
    by: Array = among(catalogue.take("creator", rows), distinct(known[known >= 0]))
    return by
