"""The world backend: what the words call for is drawn, moves by physics, and is heard when it hits."""

import itertools
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from core.media.film import Frame, Samples
from generation.backends import Backend
from generation.parsing import parse
from generation.signature import scene_signature
from generation.storyboard import Shot, Storyboard, Thing
from generation.world import vocabulary as vocab
from generation.world.backend import WorldBackend
from generation.world.casting import Cast, cast_shot
from generation.world.impacts import VOICES, lay_impacts
from generation.world.look import Look
from generation.world.plan import Plan
from generation.world.simulation import GROUNDS, MATERIALS, Simulation, Water
from generation.world.soundtrack import RATE_HZ, levelled
from tests.generation.backend_contract import BackendContract

FPS = 24
ONE_FRAME_S = 1 / FPS


@pytest.fixture
def backend() -> Backend:
    return WorldBackend()


@pytest.fixture
def board() -> Storyboard:
    return parse("two red balls and a dog by the lake with a duck", seconds=1.5, width=180, height=320, seed=9)


class TestWorldBackend(BackendContract):
    """The contract, kept by the world."""


def shot(scene: str = "workshop", *things: Thing, **change: object) -> Shot:
    values: dict[str, object] = {
        "text": "", "seconds": 1.0, "scene": scene, "style": "paper", "palette": "natural", "time_of_day": "day",
        "weather": "clear", "camera": "still", "pace": "medium", "things": things,
    }  # fmt: skip
    return Shot(**(values | change))  # type: ignore[arg-type]


def staged(made: Shot, seed: int = 4) -> tuple[Cast, Plan]:
    plan = Plan.of(made, 180, 320, seed)
    return cast_shot(made, plan, Look.of(made), {}, round(made.seconds * FPS), FPS), plan


def middle(board: Storyboard, portraits: dict[str, Frame] | None = None) -> Frame:
    film = WorldBackend().generate(board, portraits or {}, lambda _: None, lambda: False, "world")
    for number, frame in enumerate(film.frames):
        if number == film.frame_count // 2:
            return frame
    raise AssertionError("the film has no middle")


def one_shot(made: Shot, seed: int = 4) -> Storyboard:
    return Storyboard(prompt="", seed=seed, width=108, height=192, shots=(made,))


@pytest.mark.parametrize("scene", list(vocab.SCENES))
def test_every_scene_is_drawn_in_every_style_and_not_alike(scene: str) -> None:
    pictures = [middle(one_shot(shot(scene, seconds=0.2, style=style))) for style in vocab.STYLES]
    assert all(picture.std() > 8 for picture in pictures)
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(pictures))


@pytest.mark.parametrize("kind", list(vocab.THINGS))
def test_every_thing_can_be_seen_or_changes_what_is_seen(kind: str) -> None:
    home = vocab.THINGS[kind].home
    extra = (Thing(kind="hoop"),) if kind == "basketball" else ()
    seconds = 1.6 if vocab.THINGS[kind].role in {"body", "effect"} else 0.3
    empty = middle(one_shot(shot(home, *extra, seconds=seconds)))
    shown = middle(one_shot(shot(home, *extra, Thing(kind=kind, count=2), seconds=seconds)))
    assert np.abs(empty.astype(int) - shown.astype(int)).max() > 24


@pytest.mark.parametrize("motion", list(vocab.MOTIONS))
def test_people_and_animals_can_be_told_every_motion(motion: str) -> None:
    things = (
        Thing(kind="person", motion=motion),
        Thing(kind="dog", motion=motion),
        Thing(kind="penguin", motion=motion),
    )
    assert middle(one_shot(shot("park", *things, seconds=0.3))).std() > 8


@pytest.mark.parametrize("word", ["red", "blue", "green", "yellow"])
def test_the_colour_that_was_asked_for_is_on_the_screen(word: str) -> None:
    board = parse(f"a giant {word} ball in the workshop", seconds=2, width=180, height=320, seed=2, style="paper")
    near = _closeness(middle(board), vocab.COLOURS[word][0])
    other = parse("a giant white ball in the workshop", seconds=2, width=180, height=320, seed=2, style="paper")
    assert near > _closeness(middle(other), vocab.COLOURS[word][0]) + 60


def _closeness(frame: Frame, colour: tuple[int, int, int]) -> int:
    """Count pixels within reach of a colour."""
    far = np.abs(frame.astype(int) - np.array(colour)).sum(axis=2)
    return int((far < 70).sum())


def test_a_cameo_shows_the_portrait() -> None:
    board = parse("Mia waves in the park", seconds=1, width=180, height=320, seed=2, characters=("Mia",), style="paper")
    portrait = np.full((64, 64, 3), (255, 0, 255), np.uint8)
    without, shown = middle(board), middle(board, {"Mia": portrait})
    assert _closeness(shown, (255, 0, 255)) > _closeness(without, (255, 0, 255)) + 40


def test_films_of_equal_signature_are_equal() -> None:
    first = parse("a red ball bounces in the park", seconds=1, width=180, height=320, seed=3, style="paper")
    second = parse("in the park, bouncing: a red ball", seconds=1, width=180, height=320, seed=3, style="paper")
    assert scene_signature(first) == scene_signature(second)
    assert np.array_equal(middle(first), middle(second))


def test_physics_repeats_exactly() -> None:
    made = shot("workshop", Thing(kind="ball", count=4), Thing(kind="ramp"), Thing(kind="block", count=4), seconds=3.0)
    (first, _), (second, _) = staged(made), staged(made)
    assert np.array_equal(first.take.poses, second.take.poses, equal_nan=True)
    assert first.take.contacts == second.take.contacts


def test_nothing_falls_through_the_floor() -> None:
    made = shot("workshop", Thing(kind="ball", count=5), Thing(kind="block", count=5, motion="fall"), seconds=4.0)
    cast_of, plan = staged(made)
    heights = cast_of.take.poses[..., 1]
    assert np.nanmax(heights) < plan.floor + 3


def test_a_scoring_shot_goes_through_the_hoop_and_a_miss_rebounds() -> None:
    for motion, inside in (("score", True), ("miss", False)):
        for seed in range(4):
            made = shot("court", Thing(kind="basketball", motion=motion), Thing(kind="hoop"), seconds=4.0)
            cast_of, plan = staged(made, seed)
            rim_x, rim_y = plan.width * 0.76, plan.floor - min(250.0, plan.floor * 0.56)
            path = cast_of.take.poses[:, 0, :2]
            assert _falls_through(path, rim_x, rim_y) is inside, (motion, seed)


def _falls_through(path: NDArray[np.float64], rim_x: float, rim_y: float) -> bool:
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        if y0 < rim_y <= y1:
            x = x0 + (x1 - x0) * (rim_y - y0) / (y1 - y0)
            return bool(abs(x - rim_x) < 12)
    return False


def test_what_is_lighter_than_water_floats() -> None:
    water = Water(level=300.0, swell=0.0)
    sim = Simulation(water=water)
    ball = sim.ball(50, 360, 15, "plastic")
    take = sim.run(FPS * 6, FPS)
    assert abs(take.poses[-1, ball.index, 1] - water.level) < 15


def test_momentum_passes_along_the_cradle() -> None:
    cast_of, _ = staged(shot("workshop", Thing(kind="pendulum"), seconds=1.4))
    moved = np.ptp(cast_of.take.poses[..., 0], axis=0)
    assert moved[4] > 60  # the last ball swings out
    assert moved[2] < 25  # the middle one hardly stirs


def test_an_impact_is_heard_when_it_is_seen() -> None:
    """Onset within 42 ms of the contact: a viewer cannot tell them apart."""
    sim = Simulation()
    sim.fixed((-500, 400), (500, 400), radius=2, material="wood")
    sim.ball(100, 100, 18, "rubber")
    contacts = sim.run(FPS * 2, FPS).contacts
    track = np.zeros((RATE_HZ * 2, 2), np.float32)
    lay_impacts(track, contacts[:1], RATE_HZ, 360, 0.0)
    onset = np.flatnonzero(np.abs(track).max(axis=1) > 0.02)[0] / RATE_HZ
    assert abs(onset - contacts[0].t) <= 0.042
    fall_s = float(np.sqrt(2 * (400 - 2 - 18 - 100) / 760))
    assert contacts[0].t == pytest.approx(fall_s, abs=ONE_FRAME_S)


def test_impacts_stand_out_of_a_whole_films_sound() -> None:
    board = one_shot(shot("workshop", Thing(kind="marble"), Thing(kind="drum"), seconds=3.0))
    film = WorldBackend().generate(board, {}, lambda _: None, lambda: False, "world")
    assert film.sound is not None
    contact = staged(board.shots[0], 4)[0].take.contacts
    loud = _loudness(film.sound.samples)
    assert contact
    assert loud.max() > 2.5 * np.median(loud)


def _loudness(samples: Samples) -> NDArray[np.float32]:
    hop = RATE_HZ // 50
    usable = samples[: len(samples) // hop * hop].reshape(-1, hop, 2)
    return cast(NDArray[np.float32], np.sqrt((usable**2).mean(axis=(1, 2))))


def test_sound_comes_from_where_it_happens() -> None:
    sim = Simulation()
    sim.fixed((-500, 400), (500, 400))
    sim.ball(20, 300, 12, "wood")
    contacts = sim.run(FPS, FPS).contacts
    track = np.zeros((RATE_HZ, 2), np.float32)
    lay_impacts(track, contacts, RATE_HZ, 360, 0.0)
    assert (track[:, 0] ** 2).sum() > 3 * (track[:, 1] ** 2).sum()


def test_bigger_things_sound_lower() -> None:
    pitches = []
    for size in (8.0, 32.0):
        track = np.zeros((RATE_HZ, 2), np.float32)
        sim = Simulation()
        sim.fixed((-500, 400), (500, 400))
        sim.ball(100, 380 - size, size, "wood", velocity=(0, 300))
        lay_impacts(track, sim.run(12, FPS).contacts[:1], RATE_HZ, 360, 0.0)
        spectrum = np.abs(np.fft.rfft(track[:, 0]))
        pitches.append(float((spectrum * np.arange(len(spectrum))).sum() / spectrum.sum()))
    assert pitches[1] < pitches[0]


def test_every_material_and_ground_has_a_voice() -> None:
    assert set(MATERIALS) <= set(VOICES)
    assert {kind.material for kind in vocab.THINGS.values()} <= set(MATERIALS)
    assert {scene.ground for scene in vocab.SCENES.values()} <= set(GROUNDS)


def test_loudness_is_even_and_nothing_clips() -> None:
    rng = np.random.default_rng(1)
    for gain in (0.01, 0.2, 3.0):
        level = levelled((rng.standard_normal((RATE_HZ, 2)) * gain).astype(np.float32))
        assert np.abs(level).max() < 0.86
        assert 0.05 < float(np.sqrt((level**2).mean())) < 0.12


def test_portrait_and_landscape_fill_their_frames() -> None:
    for width, height in ((180, 320), (320, 180), (256, 448)):
        made = parse("a train in the meadow", seconds=1, width=width, height=height, seed=1)
        assert middle(made).shape == (height, width, 3)


@pytest.mark.parametrize("camera", list(vocab.CAMERAS))
def test_every_camera_can_be_used(camera: str) -> None:
    assert middle(one_shot(shot("city", Thing(kind="person"), camera=camera, seconds=0.5))).std() > 8


@pytest.mark.parametrize("weather", list(vocab.WEATHERS))
@pytest.mark.parametrize("hour", ["day", "night"])
def test_every_weather_can_be_had_at_any_hour(weather: str, hour: str) -> None:
    made = shot("lake", Thing(kind="duck"), weather=weather, time_of_day=hour, seconds=0.3)
    assert middle(one_shot(made)).std() > 4


def test_night_is_darker_than_day() -> None:
    day, night = (middle(one_shot(shot("meadow", seconds=0.2, time_of_day=hour))).mean() for hour in ("day", "night"))
    assert night < day * 0.7
