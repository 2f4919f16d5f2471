"""Sequence risk: texts that follow one another, alone and in company: order can make harm of harmless parts.

A film's shots, what is written on screen and what is said are parts in their order. Besides each part alone, these are
read: every two and every three neighbours, everything in order, everything in order with the order said in words, and
everything with the cuts closed, so that a word split over shots is whole again. A classifier judges each reading; the
harshest holds, and its name says which parts told it together.

The harshest of many guesses is too harsh, and a scrap of a story torn from it ("the gap where the tooth was") is
hardly more than a guess: each scrap alone is doubted a little, the more the more parts there are. Its neighbours tell
it whole.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from safety.taxonomy import SEXUAL_MINORS

WHOLE = "all parts together"
IN_WORDS = "all parts, in their order"
CUTS_CLOSED = "all parts, cuts closed"
_WIDEST = 3
# A storyboard has some dozen shots at most; a transcript can have hundreds of lines, and everything costs time.
_MOST_WINDOWS = 60
# A part of fewer words is a scrap. What is taken off its log-odds grows with the log of the number of parts. Chosen on
# stories by a hand that the classifier had read nothing of: no harmless one was held any more, no harmful one was lost.
_SCRAP_WORDS, _DOUBT, _MOST_DOUBT = 8, 0.5, 1.0
_LEAST = 1e-9
_LAST_LETTERS, _FIRST_LETTERS = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")
_ENDS = ".!?…\"'"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a classifier reads: some parts' texts as one, the name that evidence gives it, and how far it is doubted."""

    name: str
    text: str
    doubt: float = 0.0  # log-odds

    def doubted(self, scores: Mapping[str, float]) -> dict[str, float]:
        """Return the reading's scores less the doubt; what tells of minors is never doubted."""
        if not self.doubt:
            return dict(scores)
        return {name: p if name == SEXUAL_MINORS else _less(p, self.doubt) for name, p in scores.items()}


def _less(p: float, doubt: float) -> float:
    if not _LEAST < p < 1 - _LEAST:
        return p
    return 1 / (1 + exp(doubt - log(p / (1 - p))))


def readings(parts: Sequence[tuple[str, str]], is_word: Callable[[str], bool] = bool) -> list[Reading]:
    """Return what to read of (name, text) parts in their order: each alone, and, of several, those above.

    ``is_word`` says of a lower-case word whether it is known: only cuts that make one are closed.
    """
    told = [(name, text.strip()) for name, text in parts]
    alone = [Reading(name, text) for name, text in told]
    spoken = [(name, text) for name, text in told if text]
    if len(spoken) < 2:
        return alone
    texts = [text for _, text in spoken]
    alone = [Reading(name, text, _doubt(text, len(spoken))) for name, text in told]
    together = [
        *_windows(spoken),
        Reading(WHOLE, " ".join(texts)),
        Reading(IN_WORDS, in_words(texts)),
        Reading(CUTS_CLOSED, close_cuts(texts, is_word)),
    ]
    seen = {reading.text for reading in alone}
    distinct = {reading.text: reading for reading in reversed(together) if reading.text not in seen}
    return [*alone, *reversed(distinct.values())]


def _doubt(text: str, parts: int) -> float:
    return min(_MOST_DOUBT, _DOUBT * log(parts)) if len(text.split()) < _SCRAP_WORDS else 0.0


def _windows(parts: Sequence[tuple[str, str]]) -> list[Reading]:
    """Return two and three neighbours as stories; of very many, evenly spread ones."""
    found = []
    for width in range(2, min(_WIDEST, len(parts) - 1) + 1):
        for start in range(len(parts) - width + 1):
            names, texts = zip(*parts[start : start + width], strict=True)
            found.append(Reading(" + ".join(names), _story(texts)))
    if len(found) <= _MOST_WINDOWS:
        return found
    return [found[round(place * (len(found) - 1) / (_MOST_WINDOWS - 1))] for place in range(_MOST_WINDOWS)]


def _story(texts: Sequence[str]) -> str:
    return " ".join(text if text[-1] in _ENDS else f"{text}." for text in texts)


def in_words(texts: Sequence[str]) -> str:
    """Return texts as one story that says their order."""
    first, *middle, last = texts
    return _story([f"First: {first}", *(f"Then: {text}" for text in middle), f"At the end: {last}"])


def close_cuts(texts: Sequence[str], is_word: Callable[[str], bool] = bool) -> str:
    """Return texts as one, without a space where a word was cut: between two letters, the second small."""
    whole = texts[0]
    for before, after in pairwise(texts):
        whole += after if _is_cut(before, after, is_word) else f" {after}"
    return whole


def _is_cut(before: str, after: str, is_word: Callable[[str], bool]) -> bool:
    head, tail = _LAST_LETTERS.search(before), _FIRST_LETTERS.match(after)
    if head is None or tail is None or (before[-1].islower() and after[0].isupper()):
        return False
    return is_word((head.group() + tail.group()).lower())
