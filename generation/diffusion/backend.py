"""The diffusers backend: a pipeline that makes frames and sound together, wrapped as a backend.

torch and diffusers are imported when the first film is asked for, never before.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, Unavailable
from core.hashing import stable_int
from core.media.film import Film, Frame, Samples, Sound
from generation.backends import Cancelled, GenerationCancelled, ModelInfo, Portraits, Progress
from generation.storyboard import Shot, Storyboard

_STYLE_WORDS = {
    "paper": "paper cut-out animation", "cinematic": "cinematic film, natural light",
    "anime": "hand-drawn animation", "neon": "glowing neon line art on black",
    "realistic": "lifelike footage, natural light",
}  # fmt: skip


_SIDE = 32  # the family's pipelines take no other sides than multiples of this


class DiffusersConfig(BaseModel):
    """How a pipeline is loaded and run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(min_length=1, description="Local folder or hub id of the pipeline.")
    revision: str = Field(default="", description="Commit to pin when `model` is a hub id.")
    steps: int = Field(default=30, ge=1, le=200, description="Denoising steps of a shot.")
    call: dict[str, Any] = Field(default_factory=dict, description="Further arguments of the pipeline's call.")


class DiffusersBackend:
    """Makes each shot with one call of the pipeline; frames and sound keep the pipeline's own rates.

    ``load`` gives the pipeline; by default it is read from ``model`` in bfloat16 on a GPU, float32 without one.
    """

    def __init__(self, config: DiffusersConfig, *, load: Callable[[DiffusersConfig], Any] | None = None) -> None:
        self._config = config
        self._load = load or load_pipeline
        self._pipeline: Any = None

    def models(self) -> tuple[ModelInfo, ...]:
        """Return the configured model."""
        return (
            ModelInfo(
                name=self._config.model,
                backend="diffusers",
                description="A text-to-video diffusion model with sound.",
                makes_sound=True,
                sizes=("360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024"),
                max_seconds=20,
            ),
        )

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        """Return the film. The work is done here, before the first frame is read.

        Pictures of characters cannot steer this family of models: a storyboard with portraits is refused.
        """
        del model
        if portraits:
            raise InvalidInput(
                "no_cameos", "This model cannot show characters.", "characters", "None, or the model `world`."
            )
        progress(0)
        pipeline = self._opened()
        frames: list[Frame] = []
        sounds: list[Samples] = []
        for number in range(len(storyboard.shots)):
            shot_frames, shot_sound = self._shot(pipeline, storyboard, number, progress, cancelled)
            frames += shot_frames
            sounds.append(shot_sound)
        progress(100)
        sound = Sound(np.concatenate(sounds), sound_rate(pipeline))
        return Film(storyboard.width, storyboard.height, storyboard.fps, len(frames), _watched(frames, cancelled),
            sound)  # fmt: skip

    def _opened(self) -> Any:
        if self._pipeline is None:
            self._pipeline = self._load(self._config)
        return self._pipeline

    def _shot(
        self, pipeline: Any, storyboard: Storyboard, number: int, progress: Progress, cancelled: Cancelled
    ) -> tuple[list[Frame], Samples]:
        import torch

        shot, count = storyboard.shots[number], storyboard.shot_frames[number]
        width, height, made = fitting(pipeline, storyboard.width, storyboard.height, count)
        steps = _Steps(self._config.steps, number, len(storyboard.shots), progress, cancelled)
        if cancelled():
            raise GenerationCancelled
        try:
            with torch.inference_mode():
                output = pipeline(
                    prompt=prompt_of(shot),
                    width=width,
                    height=height,
                    num_frames=made,
                    frame_rate=float(storyboard.fps),
                    num_inference_steps=self._config.steps,
                    generator=torch.Generator("cpu").manual_seed(stable_int(storyboard.seed, number, bits=31)),
                    output_type="np",
                    callback_on_step_end=steps.done,
                    **self._config.call,
                )
        finally:
            # A call that was broken off leaves its models where they are: give the memory back.
            pipeline.maybe_free_model_hooks()
        frames = [_sized(frame, storyboard.width, storyboard.height) for frame in output.frames[0][:count]]
        samples = round(count * sound_rate(pipeline) / storyboard.fps)
        return frames, _stereo(output.audio[0].float().cpu().numpy(), samples)


class _Steps:
    """Hears of every step: tells the progress, and stops the pipeline when the film is cancelled."""

    def __init__(self, steps: int, shot: int, shots: int, progress: Progress, cancelled: Cancelled) -> None:
        self._steps, self._shot, self._shots = steps, shot, shots
        self._progress, self._cancelled = progress, cancelled

    def done(self, pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """Handle the end of a step."""
        if self._cancelled():
            # The flag is the pipeline's own way to stop; raising as well spares decoding what nobody will see.
            pipeline._interrupt = True
            raise GenerationCancelled
        share = (self._shot + (step + 1) / self._steps) / self._shots
        self._progress(min(99, int(100 * share)))
        return tensors


def load_pipeline(config: DiffusersConfig) -> Any:
    """Read a pipeline from a folder or a pinned hub revision. Raises ``Unavailable`` saying what is missing."""
    try:
        import torch
        from diffusers import DiffusionPipeline
    except ImportError as error:
        raise Unavailable(
            "diffusers_missing", f"The diffusers backend cannot be used: {error}.", None,
            "Install the `generate` extra, or set KINDLING_DIFFUSERS_MODEL to nothing.",
        ) from error  # fmt: skip
    on_gpu = torch.cuda.is_available()
    try:
        read: Any = DiffusionPipeline.from_pretrained
        pipeline = read(
            config.model, revision=config.revision or None, dtype=torch.bfloat16 if on_gpu else torch.float32
        )
    except (OSError, ValueError) as error:
        raise Unavailable(
            "model_unreadable", f"The model {config.model!r} cannot be read: {error}", "model",
            "A folder or hub id of a diffusers pipeline, in KINDLING_DIFFUSERS_MODEL.",
        ) from error  # fmt: skip
    return pipeline.to("cuda") if on_gpu else pipeline


def prompt_of(shot: Shot) -> str:
    """Return what the model is told: the shot's own words, and the look that was chosen for it."""
    return f"{shot.text.strip().rstrip('.')}. {_STYLE_WORDS[shot.style]}, {shot.time_of_day}, {shot.weather}."


def fitting(pipeline: Any, width: int, height: int, frames: int) -> tuple[int, int, int]:
    """Return the nearest width, height and frame count, not below those asked, that the model's codec can hold."""
    side = math.lcm(_SIDE, int(getattr(pipeline, "vae_spatial_compression_ratio", _SIDE)))
    step = int(getattr(pipeline, "vae_temporal_compression_ratio", 8))
    return (
        math.ceil(width / side) * side,
        math.ceil(height / side) * side,
        math.ceil(max(0, frames - 1) / step) * step + 1,
    )


def sound_rate(pipeline: Any) -> int:
    """Return the rate of the pipeline's own sound."""
    return int(pipeline.vocoder.config.output_sampling_rate)


def _sized(frame: Any, width: int, height: int) -> Frame:
    """Cut the middle out of a float frame (H, W, 3) in [0, 1]: the codec's sides were rounded up."""
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    inner = np.ascontiguousarray(frame[top : top + height, left : left + width])
    return np.asarray(cv2.convertScaleAbs(inner, alpha=255), np.uint8)


def _stereo(audio: Any, count: int) -> Samples:
    """Return exactly ``count`` stereo samples from (channels, n): mono is doubled, a missing end is silence."""
    pair = np.repeat(audio, 2, axis=0) if audio.shape[0] == 1 else audio[:2]
    sound = np.zeros((count, 2), np.float32)
    have = min(count, pair.shape[1])
    sound[:have] = np.clip(np.nan_to_num(pair[:, :have].T), -1.0, 1.0)
    return sound


def _watched(frames: list[Frame], cancelled: Cancelled) -> Iterator[Frame]:
    for frame in frames:
        if cancelled():
            raise GenerationCancelled
        yield frame
