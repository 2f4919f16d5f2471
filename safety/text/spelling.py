"""Spelling undone where a text is misspelt throughout, or English is written in another script.

A single odd word is no disguise: names and rare words are left as they are. Where many words are unknown, each is read
as the most common word that is one slip away (two from nine letters on) or sounds the same.
"""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from safety.text.lookalikes import SOUNDS

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORD, _LONG, _LONGEST = 3, 9, 24
# From here on a text counts as misspelt: so many unknown words, and such a share of all.
_LEAST_UNKNOWN, _LEAST_SHARE = 2, 0.25
# So many of the unknown words must be a slip away from a common one; words of another language mostly are not.
_LEAST_RESTORED = 0.7
_OTHER_TONGUES = re.compile(
    r"\b(?:der|das|und|ein|eine|ist|mit|el|los|las|una|en|por|con|le|les|des|et|il|di|che|que|com|uma|het|een|og)\b"
)
# Of the words in a foreign script so many must be English by their sound; in a real foreign language a few are.
_LEAST_SOUNDED = 0.6
# Spelt apart and spoken alike, or written with one letter of another alphabet.
_ALIKE = (
    ("ck", "k"), ("ch", "1"), ("sh", "2"), ("th", "t"), ("ph", "f"), ("x", "ks"), ("qu", "kv"), ("q", "k"), ("c", "k"),
    ("w", "v"), ("z", "s"), ("j", "d2"), ("y", "i"), ("ea", "e"), ("ee", "e"), ("ou", "u"), ("oo", "u"), ("uu", "u"),
)  # fmt: skip
_MOST_REMEMBERED = 16_384
_TWICE = re.compile(r"(.)\1+")


def sound_of(word: str) -> str:
    """Return a rough key of how a Latin word is spoken: words that are often confused share it."""
    key = word.lower()
    for written, said in _ALIKE:
        key = key.replace(written, said)
    return _TWICE.sub(r"\1", key)


class Speller:
    """Reads unknown words as common ones. ``common``: known words in lower case, the most frequent first."""

    def __init__(self, common: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        self._by_sound: dict[str, str] = {}
        self._known: set[str] = set()
        for word in common:
            if word in self._known or not word.isascii() or not word.isalpha():
                continue
            self._known.add(word)
            self._by_sound.setdefault(sound_of(word), word)
            if len(word) >= _LEAST_WORD:
                self._by_start.setdefault(word[0], []).append(word)
        self._found: dict[str, str | None] = {}

    def correct(self, text: str) -> str:
        """Return a text with its unknown words spelt right, if so many are unknown that it is misspelt as a whole."""
        words = [word for word in _WORD.findall(text) if word.isascii() and len(word) >= _LEAST_WORD]
        unknown = [word for word in words if word.lower() not in self._known]
        if len(unknown) < max(_LEAST_UNKNOWN, _LEAST_SHARE * len(words)) or _is_of_another_tongue(text):
            return text
        if sum(self.nearest(word) is not None for word in unknown) < _LEAST_RESTORED * len(unknown):
            return text
        return _WORD.sub(lambda match: self.nearest(match.group()) or match.group(), text)

    def sound_out(self, text: str) -> str:
        """Return a text with words in Cyrillic or Greek letters as the English ones they sound like, if most do."""
        if text.isascii():
            return text
        foreign = [word for word in _WORD.findall(text) if not any(map(str.isascii, word))]
        telling = [word for word in foreign if len(word) >= _LEAST_WORD] or foreign
        if sum(self._sounds_like(word) is not None for word in telling) < max(1, _LEAST_SOUNDED * len(telling)):
            return text
        return _WORD.sub(lambda match: self._heard(match.group()), text)

    def _heard(self, word: str) -> str:
        if any(map(str.isascii, word)):
            return word
        return self._sounds_like(word) or self.nearest(_spoken(word)) or word

    def _sounds_like(self, word: str) -> str | None:
        said = _spoken(word)
        return self._by_sound.get(sound_of(said)) if said else None

    def nearest(self, word: str) -> str | None:
        """Return the common word that an unknown one stands for; None for one that is known or like none."""
        lower = word.lower()
        if not (_LEAST_WORD <= len(lower) <= _LONGEST) or not lower.isascii() or lower in self._known:
            return None
        if lower not in self._found:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            self._found[lower] = self._search(lower)
        return self._found[lower]

    def _search(self, word: str) -> str | None:
        slips = 1 if len(word) < _LONG else 2
        best, fewest = None, slips + 1
        for other in self._by_start.get(word[0], ()):
            if abs(len(other) - len(word)) <= slips:
                distance = OSA.distance(word, other, score_cutoff=slips)
                if distance < fewest:
                    best, fewest = other, distance
                    if fewest == 1:
                        break
        return best or self._by_sound.get(sound_of(word))


def _is_of_another_tongue(text: str) -> bool:
    """Whether at least two of the smallest words of other languages stand in a text."""
    return len(set(_OTHER_TONGUES.findall(text.lower()))) > 1


def _spoken(word: str) -> str:
    """Return a Cyrillic or Greek word in Latin letters; nothing for a word of another script or a very long one."""
    letters = [SOUNDS.get(char) for char in word.lower()]
    return "".join(letter[0] for letter in letters if letter) if all(letters) and len(letters) <= _LONGEST else ""
