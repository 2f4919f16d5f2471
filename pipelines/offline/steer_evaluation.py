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
from ranking.steering.matching import Steering
from ranking.steering.parse import parse_steer
from ranking.steering.steer import Steer
from ranking.understanding.kept import Attributes, as_bytes, none_kept
from ranking.understanding.model import ENCODER_VARIANT, AttributeModel
from ranking.words import side_by_side, stem_hashes

Array = NDArray[Any]
_NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)  # durations do not matter to a ranking
_REFUSED = 1e6


class PlainTexts:
    """A list of texts by nobody, as steers are matched against."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder, attributes: Attributes) -> None:
        self._vectors = encoder.encode(texts)
        self._tokens = [stem_hashes(text) for text in texts]
        self._kept, self._is_kept = none_kept(len(texts))
        if isinstance(attributes, AttributeModel):
            # As a feed does once, when it publishes a video.
            self._kept = as_bytes(attributes.closely(encoder.variant(ENCODER_VARIANT).encode(texts), texts))
            self._is_kept[:] = True

    def take(self, column: str, rows: Array) -> Array:
        """Return the texts' vectors at rows, or that nobody made them."""
        taken: Array = self._vectors[rows] if column == "text" else np.full(len(rows), -1)
        return taken

    def tokens_of_many(self, rows: Array) -> tuple[Array, Array]:
        """Return the stems of several texts side by side, and before them whose each is."""
        return side_by_side([self._tokens[int(row)] for row in rows])

    def kept_attributes(self, rows: Array, _revision: str) -> tuple[Array, Array]:
        """Return what was read of the texts beforehand."""
        return self._kept[rows], self._is_kept[rows]

    def people_rows(self, person_ids: Sequence[str]) -> Array:
        """Nobody is known here."""
        return np.full(len(person_ids), -1)


class SteerRanker:
    """Ranks a fixed list of texts by wishes. The same wish gives the same order."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder, attributes: Attributes) -> None:
        self._texts = PlainTexts(texts, encoder, attributes)
        self._count = len(texts)
        self._concepts = load_concepts()
        self._steering = Steering(self._concepts, lru_cache(maxsize=None)(encoder.encode_one), attributes)
        self._knows = encoder.is_word
        self.not_followed = 0

    def order(self, *wishes: str, base: Array | None = None) -> Array:
        """Return the places of all texts, best first; what a refusal surely names comes last.

        ``base``, shape (n,), is the score without any wish; zeros by default.
        """
        scores = np.zeros(self._count) if base is None else base
        steers = [steer for number, wish in enumerate(wishes) if (steer := self._understood(wish, number))]
        demands = self._steering.demands(steers)
        effect = self._steering.effect(demands, self._texts, np.arange(self._count), np.zeros(self._count, dtype=bool))
        return np.argsort(-(np.where(effect.refused, -_REFUSED, 0.0) + effect.total + scores), kind="stable")

    def _understood(self, wish: str, number: int) -> Steer | None:
        try:
            said = parse_steer(wish, now=_NOON, timezone="UTC", concepts=self._concepts, knows=self._knows)
        except InvalidInput:
            self.not_followed += 1
            return None
        steer_id = SteerId(f"steer_{number:03d}")
        return Steer(steer_id, wish, said.says, said.asked, said.lasts, _NOON, said.expires_at)


def rank_by_steers(
    videos: Path, instructions: Path, out: Path, encoder: TextEncoder, attributes: Attributes
) -> tuple[int, int]:
    """Write one line ``{"id", "ranking"}`` for each instruction, best video first.

    Return how many there are, and of how many nothing could be followed: their order is that of the file.

    Of a video only ``id`` and ``text`` are read, of an instruction likewise.
    """
    items = _lines(videos)
    wishes = _lines(instructions)
    ranker = SteerRanker([item["text"] for item in items], encoder, attributes)
    ranked = [
        {"id": wish["id"], "ranking": [items[place]["id"] for place in ranker.order(wish["text"])]} for wish in wishes
    ]
    out.write_text("".join(f"{json.dumps(line)}\n" for line in ranked), encoding="utf-8")
    return len(ranked), ranker.not_followed


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
