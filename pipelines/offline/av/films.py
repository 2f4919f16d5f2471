"""What kindling-av learns from, as tensors: chunks for the codecs, conditions, and latents that are kept on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.av.codec import PictureCodec, SoundCodec
from generation.av.config import AvConfig, MediaConfig
from generation.av.spectrum import log_spectra, to_mel
from generation.av.words import word_rows
from pipelines.offline.av.lessons import FIRST_HELD_OUT, SECONDS, Lesson, Shown, numbered, shown

_PER_FILE = 120
_MOVING = 13  # of 255


@dataclass(frozen=True, slots=True)
class LatentFilms:
    """N films as the transformer learns them, in float16; shapes as in ``Given`` and ``Conditions``."""

    pictures: Tensor
    sound: Tensor
    words: Tensor
    portraits: Tensor
    has_portrait: Tensor
    parameters: Tensor
    has_parameters: Tensor


@dataclass(frozen=True, slots=True)
class CodecBatch:
    """N chunks of frames (N, chunk, 3, S, S) in [0, 1], where something moves in them (N, chunk, 1, S, S), and sounds.

    ``sounds`` (films, n) are whole.
    """

    frames: Tensor
    moving: Tensor
    sounds: Tensor


def frames_of(frames: NDArray[np.uint8]) -> Tensor:
    """Return frames (F, 3, S, S) in [0, 1]."""
    return torch.from_numpy(np.array(frames)).permute(0, 3, 1, 2).float() / 255


class CodecFilms:
    """The films that the codecs learn from, whole and on disk: ``frames`` (N, F, S, S, 3) and ``sounds`` (N, n)."""

    def __init__(self, folder: Path, films: int, media: MediaConfig) -> None:
        self._media = media
        paths = folder / "codec-frames.npy", folder / "codec-sounds.npy"
        if not all(path.exists() for path in paths):
            self._make(films, *paths)
        self.frames: NDArray[np.uint8] = np.load(paths[0], mmap_mode="r")
        self.sounds: NDArray[np.float32] = np.load(paths[1], mmap_mode="r")
        # What stands still in a film: the third of six of its frames in order of brightness.
        self._ground = np.stack([np.sort(film[::8], axis=0)[2] for film in self.frames])

    def _make(self, films: int, frames_path: Path, sounds_path: Path) -> None:
        media, partial = self._media, frames_path.with_suffix(".partial")
        length = round(SECONDS * media.fps)
        shape = (films, length, media.side_px, media.side_px, 3)
        frames = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
        sounds = np.empty((films, length * media.rate_hz // media.fps), np.float32)
        for number in range(films):
            # Not those that the transformer learns from: the codecs should meet as many films as they can.
            film = shown(numbered(FIRST_HELD_OUT // 2 + number, media.side_px), media.rate_hz)
            frames[number], sounds[number] = film.frames, film.sound
        frames.flush()
        np.save(sounds_path, sounds)
        partial.replace(frames_path)

    def batch(self, seed: int, chunks: int, sounds: int) -> CodecBatch:
        """Return chunks and whole sounds drawn at random; the same for the same arguments."""
        chance = np.random.default_rng(seed)
        numbers = chance.integers(len(self.frames), size=chunks)
        starts = chance.integers(0, self.frames.shape[1] - self._media.chunk_frames + 1, chunks)
        frames, moving = [], []
        for number, start in zip(numbers, starts, strict=True):
            chunk = self.frames[number, start : start + self._media.chunk_frames]
            # Most of a frame stands still: what moves in it carries the physics.
            apart = cv2.absdiff(chunk, np.broadcast_to(self._ground[number], chunk.shape).copy()).max(axis=-1)
            frames.append(frames_of(chunk))
            moving.append(torch.from_numpy(apart > _MOVING)[:, None])
        heard = torch.from_numpy(self.sounds[chance.integers(len(self.sounds), size=sounds)])
        return CodecBatch(torch.stack(frames), torch.stack(moving), heard)


def conditions_of(items: Sequence[Lesson], config: AvConfig) -> dict[str, Tensor]:
    """Return the arrays of ``Conditions`` for some lessons, everything told."""
    model = config.model
    told = [item.parameters for item in items]
    parameters = torch.tensor([[one.get(name, np.nan) for name in model.parameters] for one in told])
    return {
        "words": torch.tensor([word_rows(item.caption, model.word_buckets, model.most_words) for item in items]),
        "portraits": torch.stack([_portrait(item.portrait, model.portrait_px) for item in items]),
        "has_portrait": torch.tensor([item.portrait is not None for item in items]),
        "parameters": parameters.nan_to_num(),
        "has_parameters": ~parameters.isnan(),
    }


def _portrait(picture: NDArray[np.uint8] | None, side: int) -> Tensor:
    if picture is None:
        return torch.zeros(3, side, side)
    sized = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(sized).permute(2, 0, 1).float() / 255


@torch.inference_mode()
def latents_of(film: Shown, pictures: PictureCodec, sound: SoundCodec, media: MediaConfig) -> tuple[Tensor, Tensor]:
    """Return a film's picture latents (T, C, G, G) and sound latents (F, C')."""
    heard = to_mel(log_spectra(torch.from_numpy(film.sound)[None], media), media)
    return pictures.encode(frames_of(film.frames)[None])[0], sound.encode(heard)[0]


class LatentStore:
    """Makes latents film by film and keeps them in files, so that a broken-off run goes on where it stopped."""

    def __init__(self, folder: Path, config: AvConfig) -> None:
        self._folder = folder
        self._config = config
        folder.mkdir(parents=True, exist_ok=True)

    def missing(self, films: int) -> list[int]:
        """Return the numbers of the files that are still to be made."""
        return [number for number in range(-(-films // _PER_FILE)) if not self._path(number).exists()]

    def make(self, number: int, pictures: PictureCodec, sound: SoundCodec) -> None:
        """Make one file of latents."""
        media = self._config.media
        items = [numbered(number * _PER_FILE + place, media.side_px) for place in range(_PER_FILE)]
        made = [latents_of(shown(item, media.rate_hz), pictures, sound, media) for item in items]
        seen, heard = (torch.stack(kind).half() for kind in zip(*made, strict=True))
        part = {"pictures": seen, "sound": heard, **conditions_of(items, self._config)}
        part["portraits"] = part["portraits"].half()
        partial = self._path(number).with_suffix(".partial")
        torch.save(part, partial)
        partial.replace(self._path(number))

    def read(self, films: int) -> LatentFilms:
        """Return all films."""
        paths = [self._path(number) for number in range(-(-films // _PER_FILE))]
        parts = [torch.load(path, weights_only=True) for path in paths]
        return LatentFilms(**{name: torch.cat([part[name] for part in parts])[:films] for name in parts[0]})

    def _path(self, number: int) -> Path:
        return self._folder / f"latents-{number:04d}.pt"
