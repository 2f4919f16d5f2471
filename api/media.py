"""Sends a stored file: whole or the range a player asks for, with a validator, so that browsers can seek and cache."""

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.media.store import MediaStore

_CHUNK_BYTES = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Keys are content-addressed, so a file never changes; who may see it can, so shared caches must ask again.
_CACHE = "private, max-age=60, must-revalidate"


def send_media(request: Request, media: MediaStore, key: str, media_type: str) -> Response:
    """Answer 200, 206, 304 or 416 for the file under ``key``. Raises ``NotFound`` if it is gone."""
    size = media.size(key)
    etag = f'"{key.rsplit("/", 1)[-1].split(".")[0]}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": _CACHE, "Vary": "Authorization, Cookie"}
    if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range", etag) != etag:
        return _stream(media, key, 0, size, 200, media_type, headers)
    span = byte_range(asked, size)
    if span is None:
        return _stream(media, key, 0, size, 200, media_type, headers)
    start, end = span
    if start >= end:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _stream(media, key, start, end, 206, media_type, headers)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return (start, end) of a single byte range, end exclusive; empty when it cannot be satisfied.

    None means that the header is not a single range, and RFC 9110 lets a server answer with the whole.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    start, end = int(first), int(last) + 1 if last else size
    if last and int(last) < start:
        return None
    return start, min(end, size)


def _stream(
    media: MediaStore, key: str, start: int, end: int, status: int, media_type: str, headers: dict[str, str]
) -> Response:
    headers = headers | {"Content-Length": str(end - start)}
    return StreamingResponse(_chunks(media, key, start, end), status, headers, media_type)


def _chunks(media: MediaStore, key: str, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        chunk = media.read(key, start, min(_CHUNK_BYTES, end - start))
        if not chunk:
            return
        start += len(chunk)
        yield chunk
