"""Trains the encoder's adapter on the training texts and seals it as an artifact of its own."""

import tempfile
import time
from pathlib import Path
from typing import Any

from core.artifacts import Manifest, seal, sha256_of
from core.clock import Clock
from pipelines.offline.moderation.dataset import load_dataset
from pipelines.offline.moderation.lessons import lessons
from pipelines.offline.text_adapter import AdapterConfig, train_adapter
from safety.text.classifier import ADAPTER_NAME, ADAPTER_SCHEMA

MADE_BY = "kindling train moderation-adapter --data {data} --prompts {prompts}"


def train_moderation_adapter(
    moderation: Path, prompts: Path, target: Path, *, clock: Clock, config: AdapterConfig | None = None
) -> Manifest:
    """Adapt the encoder on the training part of both files and the authored texts; write the artifact to ``target``."""
    config = config or AdapterConfig()
    data = load_dataset(moderation, prompts)
    taught = lessons(data, data.rows("train"))
    started = time.process_time()
    adapter = train_adapter(taught, config)
    recipe: dict[str, Any] = {**config.model_dump(), "cpu_minutes": round((time.process_time() - started) / 60, 1)}
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        built = Path(name)
        adapter.save(built / "adapter.npz")
        manifest = seal(
            built,
            name=ADAPTER_NAME,
            schema_version=ADAPTER_SCHEMA,
            created_at=clock.now(),
            made_by=MADE_BY.format(data=moderation.name, prompts=prompts.name),
            data={
                "method": "LoRA (Hu et al., 2022) on the linear layers of the upper layers; all heads at once, unknown "
                "labels masked; texts drawn by the root of their source's size, in fixed shares of each kind",
                "recipe": recipe,
                "sources": data.sources,
                "part": "train",
                "files_sha256": {"moderation": sha256_of(moderation), "prompts": sha256_of(prompts)},
            },
        )
        for path in built.iterdir():
            (target / path.name).write_bytes(path.read_bytes())
    return manifest
