"""Attributes' probabilities as they are kept with each video: a byte each, and which heads read them.

They are read once, when a video is published, with all that tells of it: words, transcript, frames. Pages take them
from the snapshot; only what other heads read, or nobody did, is read off the words again.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ranking.understanding.attributes import NAMES, record_of

Array = NDArray[Any]
COUNT = len(NAMES)
PROBABILITIES = "probabilities"  # in a video's stored record
_FULL = 255.0


class KeptTexts(Protocol):
    """Texts whose attributes may have been read before."""

    def take(self, column: str, rows: Array) -> Array:
        """Return a column at rows: ``text`` (n, 384)."""
        ...

    def tokens_of_many(self, rows: Array) -> tuple[Array, Array]:
        """Return whose each hashed word stem is (a place in ``rows``), and the stems of all rows side by side."""
        ...

    def kept_attributes(self, rows: Array, revision: str, /) -> tuple[Array, Array]:
        """Return what heads of a revision read, (n, attributes) bytes, and which rows they did read, (n,) bool."""
        ...


class Attributes(Protocol):
    """Reads attributes off texts (``ranking.understanding.model.AttributeModel``)."""

    @property
    def revision(self) -> str:
        """Which heads these are."""
        ...

    def probabilities(self, vectors: Array, owners: Array, stems: Array) -> Array:
        """Return the probability of every attribute, (n, attributes).

        ``vectors`` is (n, 384); ``stems`` are the texts' hashed word stems side by side, ``owners`` whose each one is.
        """
        ...


def as_bytes(probabilities: Array) -> Array:
    """Return probabilities as bytes, to the nearest 255th; same shape, uint8."""
    return np.asarray(np.rint(np.asarray(probabilities) * _FULL), dtype=np.uint8)


def stored_record(row: Sequence[float], revision: str) -> dict[str, Any]:
    """Return what is stored with a video: its likely values in words, and all probabilities (``NAMES``) as bytes."""
    return record_of(row, revision) | {PROBABILITIES: b64encode(as_bytes(np.array(row)).tobytes()).decode("ascii")}


def unpacked(record: Mapping[str, Any], revision: str) -> Array | None:
    """Return the bytes of a stored record, (attributes,); None if other heads read it, or it holds none."""
    kept = record.get(PROBABILITIES)
    if not isinstance(kept, str) or record.get("revision") != revision:
        return None
    try:
        values = np.frombuffer(b64decode(kept, validate=True), dtype=np.uint8)
    except ValueError:  # no base64: as good as nothing
        return None
    return values if len(values) == COUNT else None


def none_kept(count: int) -> tuple[Array, Array]:
    """Return that nothing was read of ``count`` videos."""
    return np.zeros((count, COUNT), dtype=np.uint8), np.zeros(count, dtype=bool)


def read(heads: Attributes, texts: KeptTexts, rows: Array) -> Array:
    """Return the probability of every attribute of some rows, (n, attributes) float32: as kept, else read now."""
    kept, is_known = texts.kept_attributes(rows, heads.revision)
    values = kept * np.float32(1 / _FULL)
    unknown = np.flatnonzero(~is_known)
    if len(unknown):
        owners, stems = texts.tokens_of_many(rows[unknown])
        values[unknown] = heads.probabilities(texts.take("text", rows[unknown]).astype(np.float32), owners, stems)
    return np.asarray(values)
