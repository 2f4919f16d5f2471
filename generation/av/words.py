"""Words as rows of a table: hashed, so that any word has one and no list has to be shipped."""

import re
from zlib import crc32

_WORD = re.compile(r"[a-z0-9]+")
PADDING = 0


def word_rows(text: str, buckets: int, most: int) -> list[int]:
    """Return ``most`` rows in [0, buckets): 1 and up for words in order, 0 where there is none."""
    rows = [1 + crc32(word.encode()) % (buckets - 1) for word in _WORD.findall(text.lower())[:most]]
    return rows + [PADDING] * (most - len(rows))
