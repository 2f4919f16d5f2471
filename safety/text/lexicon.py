"""Masked, misspelled, euphemistic and foreign risk words, read as the plain English words that they stand for.

It decides nothing: a text with a word replaced is one more reading for the classifier, which sees it in its context.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

SHIPPED = Path(__file__).parent / "risk_words.toml"
_WORD = re.compile(r"[^\W\d_]+")
_MASKED = re.compile(r"(?<!\w)[A-Za-z]{1,12}[*#•]{1,4}[A-Za-z]{0,12}(?:[*#•]{1,3}[A-Za-z]{0,8})?(?!\w)")
_PAIR = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,12}) (?=([A-Za-z]{1,12})(?![^\W\d_]))")
_HIDDEN = re.compile(r"[*#•]")
_LEAST_MISSPELLED, _LONG, _LEAST_WORD = 5, 9, 3


class RiskWords(BaseModel):
    """The list as a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...] = Field(min_length=1, description="English words that people mask or misspell.")
    short: tuple[str, ...] = Field(description="Common words of one or two letters: these are no pieces of a word.")
    euphemisms: Mapping[str, str] = Field(description="A word or phrase, and what it stands for.")
    languages: Mapping[str, Mapping[str, str]] = Field(description="Words of a language; a star matches any ending.")
    joined: Mapping[str, Mapping[str, str]] = Field(description="Words of scripts that are written without spaces.")


@lru_cache(maxsize=2)
def read_risk_words(path: Path = SHIPPED) -> RiskWords:
    """Return the list. Raises pydantic's ``ValidationError`` for one that is malformed."""
    return RiskWords.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


class RiskLexicon:
    """Finds risk words in disguise. ``knows`` says whether a lower-case word is an ordinary one."""

    def __init__(self, listed: RiskWords, knows: Callable[[str], bool]) -> None:
        self._words = tuple(sorted(set(listed.words)))
        self._risky = frozenset(self._words)
        self._short = frozenset(listed.short)
        self._knows = knows
        self._meanings = {_plain(name): meaning for name, meaning in _all_words(listed).items()}
        self._replaced = _pattern(self._meanings)
        self._stems = {name[:-1]: meaning for name, meaning in self._meanings.items() if name.endswith("*")}
        self._joined = {name: meaning for words in listed.joined.values() for name, meaning in words.items()}
        self._found_joined = re.compile("|".join(map(re.escape, sorted(self._joined, key=len, reverse=True))))
        self._corrected = lru_cache(maxsize=16_384)(self._correct)

    @classmethod
    def open(cls, knows: Callable[[str], bool], path: Path = SHIPPED) -> "RiskLexicon":
        """Read the list."""
        return cls(read_risk_words(path), knows)

    def is_risky(self, word: str) -> bool:
        """Return whether a word is one of the English risk words."""
        return word.lower() in self._risky

    def lists(self, word: str) -> bool:
        """Return whether a word is a risk word, or one that stands for one."""
        return word.lower() in self._risky or word.lower() in self._meanings

    def unmask(self, text: str) -> str:
        """Return the text with masked risk words (``f**k``) written out."""
        return _MASKED.sub(lambda match: self._unmasked(match.group()), text)

    def reveal(self, text: str) -> str:
        """Return the text with misspelled, euphemistic and foreign risk words as plain English ones."""
        text = self._replaced.sub(lambda match: self._meaning(match.group()), text)
        if not text.isascii():
            text = self._found_joined.sub(lambda match: f" {self._joined[match.group()]} ", text)
        text = _PAIR.sub(self._rejoined, text)
        return _WORD.sub(lambda match: self._corrected(match.group()), text)

    def _rejoined(self, pair: re.Match[str]) -> str:
        """Return the first of two words without the space, if joined they are a risk word cut in two (``na ked``)."""
        pieces = pair.groups()
        are_pieces = any(self._is_piece(piece.lower()) for piece in pieces)
        return pieces[0] if are_pieces and self.is_risky("".join(pieces)) else pair.group()

    def _is_piece(self, letters: str) -> bool:
        if len(letters) < _LEAST_WORD:
            return letters not in self._short
        return not self._knows(letters)

    def _meaning(self, found: str) -> str:
        plain = found.lower()
        if plain in self._meanings:
            return self._meanings[plain]
        return next((meaning for stem, meaning in self._stems.items() if plain.startswith(stem)), found)

    def _unmasked(self, token: str) -> str:
        """Return the only kind of risk word that a masked one can be: ``f**k``, ``r*pe``, ``k#ll``."""
        letters = _HIDDEN.sub("", token)
        if len(letters) < 2:
            return token
        shape = re.compile("".join("." if _HIDDEN.match(char) else char for char in token.lower()))
        return next((word for word in self._words if shape.fullmatch(word)), token)

    def _correct(self, word: str) -> str:
        """Return the risk word that an unknown word is one slip away from (two, for a long one), else the word."""
        lower = word.lower()
        if len(lower) < _LEAST_MISSPELLED or not lower.isascii() or self._knows(lower) or lower in self._risky:
            return word
        slips = 1 if len(lower) < _LONG else 2
        found = extractOne(lower, self._words, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found and found[0][0] == lower[0] and len(found[0]) >= _LEAST_MISSPELLED else word


def _all_words(listed: RiskWords) -> dict[str, str]:
    foreign = {name: meaning for words in listed.languages.values() for name, meaning in words.items()}
    return {**foreign, **listed.euphemisms}


def _plain(name: str) -> str:
    return name.lower()


def _pattern(meanings: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(meanings, key=len, reverse=True)
    choices = (re.escape(name[:-1]) + r"\w*" if name.endswith("*") else re.escape(name) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(choices)})(?!\w)", re.IGNORECASE)
