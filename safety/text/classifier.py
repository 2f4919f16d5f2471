"""The text classifier as it is served: sentence vectors and hashed words in, a calibrated probability per category out.

Two small layers over the frozen encoder, plus one row per hashed feature, all in numpy: no torch, no scikit-learn.
``pipelines/offline/moderation`` trains it.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, open_artifact, sha256_of
from core.encoder import TextEncoder
from core.errors import BrokenArtifact
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS
from safety.text.features import buckets
from safety.text.minors import sexual_minors
from safety.text.names import NAMED, NameList
from safety.text.names import SHIPPED as NAMES
from safety.text.normalise import Unmasker, forms, passages, windows
from safety.text.wrappers import inside

ARTIFACT_NAME = "moderation-text"
ARTIFACT_SCHEMA = 2
SHIPPED = Path(__file__).parent.parent / "artifacts" / "text"
# The encoder that this classifier reads with: the bundled one and a small change to its weights, which is shipped.
ADAPTER = Path(__file__).parent.parent / "artifacts" / "text_adapter"
ADAPTER_NAME, ADAPTER_SCHEMA = "moderation-adapter", 1
ENCODER_VARIANT = "moderation"
ANY = "any"
# Whether a text asks for pictures or is talk: no category, and never told. A name in a wish for a film means that its
# bearer is to be shown; in talk it mostly means nothing.
SHOWN = "shown"
# The encoder reads 256 tokens: longer texts are read in parts, and the harshest part holds.
_WINDOW_CHARACTERS, _MOST_WINDOWS, _MOST_CHARACTERS = 800, 12, 40_000
# One vector blurs a sentence among many harmless ones: a text longer than this is read in passages too.
_LONG_CHARACTERS, _PASSAGE_CHARACTERS, _MOST_PASSAGES = 800, 200, 24

_LEAST_FOR_THREADS, _THREADS = 16, 2
_OWN_SHARE = 0.5
# A listed name counts as its category's score. ``any`` is as sure where the text wishes for a film; in talk it weighs
# the name with what the rest of the text says.
_NAMED_LOGIT = float(np.log(NAMED / (1 - NAMED)))

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers. H hidden units, C heads, B buckets."""

    hidden_DH: Array  # noqa: N815 - shapes are named
    hidden_bias_H: Array  # noqa: N815
    out_HC: Array  # noqa: N815
    out_bias_C: Array  # noqa: N815
    words_BC: NDArray[np.int8]  # noqa: N815
    words_scale_C: Array  # noqa: N815
    slope_C: Array  # noqa: N815
    offset_C: Array  # noqa: N815
    heads: tuple[str, ...]

    def logits(self, vector_D: Array, rows: NDArray[np.int64]) -> Array:  # noqa: N803
        """Return the calibrated log-odds of every head for one text, shape (C,)."""
        hidden = np.maximum(vector_D @ self.hidden_DH + self.hidden_bias_H, 0)
        raw = hidden @ self.out_HC + self.out_bias_C
        if rows.size:
            raw = raw + self.words_BC[rows].sum(axis=0, dtype=np.int32) * self.words_scale_C / np.sqrt(rows.size)
        calibrated: Array = raw * self.slope_C + self.offset_C
        return calibrated


class TextClassifier:
    """Scores texts. Of a text's forms (as written, disguises undone, without pretext) the harshest holds."""

    def __init__(self, encoder: TextEncoder, folder: Path = SHIPPED) -> None:
        self.manifest: Manifest = open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
        # A changed list changes verdicts, so the lists are part of what verdicts record.
        self.revision = f"{self.manifest.revision}-{_revision_of_lists()}"
        self._encoder = encoder.variant(ENCODER_VARIANT)
        _check_made_for_each_other(self.manifest, self._encoder.manifest)
        self._weights = read_weights(folder)
        words = (folder / "words.txt").read_text(encoding="utf-8").split()
        self._words = frozenset(words)
        self._unmask, self._unwrap = Unmasker(words, encoder.is_word, encoder.common_words()).unmask, inside
        self._names = NameList.open()
        self._remembered = lru_cache(maxsize=4096)(self._score)

    def is_word(self, text: str) -> bool:
        """Return whether a lower-case word is a common one, or one that texts of harm use."""
        return self._encoder.is_word(text) or text in self._words

    @cached_property
    def untrained(self) -> frozenset[str]:
        """Categories that no training text speaks of; their scores are always 0, and the manifest says so."""
        return frozenset(CATEGORIES) - set(self._weights.heads) - {SEXUAL_MINORS}

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return for each text a probability per category, and ``any`` for harm of any kind.

        Many texts run on two threads. Each is encoded alone, so a score never depends on its neighbours.
        """
        distinct = list(dict.fromkeys(texts))
        if len(distinct) < _LEAST_FOR_THREADS:
            return [dict(self._remembered(text)) for text in texts]
        # Long ones first: neither thread ends up waiting for the other's longest.
        distinct.sort(key=len, reverse=True)
        with ThreadPoolExecutor(_THREADS) as pool:
            found = dict(zip(distinct, pool.map(self._remembered, distinct), strict=True))
        return [dict(found[text]) for text in texts]

    def _score(self, text: str) -> tuple[tuple[str, float], ...]:
        found = forms(text[:_MOST_CHARACTERS], self._unmask, self._unwrap, self._encoder.is_word)
        readings = list(dict.fromkeys(part for reading in found for part in _parts(reading) if part))
        scores = dict.fromkeys((*CATEGORIES, ANY), 0.0)
        for reading in readings:
            for head, p in zip(self._weights.heads, _sigmoid(self._logits(reading)), strict=True):
                if head != SHOWN:
                    scores[head] = max(scores[head], float(p))
        scores[SEXUAL_MINORS] = sexual_minors(scores["sexual"], readings)
        return tuple(scores.items())

    def _logits(self, reading: str) -> Array:
        logits = self._weights.logits(self._encoder.encode_one(reading), buckets(reading))
        heads = self._weights.heads
        named = self._names.categories(reading)
        for name in named:
            logits[heads.index(name)] = max(logits[heads.index(name)], _NAMED_LOGIT)
        mixed = with_any(logits, heads)
        if named:
            place, shown = heads.index(ANY), float(_sigmoid(logits[heads.index(SHOWN)]))
            mixed[place] = max(mixed[place], shown * _NAMED_LOGIT + (1 - shown) * mixed[place])
        return mixed


def _parts(reading: str) -> list[str]:
    whole = windows(reading, _WINDOW_CHARACTERS, _MOST_WINDOWS)
    return (
        whole if len(reading) <= _LONG_CHARACTERS else [*whole, *passages(reading, _PASSAGE_CHARACTERS, _MOST_PASSAGES)]
    )


def _revision_of_lists() -> str:
    """Return a short hash over the lists of names, risk words, pretexts and cues of minors."""
    return sha256("".join(map(sha256_of, sorted(NAMES.parent.glob("*.toml")))).encode()).hexdigest()[:6]


def _check_made_for_each_other(heads: Manifest, encoder: Manifest) -> None:
    """Raise ``BrokenArtifact`` if the encoder was not adapted as it was when the heads were fitted."""
    wanted, found = heads.data.get("adapter_revision"), encoder.data.get("adapter")
    if wanted != found:
        raise BrokenArtifact(
            code="broken_artifact",
            detail=f"The text classifier was fitted over adapter {wanted}, and the encoder was exported with {found}.",
            expected="Run `kindling setup encoder --force`.",
        )


def with_any(logits_C: Array, heads: Sequence[str]) -> Array:  # noqa: N803 - shapes are named
    """Return log-odds (..., C) where ``any`` weighs its own head and the strongest category's alike.

    Among ordinary wishes of an unknown hand its own head mistakes the style for harm and the categories do so less; on
    held-out lines of known hands it catches more than they do. Between the two both do best.
    """
    place = list(heads).index(ANY)
    harms = [column for column, head in enumerate(heads) if head not in {ANY, SHOWN}]
    own, strongest = logits_C[..., place], logits_C[..., harms].max(axis=-1)
    mixed = logits_C.copy()
    mixed[..., place] = _OWN_SHARE * own + (1 - _OWN_SHARE) * strongest
    return mixed


def _sigmoid(logits: Array) -> Array:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)


def read_weights(folder: Path) -> Weights:
    """Return the weights stored in ``folder`` by ``write_weights``."""
    heads = tuple(json.loads((folder / "heads.json").read_text(encoding="utf-8"))["heads"])
    with np.load(folder / "weights.npz", allow_pickle=False) as stored:
        arrays = {
            name: stored[name] if stored[name].dtype == np.int8 else stored[name].astype(np.float32)
            for name in stored.files
        }
    return Weights(**arrays, heads=heads)


def write_weights(weights: Weights, folder: Path) -> None:
    """Store weights as ``weights.npz`` (float16, words int8) and ``heads.json``."""
    arrays = {name: getattr(weights, name) for name in Weights.__slots__ if name != "heads"}
    kept = {name: array if array.dtype == np.int8 else array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(folder / "weights.npz", **kept)
    (folder / "heads.json").write_text(json.dumps({"heads": list(weights.heads)}, indent=1) + "\n", encoding="utf-8")
