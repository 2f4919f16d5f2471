"""Text vectors for training, kept on disk between runs: encoding a hundred thousand texts takes minutes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from core.encoder import DIMENSIONS, TextEncoder, Vectors

_SAVE_EVERY = 20_000
_CHUNK = 64


class VectorCache:
    """Looks vectors up by text, and encodes those that are missing. One file per encoder revision."""

    def __init__(self, encoder: TextEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._path = folder / f"vectors-{encoder.revision}.npz"
        self._rows: dict[bytes, int] = {}
        self._vectors: list[NDArray[np.float16]] = []
        if self._path.exists():
            with np.load(self._path) as stored:
                self._vectors = list(stored["vectors"])
                self._rows = {key.tobytes(): row for row, key in enumerate(stored["keys"])}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), 384)."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._rows}
        if missing:
            self._encode(missing)
        result = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, key in enumerate(keys):
            result[row] = self._vectors[self._rows[key]]
        return result

    def _encode(self, missing: dict[bytes, str]) -> None:
        keys = list(missing)
        with Progress() as progress:
            task = progress.add_task("Encoding texts", total=len(keys))
            for start in range(0, len(keys), _CHUNK):
                part = keys[start : start + _CHUNK]
                for key, vector in zip(part, self._encoder.encode([missing[key] for key in part]), strict=True):
                    self._rows[key] = len(self._vectors)
                    self._vectors.append(vector.astype(np.float16))
                progress.advance(task, len(part))
                if (start + _CHUNK) % _SAVE_EVERY < _CHUNK:
                    self._save()
        self._save()

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self._rows), dtype=np.uint8).reshape(-1, 16)
        partial = self._path.with_suffix(".partial.npz")
        np.savez(partial, keys=keys, vectors=np.stack(self._vectors))
        partial.replace(self._path)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
