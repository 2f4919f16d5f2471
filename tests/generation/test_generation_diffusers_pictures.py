"""Pictures in: first, last and other frames, people by reference, segments that go on, loops, transitions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import InvalidInput
from core.media.film import Frame
from generation.backends import Keyframe
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.loading import sibling
from pipelines.offline.bench.tiny_ltx2 import tiny_pipeline
from pipelines.offline.bench.tiny_wan import tiny_cogvideox, tiny_wan
from tests.generation.diffusion_kit import (
    LTX2,
    NOISY,
    SHORT,
    backend_of,
    made,
    pixels,
    plain_frame,
    small_board,
    take,
    two_shots,
)
from tests.generation.tiny_pipelines import tiny_vace

pytestmark = pytest.mark.filterwarnings(*NOISY)
RED, BLUE = plain_frame((220, 20, 20)), plain_frame((20, 20, 220))


class Heard:
    """Notes what every call of a pipeline, or of its siblings, is given."""

    def __init__(self, pipeline: Any, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.calls: list[dict[str, Any]] = []
        for kind in (type(pipeline), *(type(sibling(pipeline, name)) for name in names)):
            monkeypatch.setattr(kind, "__call__", self._noting(kind.__name__, kind.__call__))

    def _noting(self, name: str, call: Any) -> Any:
        import functools

        @functools.wraps(call)
        def noted(pipeline: Any, **given: Any) -> Any:
            output = call(pipeline, **given)
            self.calls.append({"class": name, "made": output.frames[0], **given})
            return output

        return noted


def _level(picture: Image.Image) -> list[int]:
    found = np.asarray(picture).reshape(-1, 3)
    return [int(value) for value in found.mean(axis=0)]


@pytest.fixture(scope="module")
def ltx2() -> Any:
    return tiny_pipeline()


@pytest.fixture(scope="module")
def vace() -> Any:
    return tiny_vace()


def test_ltx2_takes_keyframes_anywhere_through_its_condition_pipeline(
    ltx2: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(ltx2, monkeypatch, "LTX2ConditionPipeline")
    backend = backend_of(ltx2, call=LTX2)
    plain = made(backend, small_board())
    pinned = made(backend, small_board(), Keyframe(0, RED), Keyframe(0.5, BLUE, strength=0.7))
    assert [call["class"] for call in heard.calls] == ["LTX2Pipeline", "LTX2ConditionPipeline"]
    first, middle = heard.calls[1]["conditions"]
    # A latent is two frames here, and latent 3 begins with frame 5: frame 4, 0.5 s in, is as near to it as to latent 2.
    assert (first.index, first.strength, middle.index, middle.strength) == (0, 1.0, 3, 0.7)
    assert _level(first.frames) == [220, 20, 20]
    assert _level(middle.frames) == [20, 20, 220]
    assert not np.array_equal(plain, pinned)
    longer = small_board().shots[0].model_copy(update={"seconds": 9 / 8})
    made(backend, small_board(shots=(longer,)), Keyframe(1.0, BLUE))
    (last,) = heard.calls[2]["conditions"]
    assert (heard.calls[2]["num_frames"], last.index) == (9, 4)  # the last latent, and no further


def test_a_first_picture_goes_to_an_image_to_video_pipeline_itself(ltx2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = sibling(ltx2, "LTX2ImageToVideoPipeline")
    heard = Heard(pipeline, monkeypatch, "LTX2ConditionPipeline", "LTX2Pipeline")
    backend = backend_of(pipeline, call=LTX2)
    made(backend, small_board(), Keyframe(0, RED))
    made(backend, small_board(), Keyframe(0, RED), Keyframe(0.9, BLUE))
    made(backend, small_board())
    assert [call["class"] for call in heard.calls] == [
        "LTX2ImageToVideoPipeline", "LTX2ConditionPipeline", "LTX2Pipeline",
    ]  # fmt: skip
    assert _level(heard.calls[0]["image"]) == [220, 20, 20]


def test_wan_takes_first_and_last_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = tiny_wan(from_text=False, two_stage=True)
    heard = Heard(pipeline, monkeypatch)
    backend = backend_of(pipeline, call=SHORT, fps=8)
    keyframes = (Keyframe(0, RED), Keyframe(0.5, BLUE), Keyframe(1.0, BLUE))
    film = backend.generate_take(take(small_board(), *keyframes), "tiny")
    assert _level(heard.calls[0]["image"]) == [220, 20, 20]
    assert _level(heard.calls[0]["last_image"]) == [20, 20, 220]
    assert any("left out" in note for note in film.notes)
    assert film.frame_count == 8


def test_vace_gets_a_masked_video_and_pictures_of_people(vace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(vace, monkeypatch)
    backend = backend_of(vace, call=SHORT, fps=8)
    board = _with_character(small_board("Mia runs on the beach"), "Mia")
    portraits = {"Mia": plain_frame((10, 200, 30), 40, 40), "Ada": plain_frame((1, 1, 1), 40, 40)}
    film = backend.generate_take(take(board, Keyframe(0.25, RED), portraits=portraits), "tiny")
    call = heard.calls[0]
    assert [_level(picture) for picture in call["reference_images"]] == [[10, 200, 30]]
    shown = [at for at, mask in enumerate(call["mask"]) if _level(mask) == [0, 0, 0]]
    assert shown == [2]
    assert _level(call["video"][2]) == [220, 20, 20]
    assert _level(call["video"][3]) == [128, 128, 128]
    assert len(call["video"]) == len(call["mask"]) == call["num_frames"]
    nobody = backend.generate_take(take(board, Keyframe(0.25, RED)), "tiny")
    assert not np.array_equal(pixels(film), pixels(nobody))


def test_a_cameo_is_drawn_only_where_the_drawing_can_be_shown_to_the_model() -> None:
    board = _with_character(small_board("Mia runs on the beach"), "Mia")
    words_only = backend_of(tiny_wan(), call=SHORT, first_picture="world")
    with pytest.raises(InvalidInput, match="cannot show characters"):
        words_only.generate_take(take(board, portraits={"Mia": RED}), "tiny")


def test_wan_5b_makes_films_of_words_and_of_pictures_with_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = tiny_wan(expand_timesteps=True)
    heard = Heard(pipeline, monkeypatch, "WanImageToVideoPipeline")
    backend = backend_of(pipeline, call=SHORT)
    made(backend, small_board())
    made(backend, small_board(), Keyframe(0, RED))
    assert [call["class"] for call in heard.calls] == ["WanPipeline", "WanImageToVideoPipeline"]


@pytest.mark.parametrize(("longest", "calls"), [(0, 1), (9, 2), (5, 4)])
def test_a_shot_longer_than_a_call_goes_on_from_its_last_frame(
    longest: int, calls: int, vace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(vace, monkeypatch)
    board = small_board(seconds=2)
    film = backend_of(vace, call=SHORT, fps=8, longest_frames=longest).generate_take(take(board), "tiny")
    assert pixels(film).shape[0] == 16
    assert len(heard.calls) == calls
    for before, after in zip(heard.calls, heard.calls[1:], strict=False):
        wanted = _bytes(before["made"])
        assert any(np.array_equal(np.asarray(after["video"][0]), frame) for frame in wanted)
        assert _level(after["mask"][0]) == [0, 0, 0]
    assert len({call["generator"].initial_seed() for call in heard.calls}) == calls


def test_a_model_without_pictures_jumps_and_says_so() -> None:
    backend = backend_of(tiny_cogvideox(), call=SHORT, longest_frames=9)
    film = backend.generate_take(take(small_board(seconds=2)), "tiny")
    assert pixels(film).shape[0] == 16
    assert any("jumps" in note for note in film.notes)


def test_a_crossfade_goes_on_and_a_cut_does_not(ltx2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(ltx2, monkeypatch, "LTX2ConditionPipeline")
    backend = backend_of(ltx2, call=LTX2)
    for transition, kinds in (("cut", ["LTX2Pipeline"] * 2), ("crossfade", ["LTX2Pipeline", "LTX2ConditionPipeline"])):
        heard.calls.clear()
        film = backend.generate_take(take(two_shots(transition)), "tiny")
        assert [call["class"] for call in heard.calls] == kinds
        assert pixels(film).shape[0] == 8
        assert film.sound is not None
        assert film.sound.samples.shape == (16_000, 2)
    (condition,) = heard.calls[1]["conditions"]
    assert any(np.array_equal(np.asarray(condition.frames), frame) for frame in _bytes(heard.calls[0]["made"]))


def test_a_fade_passes_through_black_and_a_wipe_shows_both() -> None:
    backend = backend_of(tiny_cogvideox(), call=SHORT)
    cut, fade = made(backend, two_shots("cut", 1)), made(backend, two_shots("fade", 1))
    assert fade[8:12].mean() < cut[8:12].mean()
    assert np.array_equal(fade[13:], cut[13:])
    wipe = made(backend, two_shots("wipe", 1))
    assert not np.array_equal(wipe[8:12], cut[8:12])


def test_a_loop_ends_with_the_picture_that_it_begins_with(vace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(vace, monkeypatch)
    backend = backend_of(vace, call=SHORT, fps=8)
    backend.generate_take(take(two_shots("cut").model_copy(update={"loops": True})), "tiny")
    first = _bytes(heard.calls[0]["made"])[0]
    assert np.array_equal(np.asarray(heard.calls[1]["video"][-1]), first)
    given = backend.generate_take(take(small_board(loops=True), Keyframe(0, RED)), "tiny")
    assert _level(heard.calls[2]["video"][-1]) == [220, 20, 20]
    assert not any("loop" in note for note in given.notes)
    open_end = backend.generate_take(take(small_board(loops=True)), "tiny")
    assert any("loop" in note for note in open_end.notes)


def test_the_film_comes_at_the_size_and_length_that_was_asked() -> None:
    pipeline = tiny_wan()
    small = backend_of(pipeline, steps=1, call=SHORT, most_pixels=64 * 48)
    film = small.generate_take(take(small_board(fps=10)), "tiny")
    assert (film.width, film.height, film.fps) == (64, 66, 10)
    assert pixels(film).shape == (10, 66, 64, 3)
    blended: DiffusersBackend = backend_of(pipeline, steps=1, call=SHORT, resampling="blend")
    nearest = backend_of(pipeline, steps=1, call=SHORT)
    assert not np.array_equal(made(blended, small_board(fps=10)), made(nearest, small_board(fps=10)))


def _with_character(board: Any, name: str) -> Any:
    things = (board.shots[0].things[0].model_copy(update={"character": name}),)
    shots = (board.shots[0].model_copy(update={"things": things}),)
    return board.model_copy(update={"characters": (name,), "shots": shots})


def _bytes(video: Any) -> Sequence[Frame]:
    from generation.diffusion.fitting import frames_of

    return frames_of(video)
