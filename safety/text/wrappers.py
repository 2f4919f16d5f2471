"""What is put around a request to make it look harmless, and text in a code: taken off, so the inside is judged too."""

import base64
import binascii
import codecs
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

_PRETEXTS = tomllib.loads((Path(__file__).parent / "pretexts.toml").read_text(encoding="utf-8"))["patterns"]
_PRETEXT = re.compile("|".join(rf"(?:{pretext})" for pretext in _PRETEXTS), re.IGNORECASE)
_EDGES = " ,.:;-\u2013\u2014!?\"'()[]"
_GAPS = re.compile(r"\s*(?:[,.:;!?\-\u2013\u2014]\s*)+(?=[,.:;!?\-\u2013\u2014])|\s+")
_LEAST_INSIDE = 8
_CODED = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{16,4000}={0,2}(?![A-Za-z0-9+/=])")
_WORD = re.compile(r"[a-z]{2,}")
_MOST_CODED = 400
_WORDS_NEEDED, _PLAIN_SHARE, _CODED_SHARE = 2, 0.4, 0.7


def inside(text: str) -> str:
    """Return what is left of a text once pretexts and parts to play are taken off; the text itself if none is there."""
    bare = _PRETEXT.sub(" ", text)
    if bare == text:
        return text
    bare = _GAPS.sub(" ", bare).strip(_EDGES)
    return bare if len(bare) >= _LEAST_INSIDE else text


def decoded(text: str, knows: Callable[[str], bool]) -> str:
    """Return a text that is base64, ROT13 or backwards in part or whole as plain text; else the text itself."""
    opened = _CODED.sub(lambda match: _from_base64(match.group()), text)
    if len(opened) > _MOST_CODED or _share_known(opened, knows) > _PLAIN_SHARE:
        return opened
    readings = (opened[::-1], codecs.encode(opened, "rot13"), " ".join(word[::-1] for word in opened.split()))
    return next((reading for reading in readings if _share_known(reading, knows) >= _CODED_SHARE), opened)


def _from_base64(token: str) -> str:
    try:
        plain = base64.b64decode(token + "=" * (-len(token) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return token
    return plain if plain.isprintable() and " " in plain.strip() else token


def _share_known(text: str, knows: Callable[[str], bool]) -> float:
    words = _WORD.findall(text.lower())
    return sum(map(knows, words)) / len(words) if len(words) >= _WORDS_NEEDED else 1.0
