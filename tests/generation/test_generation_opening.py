"""The world opens on a picture, and its scene goes on under it."""

import numpy as np
import pytest

from core.media.film import Film, Frame
from core.media.pictures import covering
from core.settings import Settings
from generation.backends import Keyframe
from generation.parsing import parse
from generation.room import Generation
from generation.storyboard import Storyboard
from tests.pictures import scenery

PICTURE = scenery(120, 200)


@pytest.fixture(scope="module")
def board() -> Storyboard:
    return parse("a red ball bounces in a park", seconds=3, width=72, height=120, seed=3)


def frames(board: Storyboard, *keyframes: Keyframe) -> tuple[Film, list[Frame]]:
    room = Generation.open(Settings())
    film = room.generate(board, {}, lambda _: None, lambda: False, "world", keyframes=keyframes)
    return film, list(film.frames)


def test_the_first_frame_is_the_picture_and_the_scene_comes_up_through_it(board: Storyboard) -> None:
    film, shown = frames(board, Keyframe(0, PICTURE))
    _, plain = frames(board)
    whole = covering(PICTURE, 72, 120)
    assert len(shown) == film.frame_count == board.frame_count
    assert np.array_equal(shown[0], whole)
    far = [float(np.abs(frame.astype(int) - whole).mean()) for frame in shown]
    held = far.index(next(item for item in far if item > 0))
    assert abs(held - 0.6 * board.fps) < 1  # the first step of the fade is too small to see
    assert far[held : held + 10] == sorted(far[held : held + 10])
    assert all(np.array_equal(one, other) for one, other in zip(shown[34:], plain[34:], strict=True))
    again = frames(board, Keyframe(0, PICTURE))[1]
    assert all(np.array_equal(one, other) for one, other in zip(shown, again, strict=True))


def test_a_faint_picture_lets_the_scene_through_and_a_short_film_shows_its_scene(board: Storyboard) -> None:
    _, plain = frames(board)
    _, shown = frames(board, Keyframe(0, PICTURE, strength=0.5))
    middle = (covering(PICTURE, 72, 120).astype(int) + plain[0]) / 2
    assert np.abs(shown[0] - middle).max() <= 1
    short = board.model_copy(update={"shots": (board.shots[0].model_copy(update={"seconds": 0.5}),)})
    _, opened = frames(short, Keyframe(0, PICTURE))
    assert np.array_equal(opened[-1], frames(short)[1][-1])


def test_pictures_elsewhere_are_left_out_and_named(board: Storyboard) -> None:
    film, shown = frames(board, Keyframe(1.0, PICTURE))
    assert any("left out" in note for note in film.notes)
    assert np.array_equal(shown[0], frames(board)[1][0])
