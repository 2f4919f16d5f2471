"""Trains the text classifier, measures it on texts held out, and seals the artifact that is served."""

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from core.artifacts import Manifest, seal, sha256_of
from core.clock import Clock
from core.encoder import TextEncoder
from pipelines.offline.moderation.calibration import platt
from pipelines.offline.moderation.dataset import HEADS, Dataset, load_dataset
from pipelines.offline.moderation.embeddings import VectorCache
from pipelines.offline.moderation.fitting import FitConfig, Inputs, fit
from pipelines.offline.moderation.lessons import balanced, weighed
from pipelines.offline.moderation.measuring import measure, raw_logits
from safety.taxonomy import SEXUAL_MINORS
from safety.text.classifier import ARTIFACT_NAME, ARTIFACT_SCHEMA, ENCODER_VARIANT, Weights, write_weights
from safety.text.features import buckets, words_of

MADE_BY = "kindling train moderation --data {data} --prompts {prompts}"
_LEXICON_LEAST = 4
# The adapter has read more of each source; the heads over it need fewer.
_MOST_PER_SOURCE, _MOST_PER_ENTRY = 1500, 300


def train_moderation(
    encoder: TextEncoder, moderation: Path, prompts: Path, target: Path, *, scratch: Path, clock: Clock,
    config: FitConfig | None = None,
) -> Manifest:  # fmt: skip
    """Train on both files and the authored texts, and write the artifact to ``target``. Return its manifest."""
    config = config or FitConfig()
    whole = load_dataset(moderation, prompts)
    data = whole.thinned(_MOST_PER_SOURCE, _MOST_PER_ENTRY)
    reader = encoder.variant(ENCODER_VARIANT)
    inputs = _inputs(data, VectorCache(reader, scratch))
    weights = _fit_part(data, inputs, config, data.rows("train"))
    raw = raw_logits(weights, inputs, np.arange(len(data.examples)))
    rows = data.rows("validation")
    slope, offset = platt(raw[rows], data.labels[rows], balanced(data, rows))
    weights = replace(weights, slope_C=slope, offset_C=offset)
    metrics = measure(data, raw * slope + offset)
    served = _fit_part(data, inputs, config, _rows_to_serve(data))
    weights = replace(served, slope_C=slope, offset_C=offset)
    files = {"moderation": moderation, "prompts": prompts}
    return _seal(weights, data, _lexicon(whole), metrics, reader, target, clock, files)


def _inputs(data: Dataset, cache: VectorCache) -> Inputs:
    texts = [example.text for example in data.examples]
    words = [buckets(text) for text in track(texts, "Reading words")]
    starts = np.concatenate([[0], np.cumsum([row.size for row in words])])
    return Inputs(cache.vectors(texts), np.concatenate(words), starts)


def _rows_to_serve(data: Dataset) -> NDArray[np.int64]:
    """Return the training rows and the authored texts that were held out: their names and words are worth knowing."""
    held_out = [row for row in data.rows("test") if data.examples[row].kind == "authored"]
    return np.concatenate([data.rows("train"), np.asarray(held_out, dtype=np.int64)])


def _fit_part(data: Dataset, inputs: Inputs, config: FitConfig, rows: NDArray[np.int64]) -> Weights:
    flat, starts = inputs.words(rows)
    part = Inputs(inputs.vectors[rows], flat, np.append(starts, flat.size))
    return fit(part, data.labels[rows], weighed(data, rows, config), HEADS, config)


def _lexicon(data: Dataset) -> list[str]:
    """Return the words that are spelled plainly and often enough to be trusted when a disguise is undone."""
    counts: Counter[str] = Counter()
    for example in data.examples:
        least = _LEXICON_LEAST if example.kind == "authored" else 1
        counts.update({word: least for word in set(words_of(example.text)) if word.isalpha() and word.isascii()})
    single = {"a", "i"}
    return sorted(word for word, n in counts.items() if n >= _LEXICON_LEAST and (len(word) > 1 or word in single))


def _seal(
    weights: Weights, data: Dataset, lexicon: list[str], metrics: dict[str, Any], encoder: TextEncoder, target: Path,
    clock: Clock, files: dict[str, Path],
) -> Manifest:  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        built = Path(name)
        write_weights(weights, built)
        (built / "words.txt").write_text("\n".join(lexicon) + "\n", encoding="utf-8")
        manifest = seal(
            built,
            name=ARTIFACT_NAME,
            schema_version=ARTIFACT_SCHEMA,
            created_at=clock.now(),
            made_by=MADE_BY.format(data=files["moderation"].name, prompts=files["prompts"].name),
            data={
                "sources": data.sources,
                "files_sha256": {label: sha256_of(path) for label, path in files.items()},
                "adapter_revision": encoder.manifest.data["adapter"],
                "composed": {SEXUAL_MINORS: "sexual x any cue of a minor; no such text was written or used"},
                "evaluation_only": "MovieGenBench rows are left out",
            },
            metrics=metrics,
        )
        target.mkdir(exist_ok=True)
        for path in built.iterdir():
            (target / path.name).write_bytes(path.read_bytes())
    return manifest
