"""kindling-av is trained in pieces that come to the same as one run, and its measures know the truth from the rest."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from core.clock import SystemClock
from core.errors import InvalidInput
from generation.av.checkpoint import read_model
from generation.av.sampler import AvSampler
from generation.av.transformer import AvTransformer
from generation.world.probes import OUT_OF_RANGE
from pipelines.offline.av import adherence, blows, films, physics
from pipelines.offline.av.config import RECIPES, TrainConfig
from pipelines.offline.av.figures import estimate
from pipelines.offline.av.lessons import KINDS, lesson, shown
from pipelines.offline.av.tracking import blows_s, bodies_of, ground_of, onsets_s, place_of, velocity_error
from pipelines.offline.av.training import AvTraining, OutOfTime
from tests.generation.tiny_av import TINY

CONFIG = TrainConfig(
    shape=TINY, films=6, codec_films=6, codec_steps=3, encoder_steps=2, decoder_steps=1, codec_batch=4,
    steps=4, batch=4,
)  # fmt: skip


def silent(_: str) -> None:
    return None


@pytest.fixture(scope="module", autouse=True)
def small_files() -> Iterator[None]:
    before, films._PER_FILE = films._PER_FILE, 6
    yield
    films._PER_FILE = before


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings: ``whole`` in one go, ``pieces`` broken off after every step."""
    folder = tmp_path_factory.mktemp("av")
    AvTraining(CONFIG, folder / "whole", 10, silent).run()
    for _ in range(30):
        try:
            AvTraining(CONFIG, folder / "pieces", 0.0, silent).run()
            break
        except OutOfTime:
            continue
    AvTraining(CONFIG, folder / "whole", 0.0, silent).write(folder / "out", SystemClock(), "a test")
    return folder


@pytest.mark.parametrize("part", ["codecs", "transformer"])
def test_pieces_come_to_the_same_as_one_run(trained: Path, part: str) -> None:
    whole, pieces = (torch.load(trained / name / f"{part}.pt", weights_only=True) for name in ("whole", "pieces"))
    assert whole["done"] == pieces["done"] == 4
    for key in ("pictures", "sound") if part == "codecs" else ("model", "averaged"):
        for name, weight in whole[key].items():
            assert torch.equal(weight, pieces[key][name]), name


def test_two_processes_learn_what_one_learns(trained: Path) -> None:
    for name in ("codecs.pt", "latents"):
        target = trained / "shared" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(trained / "whole" / name, target) if name == "latents" else shutil.copy(
            trained / "whole" / name, target
        )
    AvTraining(CONFIG, trained / "shared", 10, silent, processes=2).run(["transformer"])
    alone, together = (torch.load(trained / name / "transformer.pt", weights_only=True) for name in ("whole", "shared"))
    assert together["done"] == alone["done"]
    torch.manual_seed(CONFIG.seed)
    began = AvTransformer(TINY).state_dict()
    moved, apart = (
        torch.cat([(one[name] - other[name]).flatten() for name in began]).norm()
        for one, other in ((alone["model"], began), (alone["model"], together["model"]))
    )
    # Each half weighs what it was asked for, so the steps are alike and not the same.
    assert apart < 0.3 * moved


def test_what_was_trained_is_sealed_with_its_recipe(trained: Path) -> None:
    model = read_model(trained / "out")
    assert model.config == TINY
    assert not torch.equal(model.pictures.spread, torch.ones_like(model.pictures.spread))
    assert '"transformer_steps_done": 4' in (trained / "out" / "manifest.json").read_text()


def test_nothing_is_written_or_begun_before_its_time(tmp_path: Path) -> None:
    training = AvTraining(CONFIG, tmp_path, 1, silent)
    with pytest.raises(InvalidInput, match="nothing trained"):
        training.write(tmp_path / "out", SystemClock(), "a test")
    with pytest.raises(InvalidInput, match="codecs"):
        training.run(["transformer"])


def test_every_measure_gives_a_figure_for_every_row(trained: Path) -> None:
    sampler = AvSampler(read_model(trained / "out"), steps=1, guidance=1.0)
    told: list[int] = []
    table = physics.physics(sampler, 1, told.append)
    assert len(table) == 6
    assert sum(told) == 6
    for row in table.values():
        assert row["tracker"].value < 0.3
        assert row["model"].value > row["tracker"].value
    assert table["parabola, in distribution"]["stands still"].value > 1
    assert blows.blows(sampler, 2, told.append)["blow to sound, median (s)"]["truth"].value < 0.042
    for name, row in adherence.adherence(sampler, 2, told.append).items():
        assert row["truth"].value > 0.7, name
    who = adherence.identity(sampler, 2, told.append)
    assert all(0 <= figure.value <= 1 for row in who.values() for figure in row.values())


@pytest.mark.parametrize("kind", KINDS)
def test_lessons_repeat_and_their_sound_is_as_long_as_their_frames(kind: str) -> None:
    first, again = (shown(lesson(kind, 5, side_px=64), 12_000) for _ in range(2))
    assert np.array_equal(first.frames, again.frames)
    assert np.array_equal(first.sound, again.sound)
    assert len(first.sound) == len(first.frames) * 12_000 // 24


@pytest.mark.parametrize("kind", ["uniform", "collision", "parabola"])
def test_balls_are_found_where_they_are(kind: str) -> None:
    item = lesson(kind, 1_000_004, OUT_OF_RANGE)
    film = shown(item, 12_000)
    bodies = bodies_of(item, film.frames)
    for body in bodies:
        path = place_of(
            film.frames, ground_of(film.frames, bodies), body, [other for other in bodies if other is not body]
        )
        assert velocity_error(path, body, 8) < 0.01


def test_a_blow_is_seen_and_heard_when_it_is() -> None:
    item = lesson("wall", 1_000_002)
    film = shown(item, 12_000)
    bodies = bodies_of(item, film.frames)
    truth = item.truth().impacts[0].t
    seen = blows_s(place_of(film.frames, ground_of(film.frames, bodies), bodies[0], bodies[1:]), 0)
    assert min(abs(at - truth) for at in seen) < 0.02
    assert min(abs(at - truth) for at in onsets_s(film.sound, 12_000)) < 0.02


def test_an_estimate_leaves_out_what_is_no_number() -> None:
    figure = estimate([1.0, float("nan"), 3.0, 2.0])
    assert (figure.value, figure.n) == (2.0, 3)
    assert figure.low <= 2.0 <= figure.high


def test_the_recipes_have_shapes_that_can_be_shipped() -> None:
    from generation.av.transformer import AvTransformer

    for name, recipe in RECIPES.items():
        weights = sum(weight.numel() for weight in AvTransformer(recipe.shape).parameters())
        assert weights * 2 < 55_000_000, name
