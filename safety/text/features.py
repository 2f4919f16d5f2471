"""Words and pieces of words as hashed features: names, slurs and spellings that the sentence encoder blurs."""

import re
from collections.abc import Iterable
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_MOST_WORDS = 256
_PIECE = (3, 5)

Buckets = NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, at most 256."""
    return _WORD.findall(text.lower())[:_MOST_WORDS]


def buckets(text: str) -> Buckets:
    """Return the distinct hashed features of a cleaned text, sorted, each in [0, BUCKETS)."""
    names = _names(words_of(text))
    return np.unique(np.fromiter((crc32(name.encode()) % BUCKETS for name in names), dtype=np.int64))


def _names(words: list[str]) -> Iterable[str]:
    for word in words:
        yield word
        edged = f"<{word}>"
        for size in range(_PIECE[0], _PIECE[1] + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
    for first, second in pairwise(words):
        yield f"{first} {second}"
