"""The diffusers backend keeps the contract of backends: on a whole LTX-2 pipeline and on Wan 2.2."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import BrokenPolicy, InvalidInput, Unavailable
from core.settings import Settings
from generation.backends import Backend, Keyframe, Registry
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import SHIPPED, DiffusersConfig, load_diffusers_policy
from generation.diffusion.loading import load_pipeline
from generation.diffusion.prompts import prompt_of
from generation.diffusion.reel import NO_SOUND
from generation.room import Generation
from generation.storyboard import Line, SoundCue, Storyboard
from pipelines.offline.bench.tiny_ltx2 import tiny_pipeline
from pipelines.offline.bench.tiny_wan import tiny_wan
from tests.generation.backend_contract import BackendContract
from tests.generation.diffusion_kit import LTX2, NOISY, SHORT, backend_of, plain_frame, small_board, take

pytestmark = pytest.mark.filterwarnings(*NOISY)


@pytest.fixture
def board() -> Storyboard:
    return small_board()


class TestLtx2(BackendContract):
    """The contract, kept by the LTX-2 family: frames and sound."""

    @pytest.fixture(scope="class")
    def backend(self) -> Backend:
        return backend_of(tiny_pipeline(), call=LTX2)

    def test_sound_keeps_the_pipelines_own_rate(self, backend: Backend, board: Storyboard) -> None:
        sound = self.film(backend, board).sound
        assert sound is not None
        assert sound.rate_hz == 16_000
        assert sound.samples.any()

    def test_a_character_is_refused_in_words(self, backend: Backend, board: Storyboard) -> None:
        with pytest.raises(InvalidInput, match="cannot show characters"):
            backend.generate(board, {"Mia": plain_frame((9, 9, 9))}, lambda _: None, lambda: False, "tiny")


class TestWan22(BackendContract):
    """The contract, kept by Wan 2.2: two transformers, 16 frames a second of its own, no sound."""

    @pytest.fixture(scope="class")
    def backend(self) -> Backend:
        return backend_of(tiny_wan(two_stage=True), call=SHORT)

    def test_it_is_silent_and_says_so(self, backend: Backend, board: Storyboard) -> None:
        film = self.film(backend, board)
        assert film.sound is not None
        assert not film.sound.samples.any()
        assert NO_SOUND in film.notes


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match="nowhere/at-all"):
        load_pipeline(DiffusersConfig(model="nowhere/at-all"))


def test_the_model_hears_the_words_and_the_look(board: Storyboard) -> None:
    shot = board.shots[0]
    assert prompt_of(shot) == "a ball on the sea. cinematic film, natural light, day, clear."
    told = shot.model_copy(
        update={"dialogue": (Line(speaker="", text="Look at it!"),), "sounds": (SoundCue(name="drum_roll"),)}
    )
    assert prompt_of(told) == prompt_of(shot)
    assert 'A voice says: "Look at it!". The sound of drum roll is heard. cinematic' in prompt_of(told, sound=True)


def test_the_room_opens_without_torch(tmp_path: Path) -> None:
    header = SHIPPED.read_text(encoding="utf-8")
    model = '\n[[model]]\nmodel = "/models/wan"\nname = "wan"\ncache = {kind = "first_block"}\n'
    (tmp_path / "diffusers.toml").write_text(header + model, encoding="utf-8")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from core.settings import Settings\n"
        "from generation.room import Generation\n"
        f"room = Generation.open(Settings(diffusers_model='Lightricks/LTX-2', policies=Path({str(tmp_path)!r})))\n"
        "infos = [(info.name, info.makes_sound) for info in room.models() if info.backend != 'kindling-av']\n"
        "assert infos == [('world', True), ('wan', False), ('Lightricks/LTX-2', True)], infos\n"
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules)\n"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('cache = {kind = "magic"}', "model.0.cache.kind"),
        ("parallel = {ring = 1}", "ring or ulysses must be at least 2"),
        ("stepz = 3", "model.0.stepz"),
        ('offload = {kind = "group", level = "half"}', "model.0.offload.level"),
    ],
)
def test_a_wrong_models_file_stops_the_start(line: str, problem: str, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8") + f'\n[[model]]\nmodel = "/models/wan"\n{line}\n'
    (tmp_path / "diffusers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenPolicy, match=problem):
        Generation.open(Settings(policies=tmp_path))


def test_a_family_is_known_by_class_by_values_and_by_hub_id() -> None:
    policy = load_diffusers_policy()
    assert policy.family_of("WanPipeline", {"expand_timesteps": True}).name == "wan-5b"
    assert policy.family_of("WanPipeline", {"expand_timesteps": False}).name == "wan"
    assert policy.family_of("MochiPipeline", {}).name == "any"
    assert policy.family_of_hub("Wan-AI/Wan2.2-TI2V-5B-Diffusers").name == "wan-5b"
    assert policy.family_of_hub("Wan-AI/Wan2.2-T2V-A14B-Diffusers").name == "wan"
    assert policy.family_of_hub("somebody/something").name == "any"


def test_the_room_batches_and_unloads_diffusers_models(board: Storyboard) -> None:
    pipelines = {"one": tiny_wan(), "two": tiny_wan()}
    configs = [DiffusersConfig(model=name, steps=1, call=SHORT, batch=2, memory_bytes=60, fps=8) for name in pipelines]
    backend = DiffusersBackend(configs, read=lambda config: pipelines[config.model])
    room = Generation(Registry([backend], backend), memory_bytes=100)
    assert room.batch_of("one") == 2
    assert room.batch_key(board, "one") != room.batch_key(board, "two")
    films = room.generate_many([take(board), take(board.model_copy(update={"seed": 6}))], "one")
    assert [film is not None and film.frame_count for film in films] == [8, 8]
    assert backend.loaded_class("one") == "WanPipeline"
    room.generate(board, {}, lambda _: None, lambda: False, "two")
    assert (backend.loaded_class("one"), backend.loaded_class("two")) == ("", "WanPipeline")
    room.generate(board, {}, lambda _: None, lambda: False, "any other name")
    assert (backend.loaded_class("one"), backend.loaded_class("two")) == ("WanPipeline", "")


def test_a_model_without_pictures_refuses_keyframes(board: Storyboard) -> None:
    backend = backend_of(tiny_wan(), call=SHORT)
    with pytest.raises(InvalidInput, match="takes no pictures"):
        backend.generate_take(take(board, Keyframe(0, plain_frame((1, 2, 3)))), "tiny")
