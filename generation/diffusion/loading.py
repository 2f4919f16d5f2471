"""Reads a pipeline from a folder or a pinned hub revision, and builds others of the same class of parts from it.

torch and diffusers are imported here, when the first film is asked for, never before.
"""

import importlib.util
import inspect
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from generation.diffusion.config import DiffusersConfig, Quantisation
from generation.diffusion.weights import index_of

_ALIGNED = 64  # bytes: a cache line, and the widest vectors
_PACKAGES = {
    "bitsandbytes_4bit": "bitsandbytes", "bitsandbytes_8bit": "bitsandbytes", "torchao": "torchao",
    "quanto": "optimum.quanto",
}  # fmt: skip


def load_pipeline(config: DiffusersConfig) -> Any:
    """Return the pipeline, its weights in the precision asked for. Raises ``Unavailable`` saying what is missing."""
    try:
        import diffusers
        import torch
    except ImportError as error:
        raise Unavailable(
            "diffusers_missing", f"The diffusers backend cannot be used: {error}.", None,
            "Install the `generate` extra, or set KINDLING_DIFFUSERS_MODEL to nothing.",
        ) from error  # fmt: skip
    kind: Any = getattr(diffusers, config.pipeline or "DiffusionPipeline", None)
    if kind is None:
        raise Unavailable(
            "pipeline_unknown", f"diffusers {diffusers.__version__} has no class {config.pipeline!r}.", "pipeline",
            "The name of one of its pipelines, or nothing: the folder names its own.",
        )  # fmt: skip
    wide = dict.fromkeys(config.wide or (), torch.float32)
    wanted: dict[str, Any] = {"dtype": {"default": getattr(torch, precision_of(config)), **wide}}
    if config.quantisation is not None:
        wanted["quantization_config"] = _quantised(config.quantisation, config.model)
    if config.variant:
        wanted["variant"] = config.variant
    try:
        pipeline = kind.from_pretrained(config.model, revision=config.revision or None, **wanted)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise Unavailable(
            "model_unreadable", f"The model {config.model!r} cannot be read: {error}", "model",
            "A folder or hub id of a diffusers pipeline, in KINDLING_DIFFUSERS_MODEL or diffusers.toml.",
        ) from error  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    if device_of(config) == "cpu":
        _settle(pipeline)
    return pipeline


def _settle(pipeline: Any) -> None:
    """Move weights off the file they were mapped from, to where the CPU's vector code likes them.

    Where in memory a tensor begins decides which vector code reads it, and so the last bit of what comes out: without
    this, films would depend on how the weights lie in their file.
    """
    import torch

    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            for tensor in [*part.parameters(), *part.buffers()]:
                if tensor.data_ptr() % _ALIGNED:
                    tensor.data = tensor.data.clone()


def device_of(config: DiffusersConfig) -> str:
    """Return where the model runs. Raises ``Unavailable`` when a GPU is asked for and there is none."""
    import torch

    if torch.cuda.is_available() and config.device != "cpu":
        return "cuda"
    if config.device == "cuda":
        raise needs_gpu("device = 'cuda'")
    return "cpu"


def precision_of(config: DiffusersConfig) -> str:
    """Return the name of the torch type that weights are read in."""
    if config.precision != "auto":
        return config.precision
    return "bfloat16" if device_of(config) == "cuda" else "float32"


def needs_gpu(what: str) -> Unavailable:
    """Return the error for something that only a GPU can do."""
    return Unavailable(
        "needs_gpu", f"{what} needs a GPU, and torch sees none here.", "diffusers.toml",
        "A machine with a GPU, or the model without this option.",
    )  # fmt: skip


def sibling(pipeline: Any, name: str) -> Any:
    """Return a pipeline of class ``name`` that shares every part with ``pipeline``: no weights are read again."""
    import diffusers

    kind: Any = getattr(diffusers, name)
    if isinstance(pipeline, kind):
        return pipeline
    expected = [item for item in inspect.signature(kind.__init__).parameters if item != "self"]
    have = {**pipeline.config, **pipeline.components}
    made = kind(**{item: have[item] for item in expected if item in have})
    made.set_progress_bar_config(disable=True)
    return made


def _quantised(wanted: Quantisation, model: str) -> Any:
    package = _PACKAGES[wanted.backend]
    if not _is_installed(package):
        raise Unavailable(
            "quantisation_missing", f"Quantisation by {wanted.backend} needs the package {package}.",
            "quantisation.backend", f"Install {package}, or leave `quantisation` out; `casting` needs no package.",
        )  # fmt: skip
    from diffusers.quantizers import pipe_quant_config

    made: Any = pipe_quant_config.PipelineQuantizationConfig
    return made(quant_mapping=quantisation_mapping(wanted, index_of(Path(model))))


def quantisation_mapping(wanted: Quantisation, index: Any) -> dict[str, Any]:
    """Return the library's configuration for each part: transformers' own class for parts that it reads."""
    from diffusers.quantizers import auto as of_diffusers
    from transformers.quantizers import auto as of_transformers

    found: dict[str, Any] = {}
    for name in wanted.components:
        library = (index.get(name) or ["diffusers"])[0]
        owner: Any = of_transformers if library == "transformers" else of_diffusers
        found[name] = owner.AUTO_QUANTIZATION_CONFIG_MAPPING[wanted.backend](**wanted.options)
    return found


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
