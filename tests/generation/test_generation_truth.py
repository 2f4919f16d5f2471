"""The world's truth: what it says happened did, by the laws it claims, in the very frames that it draws."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.media.film import Frame
from generation.parsing import parse
from generation.storyboard import Shot, Storyboard, Thing
from generation.world.backend import WorldBackend
from generation.world.probes import IN_RANGE, OUT_OF_RANGE, PROBES, probe
from generation.world.simulation import GRAVITY, SUBSTEPS, Simulation
from generation.world.truth import ObjectTrack, Tracks, simulate

FPS = 24


def court(seed: int, motion: str = "miss") -> Tracks:
    made = parse("a basketball player shoots", seconds=5, width=180, height=320, seed=seed)
    things = tuple(
        thing.model_copy(update={"motion": motion}) if thing.kind == "basketball" else thing
        for thing in made.shots[0].things
    )
    return simulate(made.model_copy(update={"shots": (made.shots[0].model_copy(update={"things": things}),)}))


def ball_of(tracks: Tracks, kind: str = "basketball") -> ObjectTrack:
    return next(item for item in tracks.shots[0].objects if item.kind == kind)


def frames_of(board: Storyboard) -> list[Frame]:
    return list(WorldBackend().generate(board, {}, lambda _: None, lambda: False, "world").frames)


@pytest.mark.parametrize("seed", range(8))
def test_a_missed_shot_rebounds_and_never_teleports(seed: int) -> None:
    tracks = court(seed)
    ball, rim = ball_of(tracks), [hit for hit in tracks.impacts if hit.other_material in {"metal", "plastic"}]
    there = ~np.isnan(ball.positions[:, 0])
    path, speed = ball.positions[there], ball.velocities[there]
    assert rim  # it touched rim or board
    gone = np.linalg.norm(np.diff(path, axis=0), axis=1)
    fastest = np.maximum(np.linalg.norm(speed[:-1], axis=1), np.linalg.norm(speed[1:], axis=1))
    # Between two frames nothing goes further than its speed, and what gravity adds to it, can carry it.
    assert (gone <= (fastest + GRAVITY / 360 / FPS) / FPS * 1.02 + 1e-6).all()
    after = ball.velocities[int(rim[0].t * FPS) + 2]
    before = ball.velocities[int(rim[0].t * FPS) - 1]
    assert np.linalg.norm(after - before) > 0.3  # it came off differently from how it came


@pytest.mark.parametrize("seed", range(4))
def test_the_ball_lies_in_the_hand_until_it_is_let_go(seed: int) -> None:
    tracks = court(seed)
    ball = ball_of(tracks)
    first = int(np.flatnonzero(~np.isnan(ball.positions[:, 0]))[0])
    assert ball.visible[:first].all()
    middles = (ball.boxes[:, :2] + ball.boxes[:, 2:]) / 2
    assert np.abs(np.diff(middles[: first + 3], axis=0)).max() < 0.09


@pytest.mark.parametrize("scene", ["workshop", "court", "beach", "park"])
@pytest.mark.parametrize("seed", range(3))
def test_no_bounce_gives_energy(scene: str, seed: int) -> None:
    """Kinetic and potential energy of all bodies together never rises from one frame to the next."""
    kind = {"workshop": "ball", "court": "basketball", "beach": "beach_ball", "park": "football"}[scene]
    shot = Shot(
        text="", seconds=4.0, scene=scene, style="paper", palette="natural", time_of_day="day", weather="clear",
        camera="still", pace="medium", things=(Thing(kind=kind, count=4),),
    )  # fmt: skip
    tracks = simulate(Storyboard(prompt="", seed=seed, width=180, height=320, shots=(shot,)))
    assert tracks.impacts
    for ball in (item for item in tracks.shots[0].objects if item.kind == kind):
        alone = {hit.t for hit in tracks.impacts if ball.id in (hit.id, hit.other_id) and hit.other_id}
        energy = _energy(ball)
        for frame, (low, high) in enumerate(itertools.pairwise(energy)):
            if any(frame / FPS - 0.05 <= t <= (frame + 1) / FPS + 0.05 for t in alone):
                continue  # one ball may give to another; the sum is what must not grow
            assert np.isnan(low) or high <= low * 1.01 + 0.01


def _energy(ball: ObjectTrack) -> NDArray[np.float64]:
    """Per mass, in widths squared a second squared; half the spin counts as speed (a disc)."""
    speed2 = (ball.velocities**2).sum(axis=1)
    return np.asarray(speed2 / 2 - GRAVITY / 360 * ball.positions[:, 1] + 10.0)


def test_uniform_motion_is_uniform() -> None:
    for seed in range(5):
        (ball,) = simulate(probe("uniform", seed)).shots[0].objects
        assert np.ptp(ball.velocities, axis=0) == pytest.approx([0, 0], abs=1e-12)
        line = ball.positions[0] + np.arange(len(ball.positions))[:, None] / FPS * ball.velocities[0]
        assert ball.positions == pytest.approx(line, abs=1e-6)


def test_collisions_keep_momentum_and_energy() -> None:
    for seed in range(8):
        shot = simulate(probe("collision", seed)).shots[0]
        a, b = shot.objects
        mass_a, mass_b = a.radius**2, b.radius**2
        momentum = mass_a * a.velocities[:, 0] + mass_b * b.velocities[:, 0]
        energy = mass_a * (a.velocities**2).sum(axis=1) + mass_b * (b.velocities**2).sum(axis=1)
        assert momentum == pytest.approx(momentum[0], rel=1e-6, abs=1e-9)
        assert energy[-1] == pytest.approx(energy[0], rel=0.02)
        (hit,) = shot.impacts
        assert {hit.id, hit.other_id} == {a.id, b.id}
        gap = abs(a.positions[:, 0] - b.positions[:, 0]) - a.radius - b.radius
        assert gap.min() > -0.02  # never through one another
        touch = (gap[0]) / (a.velocities[0, 0] - b.velocities[0, 0])
        assert hit.t == pytest.approx(touch, abs=2 / (FPS * SUBSTEPS))


def test_parabolas_fall_as_they_should() -> None:
    for seed in range(5):
        (ball,) = simulate(probe("parabola", seed)).shots[0].objects
        t = np.arange(len(ball.positions)) / FPS
        fall = 0.3 * GRAVITY / 360 * t * t / 2
        assert ball.positions[:, 1] - ball.positions[0, 1] == pytest.approx(fall, rel=0.03, abs=0.004)
        assert np.ptp(ball.velocities[:, 0]) < 1e-9


@pytest.mark.parametrize("kind", list(PROBES))
def test_ranges_keep_probes_apart(kind: str) -> None:
    for seed in range(4):
        near, far = (simulate(probe(kind, seed, ranges)).shots[0].objects for ranges in (IN_RANGE, OUT_OF_RANGE))
        assert all(IN_RANGE.radii[0] <= item.radius <= IN_RANGE.radii[1] for item in near)
        assert all(OUT_OF_RANGE.radii[0] <= item.radius <= OUT_OF_RANGE.radii[1] for item in far)


def test_an_unknown_probe_is_refused() -> None:
    with pytest.raises(InvalidInput, match="wormhole"):
        probe("wormhole", 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_truth_is_where_the_picture_has_it(seed: int) -> None:
    """The coloured disc that is drawn has its middle where the track says, to a pixel or two."""
    board = probe("uniform", seed, side=128)
    (ball,) = simulate(board).shots[0].objects
    frames = frames_of(board)
    empty = board.model_copy(update={"shots": (board.shots[0].model_copy(update={"things": ()}),)})
    back = frames_of(empty)[0].astype(int)
    for number in (0, len(frames) // 2, len(frames) - 1):
        differs = np.abs(frames[number].astype(int) - back).sum(axis=2) > 90
        rows, columns = np.nonzero(differs)
        assert columns.mean() + 0.5 == pytest.approx(ball.positions[number, 0] * 128, abs=1.6)
        assert rows.mean() + 0.5 == pytest.approx(ball.positions[number, 1] * 128, abs=1.6)


def test_boxes_hold_whom_they_name() -> None:
    """Pixels that change when a person is taken out of a film lie within that person's box."""
    made = parse("Mia in a red coat waves in the park", seconds=1, width=180, height=320, seed=3, style="paper")
    mia = simulate(made).shots[0].find("Mia")
    assert mia is not None
    shot = made.shots[0]
    without = made.model_copy(
        update={"shots": (shot.model_copy(update={"things": tuple(t for t in shot.things if t.name != "Mia")}),)}
    )
    number = made.frame_count // 2
    changed = np.abs(frames_of(made)[number].astype(int) - frames_of(without)[number]).sum(axis=2) > 120
    rows, columns = np.nonzero(changed)
    left, top, right, bottom = mia.boxes[number] * [180, 320, 180, 320]
    inside = (columns >= left - 2) & (columns <= right + 2) & (rows >= top - 2) & (rows <= bottom + 2)
    assert inside.mean() > 0.93
    assert (right - left) * (bottom - top) < 0.35 * 180 * 320


def test_tracks_follow_the_cuts_and_name_who_is_who() -> None:
    made = parse("Shot 1: Mia walks in a park. Shot 2: Mia waves in the city with a dog", seconds=3, width=180,
                 height=320, seed=3, characters=("Mia",))  # fmt: skip
    tracks = simulate(made)
    assert [shot.first_frame for shot in tracks.shots] == [0, 36]
    assert sum(shot.frames for shot in tracks.shots) == made.frame_count
    for shot in tracks.shots:
        mia = shot.find("Mia")
        assert mia is not None
        assert mia.character == "Mia"
        assert mia.visible.any()
    assert tracks.shots[1].find("dog") is not None


def test_the_wind_carries_what_is_light() -> None:
    moved = {}
    for material in ("paper", "metal"):
        sim = Simulation(wind=95.0, gravity=0.0)
        ball = sim.ball(100, 100, 12, material)
        moved[material] = sim.run(FPS, FPS).poses[-1, ball.index, 0] - 100
    assert moved["paper"] > 3 * moved["metal"] > 0
