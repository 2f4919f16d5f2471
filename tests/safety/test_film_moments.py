"""Which frames are looked at: a film from end to end, every shot, and never more than a bound."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.media.film import Frame
from safety.film.moments import Sampler
from safety.film.policy import load_film_policy

SAMPLING = load_film_policy().sampling
FPS = 24


def shade(value: int) -> Frame:
    return np.full((36, 64, 3), value, np.uint8)


def watched(frames: list[Frame], fps: int = FPS) -> Sampler:
    sampler = Sampler(fps, SAMPLING)
    for index, frame in enumerate(frames):
        sampler.see(frame, index)
    return sampler


def test_a_calm_film_is_looked_at_twice_a_second() -> None:
    assert [moment.at_s for moment in watched([shade(90)] * 96).moments()] == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]


def test_every_shot_is_looked_at_a_moment_after_its_cut() -> None:
    sampler = watched([shade(20)] * 31 + [shade(200)] * 20 + [shade(90)] * 40)
    assert sampler.cuts == [31 / FPS, 51 / FPS]
    assert [moment.index for moment in sampler.moments() if moment.follows_cut] == [37, 57]


@given(
    fps=st.integers(1, 60), shots=st.lists(st.tuples(st.integers(0, 255), st.integers(1, 60)), min_size=1, max_size=60)
)
def test_however_long_and_busy_a_film_the_frames_are_bounded_in_order_and_reach_its_end(
    fps: int, shots: list[tuple[int, int]]
) -> None:
    frames = [shade(value) for value, length in shots for _ in range(length)]
    moments = watched(frames, fps).moments()
    indexes = [moment.index for moment in moments]
    assert 1 <= len(moments) <= SAMPLING.most_frames
    assert indexes == sorted(set(indexes))
    assert indexes[0] == 0
    widest = max(SAMPLING.every_s * fps + 1, 4 * len(frames) / SAMPLING.most_frames + 1)
    assert len(frames) - 1 - indexes[-1] <= widest


def test_large_frames_are_kept_small() -> None:
    (moment,) = watched([np.zeros((2160, 3840, 3), np.uint8)]).moments()
    assert moment.frame.shape == (360, 640, 3)
