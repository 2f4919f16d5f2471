"""The media store: a local folder, or any store fsspec can reach by URL."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

from core.errors import InvalidInput, Unavailable, not_found

_KEY = re.compile(r"[a-z0-9][a-z0-9_\-./]{0,190}")


class MediaStore:
    """Keeps files under keys such as ``films/ab12.mp4``. Keys are written once: equal keys hold equal bytes."""

    def __init__(self, url: str) -> None:
        self._fs: Any
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        self._is_local = "file" in (self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,))

    def put_file(self, key: str, source: Path) -> None:
        """Store a local file under ``key``. Appears whole or not at all. Raises ``Unavailable`` when it cannot."""
        target = self._path(key)
        try:
            self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            if self._is_local:
                partial = Path(f"{target}.{tempfile.gettempprefix()}{source.stat().st_ino}")
                shutil.copyfile(source, partial)
                partial.replace(target)
            else:
                self._fs.put_file(str(source), target)
        except OSError as error:
            raise _unwritable(error) from error

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store bytes under ``key``."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            self.put_file(key, Path(file.name))

    def exists(self, key: str) -> bool:
        """Whether something is stored under ``key``."""
        return bool(self._fs.exists(self._path(key)))

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises ``NotFound``."""
        try:
            return int(self._fs.size(self._path(key)))
        except FileNotFoundError as error:
            raise not_found("file", key) from error

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return bytes ``start`` to ``start + length`` (all by default). Raises ``NotFound``."""
        end = None if length is None else start + length
        try:
            return bytes(self._fs.cat_file(self._path(key), start=start, end=end))
        except FileNotFoundError as error:
            raise not_found("file", key) from error

    def delete(self, key: str) -> None:
        """Remove what is stored under ``key``, if anything is."""
        if self.exists(key):
            self._fs.rm_file(self._path(key))

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """Give the file as a local path for the length of the block. Raises ``NotFound``."""
        if not self.exists(key):
            raise not_found("file", key)
        if self._is_local:
            yield Path(self._path(key))
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / key.rsplit("/", 1)[-1]
            self._fs.get_file(self._path(key), str(copy))
            yield copy

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key) or ".." in key:
            raise InvalidInput(
                code="bad_media_key", detail=f"{key!r} is not a media key.", expected="Lower-case path, no '..'."
            )
        return f"{self._root}/{key}"


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(
        code="media_store_unwritable",
        detail=f"The media store cannot be written to: {error.strerror or error}.",
        expected="Free some space or make the media folder writable, then try again.",
    )
