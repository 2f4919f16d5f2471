"""Adapts the text encoder to what a video is: its change is trained on every labelled text, all attributes at once."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.artifacts import Manifest, seal
from core.clock import Clock
from pipelines.offline.text_adapter import Adapter, AdapterConfig, Lessons, train_adapter
from ranking.understanding.attributes import truth_of
from ranking.understanding.model import ADAPTER_NAME, ADAPTER_SCHEMA

MADE_BY = "kindling train attribute-adapter --videos FILE --prompts FILE"
# How often one of our own texts is drawn beside a labelled one: there are several times as many of them.
_OWN_DRAWN = 0.35
CONFIG = AdapterConfig(texts=24_000, batch=32)


def train_attribute_adapter(
    labelled: Sequence[dict[str, Any]], own: Sequence[dict[str, Any]], target: Path, clock: Clock,
    config: AdapterConfig = CONFIG,
) -> Manifest:  # fmt: skip
    """Adapt the encoder on labelled videos and our own texts; write the artifact to ``target``."""
    started = time.process_time()
    adapter = adapter_of(labelled, own, config)
    recipe = {**config.model_dump(), "cpu_minutes": round((time.process_time() - started) / 60, 1)}
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        built = Path(name)
        adapter.save(built / "adapter.npz")
        manifest = seal(
            built, name=ADAPTER_NAME, schema_version=ADAPTER_SCHEMA, created_at=clock.now(), made_by=MADE_BY,
            data={
                "method": "LoRA (Hu et al., 2022) on the linear layers of the upper layers; all attributes at once, "
                "unknown labels masked",
                "recipe": recipe,
                "labelled": len(labelled),
                "authored": len(own),
                "sources": "texts written for this project; public prompts, labelled for this project",
            },
        )  # fmt: skip
        for path in built.iterdir():
            (target / path.name).write_bytes(path.read_bytes())
    return manifest


def adapter_of(labelled: Sequence[dict[str, Any]], own: Sequence[dict[str, Any]], config: AdapterConfig) -> Adapter:
    """Return an adapter trained on some labelled videos and our own texts."""
    videos = [*labelled, *own]
    truth = np.asarray([truth_of(video) for video in videos], dtype=np.float32)
    chances = np.concatenate([np.ones(len(labelled)), np.full(len(own), _OWN_DRAWN)])
    known = (~np.isnan(truth)).astype(np.float32)
    return train_adapter(Lessons([video["text"] for video in videos], chances, np.nan_to_num(truth), known), config)
