"""Our own labelled texts: the lines of ``authored.toml``, ``authored_2.toml`` and on, each filmed in other ways too."""

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_FIELDS = ("people", "setting", "time", "pace", "arousal", "valence", "makeable", "style")
_FRAMINGS_PER_LINE = 5


def authored_lines() -> list[dict[str, Any]]:
    """Return the texts of ``authored.toml`` as they were written, in the form of the steering benchmark's videos."""
    return [_parse(line) for line in _read("authored.toml")["lines"]]


def authored_videos(seed: int = 0) -> list[dict[str, Any]]:
    """Return labelled texts in the form of the steering benchmark's videos; ``-`` marks an unknown label."""
    files = [_read(path.name) for path in sorted(_FOLDER.glob("authored*.toml"))]
    framings = [framing for file in files for framing in file.get("framing", [])]
    dice = random.Random(seed)
    lines = (_parse(line) for file in files for line in file["lines"])
    return [video for line in lines for video in _variants(line, framings, dice)]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _variants(video: dict[str, Any], framings: list[dict[str, str]], dice: random.Random) -> Iterator[dict[str, Any]]:
    yield video
    for framing in dice.sample(framings, _FRAMINGS_PER_LINE):
        changes = {key: value for key, value in framing.items() if key != "prefix"}
        yield video | changes | {"text": framing["prefix"] + video["text"]}


def _parse(line: str) -> dict[str, Any]:
    text, topics, moods, rest = (part.strip() for part in line.split("|"))
    values = rest.split()
    return {
        "text": text,
        "topics": [] if topics == "-" else topics.split(","),
        "mood": moods.split(","),
        **dict(zip(_FIELDS, values if len(values) == len(_FIELDS) else [*values, "-"], strict=True)),
    }
