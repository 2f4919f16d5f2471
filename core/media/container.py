"""What kind of file this is, from its bytes alone: a name or a declared type proves nothing."""

import struct
from pathlib import Path

from core.errors import InvalidInput

_HEAD_BYTES = 512
_EBML = b"\x1a\x45\xdf\xa3"
_TOP_ELEMENTS = {_EBML, b"\x18\x53\x80\x67", b"\xec", b"\xbf"}  # header, segment, void, CRC
_TOP_BOXES = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"meta", b"uuid",
    b"moof", b"mfra", b"sidx", b"styp",
    b"pdin", b"emsg", b"prft", b"ssix",
}  # fmt: skip
_OTHERS = {
    b"GIF8": "a GIF picture", b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"ID3": "an MP3", b"OggS": "an Ogg file", b"fLaC": "a FLAC sound",
    b"#EXTM3U": "a playlist",
    b"\x7fELF": "a program", b"MZ": "a program", b"FLV": "a Flash film", b"ffconcat": "a playlist",
    b"BM": "a bitmap picture",
}  # fmt: skip


def demuxer_for(path: Path) -> str:
    """Return FFmpeg's name for the container: ``mov`` (MP4, QuickTime) or ``matroska`` (WebM).

    Raises ``InvalidInput`` saying what the file seems to be instead, or that something else is hidden in it.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise _refuse("empty_file", "The file is empty.")
    if head.startswith(_EBML):
        _check_elements(path)
        return "matroska"
    if head[4:8] in {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"}:
        _check_boxes(path)
        return "mov"
    raise _refuse("not_a_film", f"The file is {_seems(head)}.")


def _check_boxes(path: Path) -> None:
    """Walk the top-level boxes to the end of the file: what follows the last one is another file hiding in this one."""
    size = path.stat().st_size
    at, seen = 0, 0
    with path.open("rb") as file:
        while at < size and seen < 100_000:
            file.seek(at)
            header = file.read(16)
            length, name = _box(header, size - at)
            if name not in _TOP_BOXES:
                raise _refuse("hidden_data", f"The film is followed by {size - at:,} bytes of something else.")
            if length < 8 or at + length > size:
                raise _refuse("truncated_film", "The film is cut short.")
            at, seen = at + length, seen + 1


def _check_elements(path: Path) -> None:
    """Walk WebM's top-level elements to the end of the file, as ``_check_boxes`` does for MP4."""
    size = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            ident, length, head = _element(file.read(12))
            if ident not in _TOP_ELEMENTS:
                raise _refuse("hidden_data", f"The film is followed by {size - at:,} bytes of something else.")
            if length is None:
                return  # a live recording, which says no length: it is what the file ends with
            if at + head + length > size:
                raise _refuse("truncated_film", "The film is cut short.")
            at += head + length


def _element(header: bytes) -> tuple[bytes, int | None, int]:
    """Return an EBML element's id, its length (None if unknown), and how many bytes these two take."""
    wide = _vint_bytes(header[0] if header else 0, most=4)
    ident, rest = header[:wide], header[wide:]
    many = _vint_bytes(rest[0] if rest else 0, most=8)
    if len(ident) < wide or not rest or len(rest) < many:
        return b"", 0, 0
    value = int.from_bytes(rest[:many], "big") & ((1 << (7 * many)) - 1)
    return ident, None if value == (1 << (7 * many)) - 1 else value, wide + many


def _vint_bytes(first: int, most: int) -> int:
    """Return how many bytes a number takes that begins with this byte: as many as it has leading zero bits, and one."""
    return min(most, 9 - first.bit_length())


def _box(header: bytes, rest: int) -> tuple[int, bytes]:
    if len(header) < 8:
        return rest, b""
    (length,), name = struct.unpack(">I", header[:4]), header[4:8]
    if length == 1 and len(header) == 16:
        (length,) = struct.unpack(">Q", header[8:16])
    return (rest if length == 0 else length), name


def _seems(head: bytes) -> str:
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            return what
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) or b"<svg" in text:
        return "an SVG or XML document"
    if text.startswith((b"<!doctype", b"<html", b"<script")):
        return "a web page"
    if head[:4] == b"RIFF":
        return "a WAV or AVI file"
    return "not a film that we know"


def _refuse(code: str, detail: str) -> InvalidInput:
    return InvalidInput(code=code, detail=detail, field="video", expected="An MP4, MOV or WebM film.")
