"""What is asked of a model for a film: sizes, frame counts, segments, rates. Pure: no model is loaded."""

import math
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.film import Frame
from generation.diffusion.conditioning import places_of
from generation.diffusion.face import Face, face_of
from generation.diffusion.fitting import (
    Grid,
    frames_of,
    grid_of,
    own_frames,
    resampled,
    to_film,
    to_made,
    videos_of,
)
from generation.diffusion.segments import Reach, plan, tails
from generation.diffusion.sound import Track, heard, rate_of
from generation.storyboard import Storyboard
from tests.generation.diffusion_kit import small_board, two_shots

LENGTHS = st.integers(1, 400)


def test_sizes_are_rounded_to_what_the_codec_and_the_patches_hold() -> None:
    ltx = SimpleNamespace(vae_spatial_compression_ratio=32, vae_temporal_compression_ratio=8)
    assert grid_of(ltx, 32) == Grid(32, 8)
    patches = SimpleNamespace(config=SimpleNamespace(patch_size=(1, 2, 2)))
    wan = SimpleNamespace(vae_scale_factor_spatial=8, vae_scale_factor_temporal=4, transformer=None,
        transformer_2=patches)  # fmt: skip
    assert grid_of(wan) == Grid(16, 4)
    assert Grid(32, 8).size(360, 640) == (384, 640)
    assert (Grid(32, 8).frames(96), Grid(32, 8).frames(1), Grid(16, 4).frames(81)) == (97, 1, 81)
    assert Grid(16, 4).frames_within(80) == 77


@given(st.integers(64, 3840), st.integers(64, 3840), st.sampled_from([0, 345_600, 921_600]))
def test_a_frame_is_never_larger_than_the_model_makes_well(width: int, height: int, most: int) -> None:
    made_width, made_height = Grid(16, 4).size(width, height, most)
    assert made_width % 16 == made_height % 16 == 0
    if most and width * height > most:
        assert made_width * made_height <= most
    else:
        assert width <= made_width < width + 16
        assert height <= made_height < height + 16


@given(LENGTHS, st.sampled_from([1, 8, 24, 60]), st.sampled_from([7.0, 8.0, 16.0, 24.0, 29.97]), st.booleans())
def test_resampling_gives_as_many_frames_as_the_film_has(count: int, fps: int, own: float, blend: bool) -> None:
    needed = own_frames(count, fps, own)
    made = [np.full((2, 2, 3), at % 256, np.uint8) for at in range(needed)]
    shown = resampled(made, count, fps, own, blend=blend)
    assert len(shown) == count
    assert np.array_equal(shown[0], made[0])
    assert needed - 1 >= (count - 1) * own / fps - 1e-6
    assert needed - 2 < (count - 1) * own / fps


def test_blending_mixes_the_two_frames_around_a_moment() -> None:
    made: list[Frame] = [np.full((2, 2, 3), level, np.uint8) for level in (0, 100, 200)]
    assert [int(frame[0, 0, 0]) for frame in resampled(made, 4, 16, 8, blend=True)] == [0, 50, 100, 150]
    assert [int(frame[0, 0, 0]) for frame in resampled(made, 4, 16, 8, blend=False)] == [0, 100, 100, 200]


@pytest.mark.parametrize("made", [(384, 640), (360, 640), (192, 336), (368, 656)])
def test_what_is_shown_to_the_model_comes_back_where_it_was(made: tuple[int, int]) -> None:
    picture = np.zeros((640, 360, 3), np.uint8)
    picture[160:480, 90:270] = 255
    back = to_film(to_made(picture, (360, 640), made), 360, 640)
    assert back.shape == picture.shape
    assert np.abs(back.astype(int) - picture).mean() < 6
    assert to_made(np.zeros((50, 90, 3), np.uint8), (360, 640), made).shape == (made[1], made[0], 3)


def test_frames_are_read_from_whatever_a_pipeline_gives() -> None:
    from PIL import Image

    array = np.zeros((2, 4, 6, 3), np.float32)
    array[1, 0, 0] = (1.0, 0.5, np.nan)
    arrays = frames_of(array)
    pictures = frames_of([Image.fromarray(frame) for frame in arrays])
    channels_first = frames_of(np.moveaxis(array, -1, 1))
    assert arrays[1][0, 0].tolist() == [255, 128, 0]
    for other in (pictures, channels_first):
        assert all(np.array_equal(a, b) for a, b in zip(arrays, other, strict=True))


def test_films_and_sound_are_found_in_whatever_output_there_is() -> None:
    batch = np.zeros((2, 3, 4, 6, 3), np.float32)
    assert len(videos_of(SimpleNamespace(frames=batch))) == 2
    assert len(videos_of(SimpleNamespace(frames=[frames_of(batch[0])]))) == 1
    assert [video.shape for video in videos_of(SimpleNamespace(frames=None, video=batch[0]))] == [(3, 4, 6, 3)]
    mono = np.array([[0.0, 0.0], [0.5, 2.0]], np.float32)
    assert heard(SimpleNamespace(audio=None), 0) is None
    both = heard(SimpleNamespace(audio=mono), 1)
    assert both is not None
    assert both.tolist() == [[0.5, 0.5], [1.0, 1.0]]
    single = heard(SimpleNamespace(sound=mono), 0)
    assert single is not None
    assert single.tolist() == [[0.0, 0.5], [0.0, 1.0]]


def test_the_rate_of_the_sound_is_asked_of_the_part_that_makes_it() -> None:
    ltx2 = SimpleNamespace(vocoder=SimpleNamespace(config=SimpleNamespace(output_sampling_rate=24_000)))
    cosmos = SimpleNamespace(sound_tokenizer=SimpleNamespace(config=SimpleNamespace(sampling_rate=48_000)))
    kandinsky = SimpleNamespace(audio_sample_rate=44_100)
    assert [rate_of(item) for item in (ltx2, cosmos, kandinsky, SimpleNamespace())] == [24_000, 48_000, 44_100, 0]


def test_a_pipeline_that_gives_too_few_frames_holds_its_last() -> None:
    made = [np.full((2, 2, 3), level, np.uint8) for level in (1, 2)]
    assert [int(frame[0, 0, 0]) for frame in resampled(made, 4, 8, 8, blend=False)] == [1, 2, 2, 2]


def _film(lengths: list[int], transitions: list[str]) -> Storyboard:
    board = small_board(fps=24)
    shot = board.shots[0]
    shots = tuple(
        shot.model_copy(update={"seconds": length / 24, "transition": how})
        for length, how in zip(lengths, transitions, strict=False)
    )
    return board.model_copy(update={"shots": shots})


@given(
    st.lists(st.tuples(st.integers(1, 300), st.sampled_from(["cut", "crossfade", "fade", "wipe"])), min_size=1,
             max_size=5),
    st.sampled_from([0, 5, 25, 81, 121]), st.sampled_from([8.0, 16.0, 24.0]), st.booleans(),
)  # fmt: skip
def test_segments_cover_every_shot_and_none_is_too_long(
    shots: list[tuple[int, str]], longest: int, own: float, pictures: bool
) -> None:
    board = _film([length for length, _ in shots], [how for _, how in shots])
    reach = Reach(own, Grid(16, 4), longest, pictures)
    segments = plan(board, reach)
    more = tails(board, takes_pictures=pictures)
    for number, (count, tail) in enumerate(zip(board.shot_frames, more, strict=True)):
        own_segments = [item for item in segments if item.shot == number]
        assert [item.part for item in own_segments] == list(range(len(own_segments)))
        assert sum(item.frames - item.goes_on for item in own_segments) == own_frames(count + tail, 24, own)
        assert not (pictures and any(item.jumps for item in own_segments))
        joined = number > 0 and pictures and board.shots[number].transition == "crossfade"
        assert own_segments[0].goes_on == joined
        assert all(item.goes_on == pictures for item in own_segments[1:])
    assert not longest or max(item.frames for item in segments) <= longest


@given(
    st.lists(st.tuples(st.integers(2, 200), st.sampled_from(["cut", "crossfade", "fade"])), min_size=1, max_size=4),
    st.sampled_from([0, 25, 81]), st.sampled_from([8.0, 16.0, 24.0]), st.booleans(), st.floats(0, 40),
)  # fmt: skip
def test_a_keyframe_is_pinned_to_one_frame_and_no_more(
    shots: list[tuple[int, str]], longest: int, own: float, pictures: bool, time_s: float
) -> None:
    board = _film([length for length, _ in shots], [how for _, how in shots])
    found = []
    ends = [sum(board.shot_frames[: number + 1]) / 24 for number in range(len(board.shots))]
    for segment in plan(board, Reach(own, Grid(16, 4), longest, pictures)):
        starts_s = ([0.0, *ends])[segment.shot] + (segment.first_frame - segment.goes_on) / own
        until_s = ends[segment.shot] if segment.shot + 1 < len(board.shots) else math.inf
        (at,) = places_of([time_s], segment, starts_s, until_s, own)
        if at >= 0:
            assert at < segment.frames
            found.append(starts_s + at / own)
    assert len(found) == 1
    assert abs(found[0] - min(time_s, ends[-1])) <= max(1 / own, 1 / 24) + 1e-6


def test_a_long_shot_is_cut_into_even_segments() -> None:
    lengths = [item.frames for item in plan(_film([200], ["cut"]), Reach(24, Grid(16, 4), 81, True))]
    assert lengths == [67, 68, 67]  # 67 + 67 + 66 new frames
    jumping = plan(_film([200], ["cut"]), Reach(24, Grid(16, 4), 81, False))
    assert [(item.frames, item.jumps) for item in jumping] == [(67, False), (67, True), (66, True)]


def test_what_takes_over_slowly_has_frames_of_both_shots() -> None:
    assert tails(two_shots("wipe"), takes_pictures=True) == (2, 0)
    assert tails(two_shots("crossfade"), takes_pictures=False) == (2, 0)
    assert tails(two_shots("crossfade"), takes_pictures=True) == (0, 0)
    assert tails(two_shots("cut"), takes_pictures=True) == (0, 0)


def test_sound_is_laid_under_its_frames_and_silence_is_where_there_is_none() -> None:
    track = Track(1000, 10, 20)
    loud = np.ones((700, 2), np.float32)
    track.lay(loud, start_s=0, end_s=0.5)
    track.lay(loud, start_s=1.0, end_s=2.0, skip_s=0.1)
    track.lay(None, start_s=0, end_s=2)
    samples = track.sound().samples
    assert samples.shape == (2000, 2)
    assert samples[10:490].min() == 1
    assert not samples[500:1000].any()
    assert samples[1010:1590].min() == 1
    assert not samples[1600:].any()


class _Plain:
    config: ClassVar[dict[str, bool]] = {}

    def __call__(self, prompt: str, image: object, num_frames: int = 9, fps: int = 7) -> None: ...


class _Both(_Plain):
    def __call__(self, prompt: str, image: object = None, last_image: object = None, frames: int = 9) -> None: ...  # type: ignore[override]


class _OnlyFirst(_Both):
    config: ClassVar[dict[str, bool]] = {"expand_timesteps": True}


def test_a_call_is_known_by_its_arguments() -> None:
    face = face_of(_Plain())
    assert (face.places, face.needs_picture, face.count_argument, face.rate_argument) == ("first", True, "num_frames",
                                                                                         "fps")  # fmt: skip
    both: Face = face_of(_Both())
    assert (both.places, both.needs_picture, both.count_argument) == ("ends", False, "frames")
    assert both.holds(8, 9)
    assert not both.holds(4, 9)
    assert face_of(_OnlyFirst()).places == "first"
