"""Groups near-duplicate texts, so that a split never puts two of them on different sides.

MinHash over word trigrams (Broder, 1997) in bands: two texts whose trigrams overlap by about 60% or more share a band
almost surely. Groups are the connected parts.
"""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_BANDS, _ROWS = 8, 3
_PRIME = (1 << 61) - 1


def duplicate_groups(texts: Sequence[str]) -> list[str]:
    """Return a group name per text; near-duplicates share one."""
    parents = list(range(len(texts)))
    first_with: dict[tuple[int, bytes], int] = {}
    for row, text in enumerate(texts):
        for band, key in enumerate(_signature(text)):
            other = first_with.setdefault((band, key), row)
            if other != row:
                parents[_root(parents, row)] = _root(parents, other)
    return [texts[_root(parents, row)] for row in range(len(texts))]


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


def _multipliers() -> NDArray[np.uint64]:
    return np.random.default_rng(11).integers(1, 1 << 31, size=(_BANDS * _ROWS, 2), dtype=np.uint64)


_PERMUTE = _multipliers()


def _signature(text: str) -> list[bytes]:
    words = _WORD.findall(text.lower())
    pieces = {" ".join(words[start : start + 3]) for start in range(max(1, len(words) - 2))}
    hashes = np.asarray([crc32(piece.encode()) for piece in pieces], dtype=np.uint64)
    mixed = (hashes[None, :] * _PERMUTE[:, :1] + _PERMUTE[:, 1:]) % np.uint64(_PRIME)
    lowest = mixed.min(axis=1).reshape(_BANDS, _ROWS)
    return [band.tobytes() for band in lowest]
