"""kindling-av: the backend contract on a tiny random model, checkpoints, and what is given stays as it was given."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.clock import SystemClock
from core.errors import BrokenArtifact
from core.settings import Settings
from generation.av.backend import SHIPPED, AvBackend, can_make_films
from generation.av.captions import caption_of
from generation.av.checkpoint import MOST_SHARD_BYTES, AvModel, read_model, write_model
from generation.av.codec import PictureCodec, SoundCodec
from generation.av.config import AvConfig, MediaConfig, ModelConfig
from generation.av.flow import Given, Times, flow_loss, noisy
from generation.av.parameters import told_by
from generation.av.sampler import AvSampler, Wish
from generation.av.spectrum import log_spectra, to_sound
from generation.av.transformer import AvTransformer
from generation.av.words import word_rows
from generation.backends import Backend, Keyframe, Take
from generation.parsing import parse
from generation.room import Generation
from generation.storyboard import Storyboard
from generation.world.probes import probe
from tests.generation.backend_contract import BackendContract
from tests.generation.tiny_av import TINY, tiny_folder, tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("tiny-av"))


@pytest.fixture(scope="module")
def backend(folder: Path) -> Backend:
    return AvBackend(folder, steps=2)


@pytest.fixture
def board() -> Storyboard:
    return parse("a red ball bounces", seconds=1, width=64, height=96, seed=5, style="cinematic")


class TestAvBackend(BackendContract):
    """The contract, kept by kindling-av."""

    def test_longer_shots_go_on_window_by_window(self, backend: Backend, board: Storyboard) -> None:
        shot = board.shots[0].model_copy(update={"seconds": 2.5})
        film = self.film(backend, board.model_copy(update={"shots": (shot,)}))
        assert len(list(film.frames)) == round(2.5 * board.fps)
        assert film.sound is not None
        assert np.abs(film.sound.samples[-2000:]).max() > 0

    def test_several_shots_have_sound_as_long_as_their_frames(self, backend: Backend, board: Storyboard) -> None:
        shots = tuple(board.shots[0].model_copy(update={"seconds": seconds}) for seconds in (0.7, 1.1))
        film = self.film(backend, board.model_copy(update={"shots": shots, "fps": 30}))
        frames = list(film.frames)
        assert len(frames) == round(1.8 * 30)
        assert film.sound is not None
        assert len(film.sound.samples) == round(len(frames) * film.sound.rate_hz / 30)

    def test_a_shot_begins_with_the_pictures_at_its_start(self, folder: Path, board: Storyboard) -> None:
        pictures = np.random.default_rng(2).integers(0, 255, (9, 96, 64, 3), np.uint8)
        shown = [Keyframe(number / board.fps, picture) for number, picture in enumerate(pictures[:8])]
        take = Take(board, {}, lambda _: None, lambda: False, (*shown, Keyframe(0.8, pictures[8])))
        film = AvBackend(folder, steps=2).generate_take(take, "kindling-av")
        frames = list(film.frames)
        small = [cv2.resize(frame, (8, 12), interpolation=cv2.INTER_AREA).astype(float) for frame in frames]
        wanted = [cv2.resize(picture, (8, 12), interpolation=cv2.INTER_AREA).astype(float) for picture in pictures]
        assert all(np.abs(made - told).mean() < 8 for made, told in zip(small[:8], wanted[:8], strict=True))
        assert np.abs(small[12] - wanted[7]).mean() > 8
        assert film.notes == ("1 pictures are not at the start of a shot: left out.",)

    def test_a_portrait_changes_the_film(self, backend: Backend, board: Storyboard) -> None:
        thing = board.shots[0].things[0].model_copy(update={"character": "ada"})
        shot = board.shots[0].model_copy(update={"things": (thing,)})
        worn = board.model_copy(update={"shots": (shot,), "characters": ("ada",)})
        name = backend.models()[0].name
        films = [
            list(backend.generate(worn, portraits, lambda _: None, lambda: False, name).frames)
            for portraits in ({}, {"ada": np.full((40, 40, 3), 200, np.uint8)})
        ]
        assert any(not np.array_equal(a, b) for a, b in zip(*films, strict=True))


def test_a_checkpoint_is_read_back_exactly(folder: Path, tmp_path: Path) -> None:
    model = read_model(folder)
    write_model(model, tmp_path, SystemClock(), made_by="a test", data={})
    again = read_model(tmp_path)
    for mine, kept in (
        (model.transformer, again.transformer), (model.pictures, again.pictures), (model.sound, again.sound),
    ):  # fmt: skip
        for name, weight in mine.state_dict().items():
            assert torch.equal(weight, kept.state_dict()[name]), name


def test_shards_are_small_enough_to_ship(tmp_path: Path) -> None:
    large = AvConfig(model=ModelConfig(width=384, layers=5, heads=12, feed_forward=768))
    model = AvModel(large, PictureCodec(large), SoundCodec(large), AvTransformer(large))
    write_model(model, tmp_path, SystemClock(), made_by="a test", data={})
    sizes = [path.stat().st_size for path in tmp_path.glob("*.safetensors")]
    assert len(sizes) > 1
    assert max(sizes) <= MOST_SHARD_BYTES


@pytest.mark.parametrize("harm", ["truncate", "other_shape", "missing"])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, harm: str) -> None:
    tiny_folder(tmp_path)
    weights = next(tmp_path.glob("*.safetensors"))
    if harm == "truncate":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm == "missing":
        weights.unlink()
    else:
        config = json.loads((tmp_path / "config.json").read_text())
        config["model"]["width"] = 48
        (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(BrokenArtifact):
        read_model(tmp_path)


def test_the_first_frames_are_kept_as_given() -> None:
    sampler = AvSampler(tiny_model(), steps=2)
    first = np.random.default_rng(1).integers(0, 255, (8, 64, 64, 3), np.uint8)
    clip = sampler.make(Wish("a red ball", seed=1, first_frames=first), 30)
    assert np.array_equal(clip.frames[:8], first)
    assert clip.frames.shape == (30, 64, 64, 3)
    assert clip.sound.shape == (30 * TINY.media.rate_hz // TINY.media.fps,)


def test_parameters_words_and_seed_each_make_a_difference() -> None:
    sampler = AvSampler(tiny_model(), steps=2)
    plain = sampler.make(Wish("a red ball", seed=1), 12).frames
    assert np.array_equal(plain, sampler.make(Wish("a red ball", seed=1), 12).frames)
    for other in (
        Wish("a blue ball", seed=1), Wish("a red ball", seed=2), Wish("a red ball", seed=1, parameters={"vx_0": 3.0}),
    ):  # fmt: skip
        assert not np.array_equal(plain, sampler.make(other, 12).frames)


def test_noise_leaves_alone_what_is_given_and_the_loss_does_not_count_it() -> None:
    chance = torch.Generator().manual_seed(1)
    media, codec = TINY.media, TINY.codec
    pictures = torch.randn(2, media.chunks, codec.picture_channels, media.grid, media.grid)
    sound = torch.randn(2, media.frames, codec.sound_channels)
    shown = torch.zeros(2, media.chunks, dtype=torch.bool)
    shown[:, :2] = True
    given = Given(pictures, sound, shown, torch.zeros(2, media.frames, dtype=torch.bool))
    latents, times = noisy(given, chance, Times())
    assert torch.equal(latents.pictures[:, :2], pictures[:, :2])
    assert not torch.equal(latents.pictures[:, 2:], pictures[:, 2:])
    wrong = pictures.clone()
    wrong[:, :2] += 9
    assert all(loss.item() == 0 for loss in flow_loss((wrong, sound), given, times, least_left=0.1))
    wrong[:, 2:] += 1
    assert flow_loss((wrong, sound), given, times, least_left=0.1)[0] > 0


def test_a_blow_survives_its_spectra() -> None:
    media = MediaConfig()
    t = np.arange(media.samples) / media.rate_hz
    sound = np.where(t > 0.5, np.sin(2 * np.pi * 440 * t) * np.exp(-(t - 0.5) / 0.1), 0).astype(np.float32)
    again = to_sound(log_spectra(torch.from_numpy(sound)[None], media), media)[0].numpy()
    at = media.rate_hz // 2
    assert np.abs(again[at : at + 1200]).max() > 5 * np.abs(again[: at - 400]).max()
    assert np.abs(again[at : at + 1200]).max() == pytest.approx(np.abs(sound).max(), rel=0.35)


def test_words_are_rows_in_order() -> None:
    rows = word_rows("A red ball, a RED box!", 2048, 8)
    assert rows[0] == rows[3]
    assert rows[1] == rows[4]
    assert rows[6:] == [0, 0]
    assert all(0 < row < 2048 for row in rows[:6])


def test_a_shot_is_told_in_the_words_that_were_taught() -> None:
    def caption(prompt: str, characters: tuple[str, ...] = ()) -> str:
        board = parse(prompt, seconds=2, width=128, height=128, seed=1, characters=characters)
        return caption_of(board.shots[0])

    assert caption("a crimson beach ball drops onto the sand at the beach at night") == (
        "a red plastic ball bounces on the floor on the beach at night"
    )
    assert caption("Ada strolls through the park", ("Ada",)) == "the character walks in the park"
    assert caption("a dog in the park").endswith("in the park")


def test_what_a_storyboard_fixes_is_told() -> None:
    board = probe("collision", 3)
    first, second = board.shots[0].things
    told = told_by(board.shots[0], board)
    assert told["gravity"] == 0
    assert first.velocity is not None
    assert second.place is not None
    assert told["vx_0"] == pytest.approx(first.velocity[0])
    assert (told["x_1"], told["y_1"]) == pytest.approx(second.place)
    # A tall film is the middle of the square that the model makes.
    tall = board.model_copy(update={"width": 64})
    assert told_by(tall.shots[0], tall)["vx_0"] == pytest.approx(first.velocity[0] / 2)


def test_measures_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="hops per frame"):
        MediaConfig(fps=25)
    with pytest.raises(ValueError, match="multiple of 8"):
        ModelConfig(width=100, heads=6)


def test_the_shipped_model_is_offered_and_makes_a_film_with_sound() -> None:
    assert can_make_films()
    room = Generation.open(Settings())
    assert "kindling-av" in [info.name for info in room.models()]
    board = room.storyboard("a red ball bounces in the park", seconds=1, width=128, height=128, seed=1)
    film = AvBackend(steps=2).generate(board, {}, lambda _: None, lambda: False, "kindling-av")
    frames = np.stack(list(film.frames))
    assert frames.shape == (24, 128, 128, 3)
    assert frames.std() > 10
    assert film.sound is not None
    assert len(film.sound.samples) == film.sound.rate_hz
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.safetensors")) <= 60_000_000


def test_opening_the_room_imports_no_torch() -> None:
    code = (
        "import sys\nfrom core.settings import Settings\nfrom generation.room import Generation\n"
        "Generation.open(Settings()).models()\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_weights_the_model_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.av.backend.SHIPPED", tmp_path)
    assert "kindling-av" not in [info.name for info in Generation.open(Settings()).models()]
