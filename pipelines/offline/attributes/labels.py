"""Our labels of public prompts: ``labels.tsv`` holds the labels, and of each prompt only a hash of its text.

A line is ``key | topics | moods | people setting time pace arousal valence makeable style``; the key is the first 16
hex digits of the SHA-256 of the text. The texts themselves come from a file of prompts, and those it does not hold are
left out.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

_LABELS = Path(__file__).parent / "labels.tsv"
_FIELDS = ("people", "setting", "time", "pace", "arousal", "valence", "makeable", "style")


def labelled_prompts(prompts: Path) -> list[dict[str, Any]]:
    """Return the labelled prompts whose texts are in ``prompts`` (JSON Lines with ``text``), in the order of labels."""
    lines = prompts.read_text(encoding="utf-8").splitlines()
    texts = {key_of(text): text for text in (json.loads(line)["text"] for line in lines if line.strip())}
    return [{"text": texts[key], **labels} for key, labels in labels_by_key() if key in texts]


def labels_by_key() -> list[tuple[str, dict[str, Any]]]:
    """Return every line of ``labels.tsv`` as the key of a text and its labels, in order."""
    return [_parse(line) for line in _LABELS.read_text(encoding="utf-8").splitlines() if line.strip()]


def key_of(text: str) -> str:
    """Return what a text is known by in ``labels.tsv``."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _parse(line: str) -> tuple[str, dict[str, Any]]:
    key, topics, moods, rest = (part.strip() for part in line.split("|"))
    return key, {
        "topics": [topic for topic in topics.split(",") if topic not in {"", "-"}],
        "mood": moods.split(","),
        **dict(zip(_FIELDS, rest.split(), strict=True)),
    }
