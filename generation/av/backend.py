"""kindling-av as a backend: each shot is made in windows of a second, each window going on from the last."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from core.artifacts import MANIFEST_NAME
from core.hashing import stable_int
from core.media.film import Film, Frame, Samples, Sound
from generation.av.captions import caption_of
from generation.av.parameters import told_by
from generation.backends import Cancelled, GenerationCancelled, ModelInfo, Portraits, Progress
from generation.storyboard import Storyboard

if TYPE_CHECKING:
    from generation.av.sampler import AvSampler, Wish

NAME = "kindling-av"
SIZES = ("128x128", "256x256", "360x640", "640x360", "720x1280", "1280x720")
SHIPPED = Path(__file__).parent / "artifact"
_MAX_SECONDS = 20
_MEMORY_BYTES = 400_000_000


def can_make_films() -> bool:
    """Return whether there is a trained model here, and what runs it. Imports nothing heavy."""
    return (SHIPPED / MANIFEST_NAME).exists() and all(find_spec(name) for name in ("torch", "safetensors"))


class AvBackend:
    """Makes films with the model in ``folder``; it is read, and torch imported, when the first film is asked for.

    Frames are made at the model's own size and rate, then brought to the storyboard's: scaled to cover, and cut.
    """

    def __init__(self, folder: Path | None = None, *, steps: int | None = None) -> None:
        self._folder, self._steps = folder, steps

    def models(self) -> tuple[ModelInfo, ...]:
        """Return the one model."""
        return (
            ModelInfo(
                name=NAME,
                backend=NAME,
                description="A small diffusion transformer that makes frames and sound together; simple moving bodies.",
                makes_sound=True,
                sizes=SIZES,
                max_seconds=_MAX_SECONDS,
                memory_bytes=_MEMORY_BYTES,
            ),
        )

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        """Return the film. The work is done here, before the first frame is read."""
        del model
        progress(0)
        sampler, media = self._sampler, self._sampler.model.config.media
        lengths = [_model_frames(count, storyboard.fps, media.fps) for count in storyboard.shot_frames]
        steps = _Steps(sum(map(sampler.windows, lengths)) * sampler.steps, progress, cancelled)
        frames: list[NDArray[np.uint8]] = []
        sound: list[NDArray[np.float32]] = []
        for number, count in enumerate(storyboard.shot_frames):
            made = sampler.make(
                _wish(storyboard, number, portraits), lengths[number], steps.after(number, lengths, sampler)
            )
            # The storyboard's rate may be another than the model's.
            picked = (np.arange(count) * media.fps / storyboard.fps).astype(int)
            frames.append(made.frames[np.minimum(picked, len(made.frames) - 1)])
            sound.append(made.sound[: round(count * media.rate_hz / storyboard.fps)])
        samples = round(storyboard.frame_count * media.rate_hz / storyboard.fps)
        return Film(
            storyboard.width, storyboard.height, storyboard.fps, storyboard.frame_count,
            _shown(np.concatenate(frames), storyboard, cancelled, progress),
            Sound(_stereo(np.concatenate(sound), samples), media.rate_hz),
        )  # fmt: skip

    def unload(self, model: str) -> None:
        """Forget the model; the next film reads it again."""
        del model
        self.__dict__.pop("_sampler", None)

    @functools.cached_property
    def _sampler(self) -> "AvSampler":
        from generation.av.checkpoint import read_model
        from generation.av.sampler import DEFAULT_STEPS, AvSampler

        return AvSampler(read_model(self._folder or SHIPPED), steps=self._steps or DEFAULT_STEPS)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Hears of every step of a film: tells the progress, and stops when the film is cancelled."""

    all: int
    progress: Progress
    cancelled: Cancelled

    def after(self, shot: int, lengths: Sequence[int], sampler: "AvSampler") -> Callable[[int], None]:
        """Return what hears of the steps of one shot."""
        before = sum(map(sampler.windows, lengths[:shot])) * sampler.steps

        def heard(step: int) -> None:
            if self.cancelled():
                raise GenerationCancelled
            self.progress(min(99, 100 * (before + step) // self.all))

        return heard


def _wish(storyboard: Storyboard, number: int, portraits: Portraits) -> "Wish":
    """Return what one shot is to show: its words, what its storyboard fixes, and its first character's picture."""
    from generation.av.sampler import Wish

    shot = storyboard.shots[number]
    shown = [thing.character for thing in shot.things if thing.character in portraits]
    return Wish(
        caption_of(shot), stable_int(storyboard.seed, number, bits=31), portraits[shown[0]] if shown else None,
        told_by(shot, storyboard),
    )  # fmt: skip


def _model_frames(count: int, fps: int, own_fps: int) -> int:
    return max(1, -(-count * own_fps // fps))


def _shown(
    frames: NDArray[np.uint8], storyboard: Storyboard, cancelled: Cancelled, progress: Progress
) -> Iterator[Frame]:
    width, height = storyboard.width, storyboard.height
    side = max(width, height)
    left, top = (side - width) // 2, (side - height) // 2
    for frame in frames:
        if cancelled():
            raise GenerationCancelled
        large = cv2.resize(frame, (side, side), interpolation=cv2.INTER_CUBIC)
        yield np.ascontiguousarray(large[top : top + height, left : left + width])
    progress(100)


def _stereo(sound: NDArray[np.float32], count: int) -> Samples:
    both = np.zeros((count, 2), np.float32)
    have = min(count, len(sound))
    both[:have] = sound[:have, None]
    return both
