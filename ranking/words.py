"""Words of a text as small numbers, so that a refused word can be looked for in thousands of videos at once."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.hashing import stable_int

Array = NDArray[Any]
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_IES = re.compile(r"(?<=[a-z]{2})ies$")
_ES = re.compile(r"(?<=[a-z]{2})(s|x|z|ch|sh)es$")
_S = re.compile(r"(?<=[a-rt-z]{2})s$")
_ING = re.compile(r"(?<=[a-z]{3})ing$")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without accents' variants (NFKC)."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'"))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a word without its English plural or -ing ending: "cars" and "car", "racing" and "race" meet."""
    word = word.removesuffix("'s")
    if _IES.search(word):
        return _IES.sub("y", word)
    word = _ES.sub(r"\1", word) if _ES.search(word) else _S.sub("", word)
    shorter = _ING.sub("", word)
    if shorter != word and len(shorter) > 3 and shorter[-1] == shorter[-2]:
        return shorter[:-1]  # running -> run
    return shorter.removesuffix("e") if len(shorter) > 3 else shorter


@lru_cache(maxsize=65_536)
def stem_hash(word: str) -> int:
    """Return the 32-bit number of a word's stem."""
    return stable_int("stem", stem(word), bits=32)


def stem_hashes(text: str) -> NDArray[Any]:
    """Return the distinct stems of a text as uint32, in order of value."""
    return np.array(sorted({stem_hash(word) for word in words(text)}), dtype=np.uint32)


def side_by_side(lists: Sequence[Array]) -> tuple[Array, Array]:
    """Return whose each stem is (a place in ``lists``), and the stems of all lists after one another."""
    owners = np.repeat(np.arange(len(lists)), [len(item) for item in lists])
    return owners, np.concatenate([np.zeros(0, dtype=np.uint32), *lists])
