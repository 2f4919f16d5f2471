"""The trained model on disk: half-precision weights in safetensors shards of at most 16 MB, with a manifest."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.artifacts import Manifest, open_artifact, seal
from core.clock import Clock
from core.errors import BrokenArtifact
from generation.av.backend import SHIPPED
from generation.av.codec import PictureCodec, SoundCodec
from generation.av.config import AvConfig
from generation.av.transformer import AvTransformer

ARTIFACT_NAME = "kindling-av"
ARTIFACT_SCHEMA = 1
MOST_SHARD_BYTES = 16_000_000
_CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class AvModel:
    """Codecs and transformer, ready to make films."""

    config: AvConfig
    pictures: PictureCodec
    sound: SoundCodec
    transformer: AvTransformer


def write_model(
    model: AvModel, folder: Path, clock: Clock, *, made_by: str, data: dict[str, Any],
    metrics: dict[str, Any] | None = None,
) -> Manifest:  # fmt: skip
    """Store a model in ``folder`` and return its manifest; what an earlier one left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.safetensors"), folder / _CONFIG):
        old.unlink(missing_ok=True)
    (folder / _CONFIG).write_text(model.config.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for number, shard in enumerate(_shards(_tensors(model)), start=1):
        save_file(shard, folder / f"weights-{number:02d}.safetensors")
    return seal(
        folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA, created_at=clock.now(), made_by=made_by,
        data=data, metrics=metrics,
    )  # fmt: skip


def read_model(folder: Path = SHIPPED) -> AvModel:
    """Return the model kept in ``folder``. Raises ``BrokenArtifact`` if anything is missing or changed."""
    open_artifact(folder, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
    try:
        config = AvConfig.model_validate(json.loads((folder / _CONFIG).read_text(encoding="utf-8")))
        model = AvModel(config, PictureCodec(config), SoundCodec(config), AvTransformer(config))
        weights: dict[str, Tensor] = {}
        for path in sorted(folder.glob("*.safetensors")):
            weights |= load_file(path)
        for name, part in _parts(model).items():
            mine = {key.removeprefix(f"{name}."): w.float() for key, w in weights.items() if key.startswith(f"{name}.")}
            part.load_state_dict(mine)
            part.eval()
    except (ValidationError, RuntimeError, ValueError) as error:
        raise BrokenArtifact(
            "broken_artifact", f"The video model in {folder} does not fit its configuration: {error}", None,
            "Train it again: kindling train av.",
        ) from error  # fmt: skip
    return model


def _parts(model: AvModel) -> dict[str, torch.nn.Module]:
    return {"pictures": model.pictures, "sound": model.sound, "transformer": model.transformer}


def _tensors(model: AvModel) -> dict[str, Tensor]:
    return {
        f"{name}.{key}": tensor.detach().cpu().half().contiguous()
        for name, part in _parts(model).items()
        for key, tensor in part.state_dict().items()
    }


def _shards(tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
    """Fill shards in the order of names; no tensor here is anywhere near the size of one."""
    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name in sorted(tensors):
        bytes_ = tensors[name].numel() * tensors[name].element_size()
        if size + bytes_ > MOST_SHARD_BYTES * 0.98 and shards[-1]:
            shards.append({})
            size = 0
        shards[-1][name] = tensors[name]
        size += bytes_
    return shards
