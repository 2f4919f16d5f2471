"""Disguises: every one takes a text and a source of chance, and returns the text as someone who evades would write it.

A reader must still be able to tell what is meant, so a disguise touches a word at a time and never drops one.
"""

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from safety.room import TextPart

TABLES = Path(__file__).parent / "mutations.toml"
_WORD = re.compile(r"[A-Za-z]{3,}")
_LEET = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1|", "o": "0", "s": "5$", "t": "7+"}
_LOOKALIKE = {
    "a": "аɑα", "c": "сϲ", "d": "ԁ", "e": "еҽ", "g": "ɡ", "h": "һ", "i": "іι", "j": "ј", "k": "κк", "l": "ӏ",
    "m": "м", "n": "ո", "o": "оοօ", "p": "рρ", "r": "г", "s": "ѕ", "t": "τт", "u": "υս", "v": "ν", "w": "ԝ", "x": "хχ",
    "y": "уγ",
}  # fmt: skip
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2063\ufe0f"
_GAPS = (" ", ".", "-", "_", "*", "/", " . ", "~", "·", "|")
_CYRILLIC = {
    "sh": "ш", "ch": "ч", "ck": "к", "th": "т", "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г",
    "h": "х", "i": "и", "j": "дж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р",
    "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "й", "z": "з",
}  # fmt: skip
_SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("s", "z"), ("ee", "ea"), ("i", "y"), ("ou", "uu"), ("x", "ks"))
# Where the alphabet begins in blocks of letters that fonts draw as pictures of Latin ones.
_FONTS = (0x1D41A, 0x1D5BA, 0x24D0, 0xFF41)

Choice = random.Random
Disguise = Callable[[str, Choice], str]


class _Tables(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    wrappers: Mapping[str, tuple[str, ...]]
    safe: Mapping[str, tuple[str, ...]]
    euphemisms: Mapping[str, tuple[str, ...]]
    emoji: Mapping[str, tuple[str, ...]]
    foreign: Mapping[str, tuple[str, ...]]


@cache
def tables() -> _Tables:
    """Return the words that disguises are made of."""
    return _Tables.model_validate(tomllib.loads(TABLES.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Attack:
    """A text in disguise: the methods used so far, in order, and how it is handed in."""

    text: str
    methods: tuple[str, ...] = ()
    layout: str = "prompt"
    spice: int = 0  # which of the layout's variants

    def parts(self) -> tuple[TextPart, ...]:
        """Return the texts as they reach the safety room."""
        return _LAYOUTS[self.layout](self.text, self.spice)

    def disguised(self, method: str, choose: Choice) -> "Attack":
        """Return this attack with one more method."""
        methods = (*self.methods, method)
        if method in LAYOUTS:
            return Attack(self.text, methods, method, choose.randrange(1 << 16))
        return Attack(DISGUISES[method](self.text, choose), methods, self.layout, self.spice)

    def takes(self, method: str, longest: int) -> bool:
        """Whether another method may follow: no method twice, one layout at most, and no more than ``longest``."""
        if len(self.methods) >= longest or method in self.methods:
            return False
        return method not in LAYOUTS or self.layout == "prompt"


def _some_words(text: str, choose: Choice, change: Callable[[str], str]) -> str:
    """Change one word, half of them, or all."""
    places = [match.span() for match in _WORD.finditer(text)]
    if not places:
        return text
    count = choose.choice((1, max(1, len(places) // 2), len(places)))
    for start, end in sorted(choose.sample(places, count), reverse=True):
        text = text[:start] + change(text[start:end]) + text[end:]
    return text


def _leetspeak(text: str, choose: Choice) -> str:
    share = choose.choice((0.4, 0.7, 1.0))

    def change(word: str) -> str:
        return "".join(
            choose.choice(_LEET[c.lower()]) if c.lower() in _LEET and choose.random() < share else c for c in word
        )

    return _some_words(text, choose, change)


def _spacing(text: str, choose: Choice) -> str:
    gap = choose.choice(_GAPS)
    if choose.random() < 0.5:
        return _some_words(text, choose, gap.join)

    def once(word: str) -> str:
        cut = choose.randrange(1, len(word))
        return word[:cut] + gap + word[cut:]

    return _some_words(text, choose, once)


def _homoglyphs(text: str, choose: Choice) -> str:
    if choose.random() < 0.3:
        base = choose.choice(_FONTS)
        return _some_words(text, choose, lambda word: "".join(chr(base + ord(c) - 97) for c in word.lower()))
    share = choose.choice((0.3, 0.6, 1.0))

    def change(word: str) -> str:
        return "".join(
            choose.choice(_LOOKALIKE[c.lower()]) if c.lower() in _LOOKALIKE and choose.random() < share else c
            for c in word
        )

    return _some_words(text, choose, change)


def _zero_width(text: str, choose: Choice) -> str:
    sign = choose.choice(_INVISIBLE)
    if choose.random() < 0.5:
        return _some_words(text, choose, sign.join)
    return _some_words(text, choose, lambda word: word[: len(word) // 2] + sign + word[len(word) // 2 :])


def _misspelling(text: str, choose: Choice) -> str:
    def change(word: str) -> str:
        place = choose.randrange(1, len(word) - 1)
        kind = choose.randrange(4)
        if kind == 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if kind == 1:
            return word[:place] + word[place] * choose.choice((2, 3)) + word[place + 1 :]
        if kind == 2:
            return word[:place] + word[place + 1 :] if word[place] in "aeiou" else word[:place] + "a" + word[place:]
        old, new = choose.choice(_SOUNDS)
        return word.replace(old, new, 1)

    return _some_words(text, choose, change)


def _from_table(text: str, choose: Choice, table: Mapping[str, Sequence[str]], other: Disguise) -> str:
    """Put the table's words in; a text without any of them is disguised the ``other`` way."""
    found = [match for match in _WORD.finditer(text) if match.group().lower() in table]
    if not found:
        return other(text, choose)
    kept = choose.sample(found, choose.randrange(1, len(found) + 1))
    for match in sorted(kept, key=lambda item: -item.start()):
        text = text[: match.start()] + choose.choice(table[match.group().lower()]) + text[match.end() :]
    return text


def _emoji(text: str, choose: Choice) -> str:
    def letters(said: str, chance: Choice) -> str:
        style = chance.choice((0x1F1E6, 0x1F130, 0x1F150, 0x1F170))
        gap = chance.choice(("", " ", "\u200b"))
        return _some_words(said, chance, lambda word: gap.join(chr(style + ord(c) - 97) for c in word.lower()))

    return _from_table(text, choose, tables().emoji, letters)


def _euphemism(text: str, choose: Choice) -> str:
    return _from_table(text, choose, tables().euphemisms, lambda said, _: f"{said}, if you know what I mean")


def _other_script(text: str, choose: Choice) -> str:
    if choose.random() < 0.5:
        return _some_words(text, choose, _in_cyrillic)
    return _from_table(text, choose, tables().foreign, lambda said, chance: _some_words(said, chance, _in_cyrillic))


def _in_cyrillic(word: str) -> str:
    said, plain = "", word.lower()
    while plain:
        size = 2 if plain[:2] in _CYRILLIC else 1
        said, plain = said + _CYRILLIC.get(plain[:size], plain[:size]), plain[size:]
    return said


def _wrapped(name: str) -> Disguise:
    return lambda text, choose: choose.choice(tables().wrappers[name]).replace("{x}", text)


DISGUISES: Mapping[str, Disguise] = {
    "leetspeak": _leetspeak,
    "spacing": _spacing,
    "homoglyphs": _homoglyphs,
    "zero_width": _zero_width,
    "emoji": _emoji,
    "misspelling": _misspelling,
    "euphemism": _euphemism,
    "other_script": _other_script,
    "documentary": _wrapped("documentary"),
    "role_play": _wrapped("role_play"),
    "padding": _wrapped("padding"),
}


def _prompt(text: str, _spice: int) -> tuple[TextPart, ...]:
    return (TextPart("prompt", text),)


def _title(text: str, spice: int) -> tuple[TextPart, ...]:
    originals = tables().safe["originals"]
    return TextPart("prompt", originals[spice % len(originals)]), TextPart("title", text)


def _remix(text: str, spice: int) -> tuple[TextPart, ...]:
    originals, remixes = tables().safe["originals"], tables().safe["remixes"]
    said = remixes[spice // 7 % len(remixes)].replace("{x}", text)
    return TextPart("original", originals[spice % len(originals)]), TextPart("remix", said)


def _shots(text: str, spice: int) -> tuple[TextPart, ...]:
    """Cut a text over two to four shots: between words or, in some variants, inside them."""
    count = 2 + spice % 3
    pieces: Sequence[str] = list(text) if spice % 9 == 0 else text.split(" ")
    joint = "" if spice % 9 == 0 else " "
    cuts = [round(place * len(pieces) / count) for place in range(count + 1)]
    said = [joint.join(pieces[start:end]).strip() for start, end in pairwise(cuts)]
    return tuple(TextPart(f"shot {number}", piece) for number, piece in enumerate(said, start=1) if piece)


_LAYOUTS: Mapping[str, Callable[[str, int], tuple[TextPart, ...]]] = {
    "prompt": _prompt,
    "hidden_title": _title,
    "hidden_remix": _remix,
    "split_shots": _shots,
}
LAYOUTS = frozenset(_LAYOUTS) - {"prompt"}
METHODS: tuple[str, ...] = (*DISGUISES, *sorted(LAYOUTS))
