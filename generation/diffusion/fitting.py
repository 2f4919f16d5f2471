"""From what is asked to what a codec can hold, and back: sides, frame counts, rates. Pure; torch is not needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from core.media.pictures import covering

_SPATIAL = ("vae_scale_factor_spatial", "vae_spatial_compression_ratio", "vae_scale_factor")
_TEMPORAL = ("vae_scale_factor_temporal", "vae_temporal_compression_ratio")
_OUTPUTS = ("frames", "videos", "video")
_DENOISERS = ("transformer", "transformer_2", "unet")


@dataclass(frozen=True, slots=True)
class Grid:
    """What a pipeline can hold: sides are multiples of ``side``, frame counts are multiples of ``step`` plus one."""

    side: int
    step: int

    def frames(self, wanted: int) -> int:
        """Return the least count that is not below ``wanted``."""
        return math.ceil(max(0, wanted - 1) / self.step) * self.step + 1

    def frames_within(self, most: int) -> int:
        """Return the greatest count that is not above ``most``."""
        return max(0, most - 1) // self.step * self.step + 1

    def size(self, width: int, height: int, most_pixels: int = 0) -> tuple[int, int]:
        """Return the size to make: not below what is asked, unless that has more than ``most_pixels``."""
        shrink = math.sqrt(min(1.0, most_pixels / (width * height))) if most_pixels else 1.0
        rounded = math.ceil if shrink == 1 else math.floor
        sides = (max(1, rounded(length * shrink / self.side)) * self.side for length in (width, height))
        made_width, made_height = sides
        return made_width, made_height


def grid_of(pipeline: Any, family_side: int = 1) -> Grid:
    """Return what a pipeline can hold, by its codec, its denoiser's patches and what its family is known to ask."""
    codec = next((int(getattr(pipeline, name)) for name in _SPATIAL if hasattr(pipeline, name)), 8)
    step = next((int(getattr(pipeline, name)) for name in _TEMPORAL if hasattr(pipeline, name)), 1)
    return Grid(math.lcm(codec * _patch(pipeline), family_side), max(1, step))


def _patch(pipeline: Any) -> int:
    for name in _DENOISERS:
        config = getattr(getattr(pipeline, name, None), "config", None)
        patch = getattr(config, "patch_size", None) if config is not None else None
        if patch is not None:
            return int(patch[-1] if isinstance(patch, list | tuple) else patch)
    return 1


def own_frames(frames: int, fps: float, own_fps: float) -> int:
    """Return how many frames at the model's own rate cover ``frames`` at the film's."""
    return math.ceil((frames - 1) * own_fps / fps - 1e-9) + 1 if frames > 0 else 0


def resampled(made: Sequence[Frame], frames: int, fps: float, own_fps: float, *, blend: bool) -> list[Frame]:
    """Return ``frames`` frames at ``fps`` out of those made at ``own_fps``; none is later than the last one made."""
    places = np.minimum(np.arange(frames) * own_fps / fps, len(made) - 1)
    if not blend:
        return [made[int(place + 0.5)] for place in places]
    return [_between(made, float(place)) for place in places]


def _between(made: Sequence[Frame], place: float) -> Frame:
    before, share = int(place), place - int(place)
    if share < 1e-6:
        return made[before]
    return np.asarray(cv2.addWeighted(made[before], 1 - share, made[before + 1], share, 0), np.uint8)


def to_film(frame: Frame, width: int, height: int) -> Frame:
    """Return a made frame at the film's size: scaled up only where it is too small, then its middle is cut out."""
    made_height, made_width = frame.shape[:2]
    scale = max(1.0, width / made_width, height / made_height)
    if scale > 1:
        size = (max(width, round(made_width * scale)), max(height, round(made_height * scale)))
        frame = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return np.ascontiguousarray(frame[top : top + height, left : left + width])


def to_made(picture: Frame, film: tuple[int, int], made: tuple[int, int]) -> Frame:
    """Return a picture as the model is shown it: what ``to_film`` cuts off again is filled with the picture's edge.

    ``film`` and ``made`` are (width, height). A picture of another shape is scaled to cover the film, and cut.
    """
    covered = covering(picture, *film)
    if made[0] < film[0] or made[1] < film[1]:
        return covering(covered, *made)
    across, down = made[0] - film[0], made[1] - film[1]
    edges = (down // 2, down - down // 2, across // 2, across - across // 2)
    return np.asarray(cv2.copyMakeBorder(covered, *edges, borderType=cv2.BORDER_REPLICATE), np.uint8)


def videos_of(output: Any) -> Sequence[Any]:
    """Return the films in a pipeline's output: ``frames`` holds those of a call, ``video`` may be a single one."""
    found = next(getattr(output, name) for name in _OUTPUTS if getattr(output, name, None) is not None)
    single = found.ndim == 4 if hasattr(found, "ndim") else hasattr(found[0], "convert")
    return [found] if single else found


def frames_of(video: Any) -> list[Frame]:
    """Return one film's frames as RGB uint8, from what pipelines give: arrays in [0, 1], tensors or PIL pictures."""
    if isinstance(video, list):
        return [np.asarray(item.convert("RGB"), np.uint8) for item in video]
    array: NDArray[np.float32] = np.asarray(video if isinstance(video, np.ndarray) else video.float().cpu().numpy())
    if array.shape[-1] != 3:
        array = np.moveaxis(array, -3, -1)
    return [np.asarray(cv2.convertScaleAbs(_plain(frame), alpha=255), np.uint8) for frame in array]


def _plain(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(np.nan_to_num(frame, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1), dtype=np.float32)
