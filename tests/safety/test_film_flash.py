"""Flashing against the numbers of WCAG 2.2 and ITU-R BT.1702: rate, luminance, colour and area."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.film import Frame
from safety.film.flash import SAFE_FLASHES_PER_S, FlashMeter, flash_score

FPS = 60
Colour = tuple[int, int, int]
BLACK, WHITE, RED, GREEN = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0)


def luminance(share: float) -> Colour:
    """Return the grey of this relative luminance."""
    code = 1.055 * share ** (1 / 2.4) - 0.055 if share > 0.0031308 else 12.92 * share
    return (round(255 * code),) * 3


def picture(colour: Colour, patch: Colour | None = None, share: float = 1.0) -> Frame:
    """A picture of one colour, the upper ``share`` of it of another."""
    frame = np.full((320, 192, 3), colour, np.uint8)
    if patch is not None:
        frame[: round(320 * share)] = patch
    return frame


def flashes(first: Frame, second: Frame, per_second: float, seconds: float = 3.0, fps: int = FPS) -> float:
    """Return what is counted when two pictures alternate ``per_second`` times, each time there and back."""
    meter = FlashMeter(fps)
    for index in range(round(seconds * fps)):
        meter.see(second if int(index / fps * per_second * 2) % 2 else first, index)
    return meter.flashes_per_s()


@pytest.mark.parametrize("per_second", [1, 2, 3, 4, 5, 10, 15])
def test_flashes_are_counted_as_they_are(per_second: int) -> None:
    assert flashes(picture(BLACK), picture(WHITE), per_second) == pytest.approx(per_second, abs=0.5)


def test_three_a_second_are_the_most_that_is_safe() -> None:
    assert flashes(picture(BLACK), picture(WHITE), 3) <= SAFE_FLASHES_PER_S < flashes(picture(BLACK), picture(WHITE), 4)
    assert flash_score(SAFE_FLASHES_PER_S) == 0.5


@pytest.mark.parametrize(
    ("dark", "bright", "counts"),
    [(0.30, 0.39, False), (0.30, 0.42, True), (0.82, 0.99, False), (0.75, 0.90, True), (0.0, 0.12, True)],
)
def test_a_tenth_of_luminance_counts_where_the_darker_is_below_four_fifths(
    dark: float, bright: float, counts: bool
) -> None:
    assert (flashes(picture(luminance(dark)), picture(luminance(bright)), 6) > 0) == counts


@pytest.mark.parametrize(("share", "counts"), [(0.1, False), (0.25, False), (0.35, True), (1.0, True)])
def test_more_than_a_quarter_of_the_picture_must_flash_at_once(share: float, counts: bool) -> None:
    assert (flashes(picture(BLACK), picture(BLACK, WHITE, share), 6) > 0) == counts
    assert (flashes(picture(BLACK), picture(BLACK, RED, share), 6) > 0) == counts


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (RED, BLACK, True), (RED, (0, 76, 0), True), ((150, 0, 0), (0, 60, 60), True),
        ((200, 90, 90), (90, 130, 90), False), ((0, 0, 255), (0, 40, 40), False),
    ],
)  # fmt: skip
def test_saturated_red_counts_by_its_colour_whatever_the_brightness(
    first: Colour, second: Colour, counts: bool
) -> None:
    meter = FlashMeter(FPS)
    for index in range(120):
        meter.see(picture(second if index // 5 % 2 else first), index)
    assert (len(meter._red.moments) > 6) == counts


def test_a_red_that_stays_and_one_that_comes_slowly_are_no_flashes() -> None:
    assert flashes(picture(RED), picture((235, 10, 10)), 10) == 0
    meter = FlashMeter(FPS)
    for index in range(240):
        meter.see(picture((index, 0, 0)), index)
    assert meter.flashes_per_s() <= 0.5


def test_fine_patterns_that_move_are_no_flashes() -> None:
    fine = picture(BLACK)
    fine[:, ::4], fine[:, 1::4] = 255, 255
    assert flashes(fine, np.roll(fine, 2, axis=1), 10) == 0


def test_a_film_at_any_rate_is_measured_by_time_not_by_frames() -> None:
    for fps in (12, 24, 30, 60):
        assert flashes(picture(BLACK), picture(WHITE), 3, fps=fps) <= SAFE_FLASHES_PER_S
        assert flashes(picture(BLACK), picture(WHITE), 5, fps=fps) > SAFE_FLASHES_PER_S


@given(shades=st.lists(st.integers(0, 255), min_size=1, max_size=90))
def test_no_film_flashes_more_than_its_frames_allow(shades: list[int]) -> None:
    meter = FlashMeter(30)
    for index, shade in enumerate(shades):
        meter.see(picture((shade, shade, shade)), index)
    assert 0 <= meter.flashes_per_s() <= min(15.5, len(shades) / 2)
