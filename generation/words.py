"""Reading words: tokens, singular forms, and the longest phrases of a vocabulary that occur in a text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

_WORD = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*")
_IRREGULAR = {
    "leaves": "leaf", "wolves": "wolf", "people": "people", "children": "child", "kids": "kid", "men": "man",
        "geese": "goose",
    "women": "woman", "fireflies": "firefly", "shelves": "shelf", "knives": "knife", "this": "this", "is": "is",
        "cactus": "cactus",
    "octopus": "octopus", "bus": "bus", "buses": "bus", "cacti": "cactus", "mice": "mouse", "always": "always",
        "christmas": "christmas",
    "dominoes": "domino",
}  # fmt: skip

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its singular form, and whether it stood in the plural."""

    stem: str
    is_plural: bool
    sentence: int


@dataclass(frozen=True, slots=True)
class Found(Generic[Name]):
    """A phrase that occurs at words ``start`` to ``end`` (not included)."""

    name: Name
    start: int
    end: int


def stem(word: str) -> str:
    """Return the singular of an English noun, well enough that a word and its plural meet."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "'s")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def words_of(text: str) -> list[Word]:
    """Return the words of a text in order, in lower case, with the sentence that each stands in."""
    found: list[Word] = []
    for number, sentence in enumerate(re.split(r"[.!?;\n]+", text.lower())):
        for raw in _WORD.findall(sentence.replace("’", "'")):
            word = raw.removesuffix("'s")
            found.append(Word(stem(word), stem(word) != word, number))
    return found


class Phrases(Generic[Name]):
    """An index from phrases to names that finds the longest ones first."""

    def __init__(self, entries: Mapping[Name, Iterable[str]]) -> None:
        self._names: dict[tuple[str, ...], Name] = {}
        for name, phrases in entries.items():
            for phrase in phrases:
                # The first owner keeps a phrase: order in the vocabulary decides.
                self._names.setdefault(tuple(word.stem for word in words_of(phrase)), name)
        self._longest = max((len(key) for key in self._names), default=0)

    def find(self, words: list[Word]) -> list[Found[Name]]:
        """Return the phrases that occur, left to right, longest first, none overlapping."""
        found: list[Found[Name]] = []
        at = 0
        while at < len(words):
            match = self._at(words, at)
            if match is not None:
                found.append(match)
            at = match.end if match is not None else at + 1
        return found

    def _at(self, words: list[Word], at: int) -> Found[Name] | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            key = tuple(word.stem for word in words[at : at + length])
            if key in self._names:
                return Found(self._names[key], at, at + length)
        return None
