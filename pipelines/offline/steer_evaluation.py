"""Ranks a list of videos by instructions in plain words, for a viewer with no history."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import TextEncoder
from core.errors import InvalidInput
from core.ids import SteerId
from ranking.steering.concepts import load_concepts
from ranking.steering.matching import Attributes, Steering
from ranking.steering.parse import parse_steer
from ranking.steering.steer import Steer
from ranking.words import stem_hashes

Array = NDArray[Any]
_NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)  # durations do not matter to a ranking


class PlainTexts:
    """A list of texts, as steers are matched against."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder) -> None:
        self._vectors = encoder.encode(texts)
        self._tokens = [stem_hashes(text) for text in texts]

    def take(self, _column: str, rows: Array) -> Array:
        """Return the texts' vectors at rows."""
        taken: Array = self._vectors[rows]
        return taken

    def tokens_of(self, row: int) -> Array:
        """Return the hashed word stems of a text."""
        return self._tokens[row]


def rank_by_steers(videos: Path, instructions: Path, out: Path, encoder: TextEncoder, attributes: Attributes) -> int:
    """Write one line ``{"id", "ranking"}`` for each instruction, best video first; return how many.

    Of a video only ``id`` and ``text`` are read. What a refusal surely names comes last.
    """
    items = [json.loads(line) for line in videos.read_text(encoding="utf-8").splitlines() if line.strip()]
    wishes = [json.loads(line) for line in instructions.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = PlainTexts([item["text"] for item in items], encoder)
    steering = Steering(load_concepts(), lru_cache(maxsize=None)(encoder.encode_one), attributes)
    lines = []
    for wish in wishes:
        order = np.argsort(-_scores(wish["text"], texts, len(items), steering), kind="stable")
        lines.append(json.dumps({"id": wish["id"], "ranking": [items[place]["id"] for place in order]}))
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def _scores(text: str, texts: PlainTexts, count: int, steering: Steering) -> Array:
    try:
        said = parse_steer(text, now=_NOON, timezone="UTC")
    except InvalidInput:
        return np.zeros(count)
    steer = Steer(
        SteerId("steer"), text, said.says, said.wants, said.refuses, said.friends, said.lasts, _NOON, said.expires_at
    )
    effect = steering.effect(steering.demands([steer]), texts, np.arange(count), np.zeros(count, dtype=bool))
    return np.asarray(np.where(effect.refused, -1e6, 0.0) + effect.total)
