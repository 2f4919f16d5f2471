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
from generation.av.beginnings import beginnings
from generation.av.captions import caption_of
from generation.av.config import MediaConfig
from generation.av.parameters import told_by
from generation.backends import Cancelled, GenerationCancelled, ModelInfo, Portraits, Progress, Take
from generation.storyboard import Storyboard

if TYPE_CHECKING:
    from generation.av.sampler import AvSampler, Clip, Wish

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
        return self.generate_take(Take(storyboard, portraits, progress, cancelled), model)

    def generate_take(self, take: Take, model: str) -> Film:
        """Return the film; shots begin with the keyframes at their start, and a note says how many others there are."""
        del model
        take.progress(0)
        board, sampler, media = take.storyboard, self._sampler, self._sampler.model.config.media
        lengths = [_model_frames(count, board.fps, media.fps) for count in board.shot_frames]
        steps = _Steps(sum(map(sampler.windows, lengths)) * sampler.steps, take.progress, take.cancelled)
        begun = beginnings(
            board, take.keyframes, fps=media.fps, chunk_frames=media.chunk_frames, side_px=media.side_px
        )  # fmt: skip
        clips = []
        for number, length in enumerate(lengths):
            wish = _wish(board, number, take.portraits, begun.first_frames.get(number))
            clips.append(sampler.make(wish, length, steps.after(number, lengths, sampler)))
        notes = (f"{begun.left_out} pictures are not at the start of a shot: left out.",) if begun.left_out else ()
        return Film(
            board.width, board.height, board.fps, board.frame_count, _shown(_frames(clips, board, media), take),
            Sound(_sound(clips, board, media), media.rate_hz), notes,
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


def _wish(board: Storyboard, number: int, portraits: Portraits, first: NDArray[np.uint8] | None) -> "Wish":
    """Return what one shot is to show: its words, what its storyboard fixes, and its first character's picture."""
    from generation.av.sampler import Wish

    shot = board.shots[number]
    shown = [thing.character for thing in shot.things if thing.character in portraits]
    return Wish(
        caption_of(shot), stable_int(board.seed, number, bits=31), portraits[shown[0]] if shown else None,
        told_by(shot, board), first,
    )  # fmt: skip


def _model_frames(count: int, fps: int, own_fps: int) -> int:
    return max(1, -(-count * own_fps // fps))


def _frames(clips: Sequence["Clip"], board: Storyboard, media: MediaConfig) -> Iterator[Frame]:
    """Yield the frames of all shots; the storyboard's rate may be another than the model's."""
    for clip, count in zip(clips, board.shot_frames, strict=True):
        for number in range(count):
            yield clip.frames[min(number * media.fps // board.fps, len(clip.frames) - 1)]


def _sound(clips: Sequence["Clip"], board: Storyboard, media: MediaConfig) -> Samples:
    """Return the stereo sound of all shots, as long as their frames."""
    both = np.zeros((round(board.frame_count * media.rate_hz / board.fps), 2), np.float32)
    first = 0
    for clip, count in zip(clips, board.shot_frames, strict=True):
        start, end = (round(frame * media.rate_hz / board.fps) for frame in (first, first + count))
        heard = clip.sound[: end - start]
        both[start : start + len(heard)] = heard[:, None]
        first += count
    return both


def _shown(frames: Iterator[Frame], take: Take) -> Iterator[Frame]:
    """Yield frames at the film's size: scaled to cover it, and cut."""
    width, height = take.storyboard.width, take.storyboard.height
    side = max(width, height)
    left, top = (side - width) // 2, (side - height) // 2
    for frame in frames:
        if take.cancelled():
            raise GenerationCancelled
        large = cv2.resize(frame, (side, side), interpolation=cv2.INTER_CUBIC)
        yield np.ascontiguousarray(large[top : top + height, left : left + width])
    take.progress(100)
