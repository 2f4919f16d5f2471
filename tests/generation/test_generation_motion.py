"""Bodies move as bodies do: feet stay where they are put, momentum is kept in the air, joints hold."""

import itertools
import math

import numpy as np
import pytest

from generation.storyboard import Shot, Thing
from generation.world import vocabulary as vocab
from generation.world.casting import cast_shot
from generation.world.gaits import FLIP_S, GAITS, flip_at, flip_flight, foot_falls, pose_at
from generation.world.look import Look
from generation.world.people import FigureActor
from generation.world.plan import Plan
from generation.world.ragdoll import add_ragdoll
from generation.world.simulation import Simulation
from generation.world.skeleton import HIP, centre_of_mass, momentum, segments, turned


@pytest.mark.parametrize("motion", list(GAITS))
@pytest.mark.parametrize("speed", [30.0, 60.0])
def test_a_foot_on_the_ground_stays_where_it_is(motion: str, speed: float) -> None:
    gait = GAITS[motion]
    hz, steps = gait.hz(speed), 240
    for leg in (0, 1):
        feet = []
        for number in range(steps):
            t = number / steps / hz
            pose = pose_at(motion, t, 0.0, 1.0, speed)
            ankle = segments(pose)[3 + 2 * leg][1]
            down = (number / steps + 0.5 * leg) % 1.0 < gait.duty
            feet.append((ankle[0] + speed * t, ankle[1] - HIP - pose.lift, down))
        for (x0, y0, first), (x1, y1, second) in itertools.pairwise(feet):
            if first and second:
                assert abs(x1 - x0) < 0.25
                assert abs(y1 - y0) < 0.25
        height = [y for _, y, down in feet if down]
        assert np.ptp(height) < 1.0


def test_footsteps_are_heard_when_feet_come_down() -> None:
    falls = foot_falls("walk", 4.0, 1.0, 50.0)
    hz = GAITS["walk"].hz(50.0)
    assert len(falls) == pytest.approx(2 * hz * 4, abs=1)
    assert np.diff(falls) == pytest.approx(0.5 / hz)
    for t in falls:
        strides = hz * t + 1.0 / (2 * math.pi)
        assert min(strides % 0.5, 0.5 - strides % 0.5) < 1e-6


@pytest.mark.parametrize("turns", [-1.0, 1.0, -2.0])
def test_a_somersault_keeps_its_momentum_and_falls_freely(turns: float) -> None:
    flight = flip_flight(turns, -14.0)
    body = turned(np.stack([segments(pose) for pose in flight.poses]), flight.turns) + flight.hips[:, None, None, :]
    spin = momentum(body, flight.dt)[2:-2]
    assert np.ptp(spin) < 0.02 * abs(spin.mean())
    fall = np.diff(centre_of_mass(body), 2, axis=0) / flight.dt**2
    assert np.ptp(fall, axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert fall[0, 1] > 0
    assert flight.turns[-1] == pytest.approx(2 * math.pi * turns, abs=0.01)
    # Drawn in, it turns faster than stretched out: that is what a tuck is for.
    rate = np.abs(np.gradient(flight.turns, flight.dt))
    assert rate[len(rate) // 2] > 1.6 * rate[4]


def test_a_gymnast_leaves_and_meets_the_ground_without_a_jump() -> None:
    hips = []
    for number in range(int(2 * FLIP_S * 240)):
        pose = flip_at(number / 240, -1.0)
        hips.append((pose.shift, pose.lift))
    steps = np.abs(np.diff(np.array(hips), axis=0)).max(axis=0)
    # At 240 moments a second: a hip that goes round the centre of mass is fast, but nothing leaps.
    assert steps[0] < 2.0
    assert steps[1] < 4.0


def test_a_fall_holds_together_and_comes_to_rest() -> None:
    sim = Simulation()
    sim.fixed((-500, 430), (900, 430), radius=30, material="wood", bounce=0.8)
    parts = add_ragdoll(sim, 180, 400, 1.2, 1.0, enters_s=0.0, trip=1.3)
    take = sim.run(24 * 5, 24)
    trunk, head = (take.poses[:, parts[number].index, :2] for number in (0, 1))
    apart = np.linalg.norm(trunk - head, axis=1)
    assert np.ptp(apart) < 12  # the neck holds
    assert take.poses[:, :, 1].max() < 420  # nothing sinks into the floor
    assert trunk[-1, 1] > trunk[0, 1] + 40  # it lies
    assert np.abs(take.velocities[-6:, :, :2]).max() < 60


def test_people_who_fall_do_so_by_physics() -> None:
    shot = Shot(
        text="", seconds=3.0, scene="park", style="paper", palette="natural", time_of_day="day", weather="clear",
        camera="still", pace="medium", things=(Thing(kind="person", motion="fall", count=2),),
    )  # fmt: skip
    plan = Plan.of(shot, 180, 320, 4)
    cast = cast_shot(shot, plan, Look.of(shot), {}, 72, 24)
    assert len([member for member in cast.members if member.thing.kind == "person"]) == 2
    assert cast.take.poses.shape[1] == 20
    high = [member.actor.spot(0.0)[1] for member in cast.members]
    low = [member.actor.spot(2.9)[1] for member in cast.members]
    assert all(after > before + 40 for before, after in zip(high, low, strict=True))


def test_whoever_the_camera_follows_stays_in_the_picture() -> None:
    shot = Shot(
        text="", seconds=6.0, scene="park", style="paper", palette="natural", time_of_day="day", weather="clear",
        camera="track", pace="medium", things=(Thing(kind="person", motion="run", name="Mia"),),
    )  # fmt: skip
    from generation.world.camera import Rig

    plan = Plan.of(shot, 180, 320, 4)
    cast = cast_shot(shot, plan, Look.of(shot), {}, 144, 24)
    mia = cast.find("Mia")
    assert mia is not None
    assert isinstance(mia.actor, FigureActor)
    rig = Rig(plan, 144, 24, mia.actor.spot)
    seen = [(mia.actor.spot(t)[0] - rig.eye(t).x) / plan.width for t in np.linspace(0, 5.9, 60)]
    assert 0.2 < min(seen) <= max(seen) < 0.75
    assert mia.actor.spot(5.9)[0] - mia.actor.spot(0.0)[0] > plan.width


def test_every_motion_has_a_pose() -> None:
    for motion in (*vocab.MOTIONS, "talk", ""):
        for t in (0.0, 0.7, 2.9):
            assert np.isfinite(segments(pose_at(motion, t, 0.3, 1.0, 40.0))).all()
