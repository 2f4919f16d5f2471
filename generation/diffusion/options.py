"""How a loaded pipeline is run: where its weights wait, what is cached or compiled, and what is given up if it raises.

Group offloading, layerwise casting and the caches are diffusers' hooks; each works on the parts that are there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from core.errors import Unavailable
from generation.diffusion.config import Cache, Casting, Compile, DiffusersConfig, Offload, Parallel
from generation.diffusion.loading import device_of, needs_gpu, precision_of

_log = structlog.get_logger(__name__)
_DENOISERS = ("transformer", "transformer_2", "unet")
_CACHES = {
    "first_block": "FirstBlockCacheConfig", "faster": "FasterCacheConfig",
    "pyramid": "PyramidAttentionBroadcastConfig", "mag": "MagCacheConfig", "taylor_seer": "TaylorSeerCacheConfig",
    "sea": "SeaCacheConfig", "text_kv": "TextKVCacheConfig",
}  # fmt: skip


def denoisers(pipeline: Any) -> list[Any]:
    """Return the models that are run at every step: one, or two where the first leaves the low noise to a second."""
    found = (getattr(pipeline, name, None) for name in _DENOISERS)
    return [model for model in found if model is not None]


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that only makes a pipeline faster, and how it is switched on and off."""

    name: str
    on: Callable[[], None]
    off: Callable[[], None]


class Extras:
    """What makes a pipeline faster and may turn out not to work: given up one after another, the newest first."""

    def __init__(self) -> None:
        self._used: list[Extra] = []
        self._given_up: list[Extra] = []
        self.folder: TemporaryDirectory[str] | None = None  # of weights on disk; gone with the model

    @property
    def names(self) -> tuple[str, ...]:
        """What is in use."""
        return tuple(extra.name for extra in self._used)

    def use(self, extra: Extra) -> None:
        """Switch something on, unless that raises."""
        self._used.append(extra)
        try:
            extra.on()
        except Exception as error:  # what a model or compiler that cannot do it says differs from one to the next
            self.give_up(error)

    def give_up(self, error: Exception) -> bool:
        """Switch the newest off; False if there is nothing left that could be at fault."""
        if not self._used:
            return False
        extra = self._used.pop()
        extra.off()
        self._given_up.append(extra)
        _log.warning("diffusers_option_given_up", option=extra.name, error=str(error))
        return True

    def take_back(self, count: int) -> None:
        """Switch the last ``count`` that were given up on again: the fault was not theirs."""
        for _ in range(min(count, len(self._given_up))):
            self.use(self._given_up.pop())

    def match(self, names: tuple[str, ...]) -> None:
        """Use exactly these, as the process does that leads this one."""
        while self.names != names[: len(self.names)]:
            self.give_up(RuntimeError("the leading process gave it up"))
        self.take_back(len(names) - len(self.names))


def apply_options(pipeline: Any, config: DiffusersConfig, steps: int, active: Callable[[], Any]) -> Extras:
    """Make a pipeline run as configured. Raises ``Unavailable`` for what this machine or model cannot do.

    What only makes it faster (cache, compile) is left out with a warning instead. ``active`` gives the pipeline of the
    same parts that is making a film just then: a cache asks it for its timestep.
    """
    device = device_of(config)
    _set_up_codec(pipeline, config)
    if config.casting is not None:
        _cast(pipeline, config.casting, precision_of(config))
    if config.attention:
        _attend(pipeline, config.attention)
    extras = Extras()
    _place(pipeline, config.offload, device, extras)
    if config.parallel is not None:
        _parallelise(pipeline, config.parallel)
    if config.compile is not None:
        _compile(pipeline, config.compile, extras)
    if config.cache is not None:
        _cache(pipeline, config.cache, steps, active, extras)
    return extras


def _set_up_codec(pipeline: Any, config: DiffusersConfig) -> None:
    for wanted, name in ((config.vae_tiling, "tiling"), (config.vae_slicing, "slicing")):
        if not wanted:
            continue
        enable = getattr(pipeline.vae, f"enable_{name}", None)
        if enable is None:
            raise _cannot(f"vae_{name}", type(pipeline.vae).__name__)
        enable()


def _cast(pipeline: Any, casting: Casting, compute: str) -> None:
    import torch

    for model in denoisers(pipeline):
        model.enable_layerwise_casting(
            storage_dtype=getattr(torch, casting.storage), compute_dtype=getattr(torch, compute)
        )


def _attend(pipeline: Any, backend: str) -> None:
    for model in denoisers(pipeline):
        try:
            model.set_attention_backend(backend)
        except (ValueError, RuntimeError, ImportError, AttributeError) as error:
            raise Unavailable(
                "attention_unusable", f"The attention backend {backend!r} cannot be used: {error}", "attention",
                "One of diffusers' attention backends that is installed here.",
            ) from error  # fmt: skip


def _place(pipeline: Any, offload: Offload, device: str, extras: Extras) -> None:
    if device == "cpu" and (offload.kind in ("model", "sequential") or offload.stream):
        raise needs_gpu("offload.stream" if offload.stream else f"offload.kind = {offload.kind!r}")
    match offload.kind:
        case "none":
            pipeline.to(device)
        case "model":
            pipeline.enable_model_cpu_offload()
        case "sequential":
            pipeline.enable_sequential_cpu_offload()
        case "group":
            _offload_groups(pipeline, offload, device, extras)


def _offload_groups(pipeline: Any, offload: Offload, device: str, extras: Extras) -> None:
    """Offload part by part, on disk only the denoisers.

    diffusers names the files by layers alone and takes those that it finds for its own: each part has a folder of its
    own, made anew and removed with the model. Of weights that two layers share it writes the second copy empty, as text
    encoders have them; some codecs come back wrong, too. Those wait in memory.
    """
    import torch
    from diffusers.hooks import group_offloading

    if offload.disk is not None:
        offload.disk.mkdir(parents=True, exist_ok=True)
        extras.folder = TemporaryDirectory(prefix="offload-", dir=offload.disk)
    apply: Any = group_offloading.apply_group_offloading
    for name, part in pipeline.components.items():
        if not isinstance(part, torch.nn.Module):
            continue
        if not getattr(part, "_supports_group_offloading", True):
            part.to(device)
            continue
        offload_part = getattr(part, "enable_group_offload", None) or partial(apply, part)
        offload_part(
            onload_device=torch.device(device),
            offload_device=torch.device("cpu"),
            offload_type=offload.level,
            num_blocks_per_group=offload.blocks if offload.level == "block_level" else None,
            use_stream=offload.stream,
            offload_to_disk_path=_disk_of(extras, name),
        )


def _disk_of(extras: Extras, part: str) -> str | None:
    if extras.folder is None or part not in _DENOISERS:
        return None
    return str(Path(extras.folder.name) / part)


def _parallelise(pipeline: Any, parallel: Parallel) -> None:
    import diffusers
    import torch

    if not torch.accelerator.device_count():
        raise needs_gpu("parallel")
    kind: Any = diffusers.ContextParallelConfig
    for model in denoisers(pipeline):
        try:
            model.enable_parallelism(config=kind(ring_degree=parallel.ring, ulysses_degree=parallel.ulysses))
        except (ValueError, RuntimeError, AttributeError) as error:
            raise Unavailable(
                "parallel_unusable", f"{type(model).__name__} cannot run in parallel: {error}", "parallel",
                "A model that diffusers has a plan for; ring also needs `attention` to be set to a flash backend.",
            ) from error  # fmt: skip


def _compile(pipeline: Any, wanted: Compile, extras: Extras) -> None:
    options = wanted.model_dump(exclude_none=True)

    def compile_all() -> None:
        for model in denoisers(pipeline):
            blocks = getattr(model, "_repeated_blocks", None)
            (model.compile_repeated_blocks if blocks else model.compile)(**options)

    extras.use(Extra("compile", compile_all, lambda: _forget_compiled(pipeline)))


def _forget_compiled(pipeline: Any) -> None:
    for model in denoisers(pipeline):
        for module in model.modules():
            module._compiled_call_impl = None


def _cache(pipeline: Any, wanted: Cache, steps: int, active: Callable[[], Any], extras: Extras) -> None:
    import diffusers
    from diffusers import hooks

    kind: Any = getattr(hooks, _CACHES[wanted.kind], None) or getattr(diffusers, _CACHES[wanted.kind])
    options = dict(wanted.options)
    fields = kind.__dataclass_fields__
    if "current_timestep_callback" in fields:
        options.setdefault("current_timestep_callback", lambda: active().current_timestep)
    if "num_inference_steps" in fields:
        options.setdefault("num_inference_steps", steps)
    try:
        made = kind(**options)
    except (TypeError, ValueError) as error:
        raise Unavailable(
            "cache_unusable", f"The cache {wanted.kind!r} cannot be set up: {error}", "cache.options",
            f"Fields of diffusers' {kind.__name__}.",
        ) from error  # fmt: skip

    def cache_all() -> None:
        for model in denoisers(pipeline):
            model.enable_cache(made)

    extras.use(Extra(f"cache.{wanted.kind}", cache_all, lambda: _forget_cached(pipeline, made)))


def _forget_cached(pipeline: Any, config: Any) -> None:
    for model in denoisers(pipeline):
        if hasattr(model, "disable_cache"):
            # Enabling may have raised half-way: hooks that it left behind are taken off by the same name.
            model._cache_config = config
            model.disable_cache()


def _cannot(option: str, model: str) -> Unavailable:
    return Unavailable("option_unsupported", f"{model} has no {option}.", option, "The model without this option.")
