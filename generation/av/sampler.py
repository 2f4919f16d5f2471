"""From conditions to frames and sound, by the trained model: one window, and windows that go on from one another."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.hashing import stable_int
from core.media.film import Frame
from generation.av.checkpoint import AvModel
from generation.av.flow import Given, sample
from generation.av.parameters import LASTING
from generation.av.spectrum import to_sound
from generation.av.transformer import Conditions
from generation.av.words import word_rows

DEFAULT_STEPS = 12
DEFAULT_GUIDANCE = 1.5
OVERLAP_CHUNKS = 2
"""Chunks of a window that are the end of the window before."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown.

    - ``text``: in words; ``portrait``: an RGB picture of the character, or None;
    - ``parameters``: physical parameters by name (``generation.av.parameters``);
    - ``first_frames`` (n, S, S, 3) uint8: what it begins with; n is one or two chunks of frames.
    """

    text: str
    seed: int
    portrait: Frame | None = None
    parameters: dict[str, float] = field(default_factory=dict)
    first_frames: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames (F, S, S, 3) uint8 and mono sound (samples,) float32 in [-1, 1], of the same length."""

    frames: NDArray[np.uint8]
    sound: NDArray[np.float32]


class AvSampler:
    """Makes clips of any length. ``after_step`` hears how many steps of all are done, and may raise to stop."""

    def __init__(self, model: AvModel, *, steps: int = DEFAULT_STEPS, guidance: float = DEFAULT_GUIDANCE) -> None:
        self.model, self.steps, self.guidance = model, steps, guidance

    def windows(self, frames: int) -> int:
        """Return how many windows so many frames take."""
        media = self.model.config.media
        new = (media.chunks - OVERLAP_CHUNKS) * media.chunk_frames
        return 1 + max(0, -(-(frames - media.frames) // new))

    def make(self, wish: Wish, frames: int, after_step: Callable[[int], None] = lambda _: None) -> Clip:
        """Return a clip of so many frames. Equal wishes give equal clips on one machine."""
        count = self.windows(frames)
        with torch.inference_mode():
            pictures, sound = self._window(wish, 0, self._first(wish), after_step)
            for number in range(1, count):
                before = number * self.steps
                last = self._last(pictures, sound)
                more = self._window(wish, number, last, functools.partial(_later, after_step, before))
                pictures = torch.cat([pictures, more[0][:, OVERLAP_CHUNKS:]], dim=1)
                sound = torch.cat([sound, more[1][:, OVERLAP_CHUNKS * self.model.config.media.chunk_frames :]], dim=1)
            return self._decoded(pictures, sound, wish, frames)

    def _window(
        self, wish: Wish, number: int, given: Given, after_step: Callable[[int], None]
    ) -> tuple[Tensor, Tensor]:
        return sample(
            self.model.transformer, given, self._conditions(wish, begins=number == 0), steps=self.steps,
            guidance=self.guidance, seed=stable_int("window", wish.seed, number, bits=31), after_step=after_step,
        )  # fmt: skip

    def _decoded(self, pictures: Tensor, sound: Tensor, wish: Wish, count: int) -> Clip:
        media = self.model.config.media
        frames = self.model.pictures.decode(pictures)[0, :count].clamp(0, 1)
        made = (frames.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).numpy()
        if wish.first_frames is not None:
            made[: len(wish.first_frames)] = wish.first_frames[:count]
        # All at once: phases found window by window would not meet.
        heard = to_sound(self.model.sound.decode(sound), media)[0].numpy()[: count * media.rate_hz // media.fps]
        return Clip(made, np.clip(np.nan_to_num(heard), -1, 1).astype(np.float32))

    def _nothing(self) -> Given:
        media, codec = self.model.config.media, self.model.config.codec
        return Given(
            torch.zeros(1, media.chunks, codec.picture_channels, media.grid, media.grid),
            torch.zeros(1, media.frames, codec.sound_channels),
            torch.zeros(1, media.chunks, dtype=torch.bool), torch.zeros(1, media.frames, dtype=torch.bool),
        )  # fmt: skip

    def _first(self, wish: Wish) -> Given:
        given = self._nothing()
        if wish.first_frames is not None:
            frames = torch.from_numpy(wish.first_frames).permute(0, 3, 1, 2)[None].float() / 255
            known = self.model.pictures.encode(frames)
            given.pictures[:, : known.shape[1]], given.pictures_given[:, : known.shape[1]] = known, True
        return given

    def _last(self, pictures: Tensor, sound: Tensor) -> Given:
        """Return the end of what is made so far as the beginning of a window."""
        given, frames = self._nothing(), OVERLAP_CHUNKS * self.model.config.media.chunk_frames
        given.pictures[:, :OVERLAP_CHUNKS] = pictures[:, -OVERLAP_CHUNKS:]
        given.sound[:, :frames] = sound[:, -frames:]
        given.pictures_given[:, :OVERLAP_CHUNKS] = True
        given.sound_given[:, :frames] = True
        return given

    def _conditions(self, wish: Wish, *, begins: bool) -> Conditions:
        config = self.model.config.model
        told = {name: value for name, value in wish.parameters.items() if begins or name in LASTING}
        side = config.portrait_px
        portrait = torch.zeros(1, 3, side, side)
        if wish.portrait is not None:
            sized = cv2.resize(wish.portrait, (side, side), interpolation=cv2.INTER_AREA)
            portrait[0] = torch.from_numpy(sized).permute(2, 0, 1).float() / 255
        return Conditions(
            words=torch.tensor([word_rows(wish.text, config.word_buckets, config.most_words)]),
            portraits=portrait,
            has_portrait=torch.tensor([wish.portrait is not None]),
            parameters=torch.tensor([[told.get(name, 0.0) for name in config.parameters]]),
            has_parameters=torch.tensor([[name in told for name in config.parameters]]),
        )


def _later(after_step: Callable[[int], None], before: int, step: int) -> None:
    after_step(before + step)
