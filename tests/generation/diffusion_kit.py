"""What the diffusers tests share: small boards, backends around a pipeline in memory, films as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.media.film import Film, Frame
from generation.backends import Keyframe, Portraits, Take
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import DiffusersConfig
from generation.parsing import parse
from generation.storyboard import Storyboard
from pipelines.offline.bench.tiny_wan import LTX2 as LTX2
from pipelines.offline.bench.tiny_wan import SHORT as SHORT

NOISY = ("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def small_board(text: str = "a ball on the sea", *, seconds: float = 1, fps: int = 8, **changes: object) -> Storyboard:
    """One second is the shortest film; at this size a tiny pipeline needs a fraction of one."""
    board = parse(text, seconds=seconds, width=64, height=66, seed=5, style="cinematic")
    return board.model_copy(update={"fps": fps, **changes})


def two_shots(transition: str = "cut", seconds: float = 0.5) -> Storyboard:
    """Two short shots; ``transition`` is how the second takes over."""
    board = small_board()
    shot = board.shots[0].model_copy(update={"seconds": seconds})
    return board.model_copy(update={"shots": (shot, shot.model_copy(update={"transition": transition}))})


def backend_of(pipeline: Any, *, steps: int = 2, **config: Any) -> DiffusersBackend:
    """A backend around a pipeline in memory."""
    return DiffusersBackend(DiffusersConfig(model="tiny", steps=steps, **config), read=lambda _: pipeline)


def take(board: Storyboard, *keyframes: Keyframe, portraits: Portraits | None = None) -> Take:
    """A take that nobody stops."""
    return Take(board, portraits or {}, lambda _: None, lambda: False, keyframes)


def pixels(film: Film) -> NDArray[np.uint8]:
    """All frames of a film, which can be read once."""
    return np.stack(list(film.frames))


def made(backend: DiffusersBackend, board: Storyboard, *keyframes: Keyframe) -> NDArray[np.uint8]:
    """The frames of a new film."""
    return pixels(backend.generate_take(take(board, *keyframes), "tiny"))


def plain_frame(colour: Sequence[int], width: int = 64, height: int = 66) -> Frame:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)
