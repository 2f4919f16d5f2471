"""One call of a pipeline: its arguments, the call itself, and what is tried when it raises."""

import inspect
from collections.abc import Sequence
from typing import Any

from core.errors import KindlingError, Unavailable
from generation.backends import GenerationCancelled
from generation.diffusion.call import Call, Piece
from generation.diffusion.conditioning import picture_arguments
from generation.diffusion.face import Face
from generation.diffusion.fitting import frames_of, videos_of
from generation.diffusion.loaded import Loaded
from generation.diffusion.sound import heard
from generation.diffusion.steps import Steps


def run(loaded: Loaded, stage: tuple[Any, Face], call: Call, steps: Steps) -> list[Piece]:
    """Make the call. What only makes it faster is given up when the call raises, and the call made again.

    If it raises without, too, that was not at fault and is used again for the next film.

    Raises ``GenerationCancelled`` within one step once nobody wants it, ``Unavailable`` when memory is short.
    """
    given_up = 0
    while True:
        steps.begin_call()
        try:
            loaded.announce(call, stage[0])
            pieces = attempt(loaded, stage, call, steps)
        except (GenerationCancelled, KindlingError):
            raise
        except Exception as error:
            _raise_if_out_of_memory(error)
            if not loaded.extras.give_up(error):
                loaded.extras.take_back(given_up)
                raise
            given_up += 1
        else:
            steps.end_call()
            return pieces


def attempt(loaded: Loaded, stage: tuple[Any, Face], call: Call, steps: Steps) -> list[Piece]:
    """Make the call once, and give memory back whatever comes of it."""
    import torch

    pipeline, face = stage
    loaded.active = pipeline
    # Not inference_mode: weights that were cast or moved inside it could not be used outside it any more.
    try:
        with torch.no_grad(), steps.heard(pipeline, face) as ears:
            output = pipeline(**arguments(loaded, stage, call), **ears)
    finally:
        # A call that was broken off leaves its models where they are, and its caches full.
        loaded.pipeline.maybe_free_model_hooks()
    return [Piece(frames_of(video), heard(output, number)) for number, video in enumerate(videos_of(output))]


def arguments(loaded: Loaded, stage: tuple[Any, Face], call: Call) -> dict[str, Any]:
    """Return what the pipeline is called with: only arguments that it has, and the operator's own over ours."""
    import torch

    pipeline, face = stage
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in call.seeds]
    alone = len(generators) == 1
    wanted: dict[str, Any] = {
        **loaded.family.call,
        "prompt": call.prompts[0] if alone else list(call.prompts),
        "generator": generators[0] if alone else generators,
        "width": call.canvas.width,
        "height": call.canvas.height,
        face.count_argument: call.canvas.frames,
        face.rate_argument: float(call.fps) if face.rate_argument == "frame_rate" else round(call.fps),
        "num_inference_steps": loaded.steps,
        "output_type": "np",
        **picture_arguments(face, pipeline, call.pins, call.references, call.canvas, loaded.grid),
        **loaded.config.call,
    }
    return {name: value for name, value in wanted.items() if face.takes(name)}


def check_call(loaded: Loaded, faces: Sequence[Face]) -> None:
    """Raise ``Unavailable`` when the operator's own arguments are none of the pipeline's."""
    for name in loaded.config.call:
        if not any(face.takes(name) for face in faces):
            known = [item for face in faces for item in face.defaults]
            raise Unavailable(
                "call_unknown", f"{faces[0].name} takes no argument {name!r}.", f"call.{name}",
                f"One of: {', '.join(dict.fromkeys(known))}.",
            )  # fmt: skip
    missing = [
        name for name, value in faces[0].defaults.items()
        if value is inspect.Parameter.empty and name not in ("image", "prompt") and name not in loaded.config.call
    ]  # fmt: skip
    if missing or not faces[0].count_argument:
        why = f"cannot be called without: {', '.join(missing)}" if missing else "is not told how many frames to make"
        raise Unavailable(
            "pipeline_unsupported", f"{faces[0].name} {why}.", "model", "A text- or image-to-video pipeline."
        )


def _raise_if_out_of_memory(error: Exception) -> None:
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        torch.cuda.empty_cache()
        raise Unavailable(
            "out_of_memory", "The GPU's memory is too small for this film.", None,
            "A smaller or shorter film, or the model with `offload` or `casting` in diffusers.toml.",
        ) from error  # fmt: skip
