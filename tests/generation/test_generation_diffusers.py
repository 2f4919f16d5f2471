"""The diffusers backend, on a whole LTX-2 pipeline with tiny random weights."""

import subprocess
import sys
from typing import Any

import pytest

from core.errors import InvalidInput, Unavailable
from generation.backends import Backend
from generation.diffusion.backend import DiffusersBackend, DiffusersConfig, fitting, load_pipeline, prompt_of
from generation.parsing import parse
from generation.storyboard import Storyboard
from tests.generation.backend_contract import BackendContract
from tests.generation.tiny_ltx2 import tiny_pipeline

CALL = {"spatio_temporal_guidance_blocks": [1], "max_sequence_length": 16}


@pytest.fixture(scope="module")
def backend() -> Backend:
    pipeline = tiny_pipeline()
    return DiffusersBackend(DiffusersConfig(model="tiny", steps=2, call=CALL), load=lambda _: pipeline)


@pytest.fixture
def board() -> Storyboard:
    # One second is the shortest film; at this size a tiny pipeline needs a fraction of one.
    return parse("a ball on the sea", seconds=1, width=64, height=66, seed=5, style="cinematic").model_copy(
        update={"fps": 8}
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
class TestDiffusersBackend(BackendContract):
    """The contract, kept by the LTX-2 family."""

    def test_sound_keeps_the_pipelines_own_rate(self, backend: Backend, board: Storyboard) -> None:
        sound = self.film(backend, board).sound
        assert sound is not None
        assert sound.rate_hz == 16_000

    def test_a_character_is_refused_in_words(self, backend: Backend, board: Storyboard) -> None:
        frame = next(iter(self.film(backend, board).frames))
        with pytest.raises(InvalidInput, match="cannot show characters"):
            backend.generate(board, {"Mia": frame}, lambda _: None, lambda: False, "tiny")


def test_sizes_are_rounded_up_to_what_the_codec_holds() -> None:
    class Codec:
        vae_spatial_compression_ratio = 32
        vae_temporal_compression_ratio = 8

    assert fitting(Codec(), 360, 640, 96) == (384, 640, 97)
    assert fitting(Codec(), 64, 64, 1) == (64, 64, 1)


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match="nowhere/at-all"):
        load_pipeline(DiffusersConfig(model="nowhere/at-all"))


def test_the_model_hears_the_words_and_the_look(board: Storyboard) -> None:
    assert prompt_of(board.shots[0]) == "a ball on the sea. cinematic film, natural light, day, clear."


def test_the_room_opens_without_torch() -> None:
    code = (
        "import sys\n"
        "from core.settings import Settings\n"
        "from generation.room import Generation\n"
        "room = Generation.open(Settings(diffusers_model='some/model'))\n"
        "assert [info.name for info in room.models()] == ['world', 'some/model']\n"
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules)\n"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
