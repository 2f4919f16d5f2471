"""Roles on the ground: people, animals, vehicles, and what stands there."""

import math
from dataclasses import dataclass

from generation.storyboard import Thing
from generation.world import effects, flora, vehicles
from generation.world.animals import AnimalActor, WaddleActor, paint_animal, paint_crab, paint_penguin
from generation.world.bodies import FixedActor
from generation.world.brush import Brush
from generation.world.paint import Sprite
from generation.world.people import FigureActor, costume_of, paint_figure
from generation.world.stage import Stage
from generation.world.view import View

_SPEEDS = {"walk": 34.0, "run": 118.0, "jump": 30.0, "drive": 60.0}
_PLACES = {"street": "walk", "park": "walk", "beach": "walk", "mountains": "walk", "forest": "walk", "city": "wave"}
_ANIMAL_MOTIONS = {
    "swim": "walk", "fly": "jump", "bounce": "jump", "roll": "run", "wave": "idle", "drive": "run", "float": "idle",
    "fall": "jump", "swing": "dance", "score": "jump", "miss": "jump",
}  # fmt: skip
_TABLE = {"cup", "teapot", "cake", "book"}
_SWAY = {"tree": 0.012, "palm": 0.02, "pine": 0.01, "flower": 0.06, "seaweed": 0.07, "plant": 0.02}
_SHADOWS = {"tree": 90.0, "house": 150.0, "pine": 80.0, "cake": 90.0, "palm": 60.0, "flower": 20.0, "mushroom": 30.0}


def walkers(stage: Stage, thing: Thing) -> None:
    """Put people or robots on the stage."""
    for number in range(thing.count):
        _walker(stage, thing, number)


def _walker(stage: Stage, thing: Thing, number: int) -> None:
    plan, row = stage.plan, number % 3
    brush = stage.brush(thing, number, stage.closeness * (1 - 0.12 * row))
    x, floor = stage.spot("walker", brush.rng), plan.floor + 12 - 18 * row
    motion, facing = thing.motion or _usual_motion(stage, thing.kind), brush.rng.choice((1.0, -1.0))
    if number == 0 and _plays_ball(stage):
        motion, x, floor, facing = "score", plan.width * 0.16, plan.floor, 1.0
    figure = paint_figure(
        stage.dressed(thing, brush), stage.shadow(brush, 46), portrait=stage.portrait(thing),
        robot=thing.kind == "robot", costume=costume_of(thing.kind),
    )  # fmt: skip
    actor = FigureActor(
        figure, x, floor, motion, plan.pace, brush.rng.uniform(0, 6.3) if thing.count > 1 else 0.0, brush.size,
        speed=_SPEEDS.get(motion, 0.0) * plan.pace, span=stage.span(), facing=facing,
        depth=0.65 - 0.01 * row - 0.0005 * number, spins=motion == "jump" and brush.rng.random() < 0.5,
    )  # fmt: skip
    stage.actors.append(actor)
    if motion in {"walk", "run"} and number < 2:
        fast = motion == "run"
        stage.footsteps(x, 0.16 if fast else 0.10, 2.1 * plan.pace * (1.65 if fast else 1.0))


def _plays_ball(stage: Stage) -> bool:
    kinds = {thing.kind for thing in stage.shot.things}
    return {"hoop", "basketball"} <= kinds


def _usual_motion(stage: Stage, kind: str) -> str:
    if kind == "dancer" or stage.shot.scene == "stage":
        return "dance"
    if stage.scene.ground == "sea_floor":
        return "swim"
    return "walk" if kind == "robot" else _PLACES.get(stage.shot.scene, "idle")


def animals(stage: Stage, thing: Thing) -> None:
    """Put animals on the stage."""
    for number in range(thing.count):
        brush = stage.brush(thing, number, stage.closeness * (1.0 - 0.1 * (number % 3)))
        usual = ("walk", "idle", "jump") if thing.kind == "rabbit" else ("walk", "idle", "walk")
        motion = thing.motion or brush.rng.choice(usual)
        motion = _ANIMAL_MOTIONS.get(motion, motion)
        if thing.kind in {"penguin", "crab"}:
            _waddler(stage, thing, number, brush, motion)
        else:
            _four_legged(stage, thing, number, brush, motion)


def _four_legged(stage: Stage, thing: Thing, number: int, brush: Brush, motion: str) -> None:
    plan, row = stage.plan, number % 3
    x = stage.spot("animal", brush.rng)
    facing = brush.rng.choice((1.0, -1.0))
    animal = paint_animal(thing.kind, brush, stage.shadow(brush, 110 if thing.kind == "elephant" else 64))
    stage.actors.append(AnimalActor(
        animal, x, plan.floor + 18 - 16 * row, motion, plan.pace, brush.rng.uniform(0, 6.3), brush.size,
        speed=_SPEEDS.get(motion, 0.0) * plan.pace, span=stage.span(), facing=facing, depth=0.63 - 0.01 * row,
    ))  # fmt: skip
    if motion in {"walk", "run"} and number < 2:
        stage.footsteps(x, 0.10, 2.6 * plan.pace * (2.0 if motion == "run" else 1.0))


def _waddler(stage: Stage, thing: Thing, number: int, brush: Brush, motion: str) -> None:
    plan, row = stage.plan, number % 3
    paint = paint_penguin if thing.kind == "penguin" else paint_crab
    stage.actors.append(WaddleActor(
        paint(brush, False), paint(brush, True), stage.shadow(brush, 44), stage.spot("animal", brush.rng),
        plan.floor + 18 - 16 * row, plan.pace, brush.rng.uniform(0, 6.3), _SPEEDS.get(motion, 0.0) * plan.pace * 0.7,
        stage.span(), motion, depth=0.63 - 0.01 * row, facing=brush.rng.choice((1.0, -1.0)),
    ))  # fmt: skip


def driven(stage: Stage, thing: Thing) -> None:
    """Put vehicles on the stage, in two lanes that go opposite ways."""
    plan = stage.plan
    places, radius = vehicles.WHEELS[thing.kind]
    for number in range(thing.count):
        lane = number % 2
        brush = stage.brush(thing, number, stage.closeness * (1.0 - 0.1 * lane))
        wheel = vehicles.paint_wheel(brush, radius, spoked=thing.kind == "bicycle") if places else None
        rider = None
        if thing.kind in {"bicycle", "sled"}:
            shirt = stage.dressed(Thing(kind="person"), brush, 0.92)
            rider = paint_figure(shirt, stage.shadow(brush, 20), portrait=stage.portrait(thing))
        stage.actors.append(vehicles.VehicleActor(
            thing.kind, vehicles.paint_vehicle(thing.kind, brush), wheel, stage.shadow(brush, 130),
            plan.extent * ((0.25 + number * 0.618034) % 1.0), plan.floor + 22 - 30 * lane,
            vehicles.SPEEDS[thing.kind] * plan.pace * brush.rng.uniform(0.8, 1.15), plan.extent, brush.size,
            thing.motion == "fly", facing=-1.0 if lane else 1.0, depth=0.66 - 0.05 * lane, rider=rider,
            phase=brush.rng.uniform(0, 6.3),
        ))  # fmt: skip


def standing(stage: Stage, thing: Thing) -> None:
    """Put what stands still on the stage: plants, furniture, houses, cups."""
    for number in range(thing.count):
        row = number % 3
        on_table = thing.kind in _TABLE and stage.shot.scene in {"kitchen", "room"}
        brush = stage.brush(thing, number, (1.15 - 0.16 * row) * (1.6 if on_table else 1.0))
        x, y = stage.spot("plant", brush.rng), _standing_y(stage, thing.kind, row)
        stage.actors.append(FixedActor(stage.shadow(brush, _SHADOWS.get(thing.kind, 44.0)), x, y + 1, depth=0.43))
        stage.actors.append(_Swaying(
            flora.paint_standing(thing.kind, brush), x, y, _SWAY.get(thing.kind, 0.0), brush.rng.uniform(0, 6.3),
            2.4 if stage.shot.weather == "wind" else 1.0, 0.45 - 0.01 * row if y < stage.plan.floor else 0.72,
        ))  # fmt: skip
        _extras(stage, thing.kind, brush, x, y)


def _standing_y(stage: Stage, kind: str, row: int) -> float:
    floor = stage.plan.floor
    if kind in _TABLE:
        return floor + 6
    return floor + 34 - 30 * row if kind in {"flower", "mushroom"} else floor - 10 - 20 * row


def _extras(stage: Stage, kind: str, brush: Brush, x: float, y: float) -> None:
    if kind == "campfire":
        tongue, glow = effects.flame_sprites(brush)
        stage.actors.append(effects.FlameActor(tongue, glow, x, y - 8, brush.size))
    elif kind in {"cup", "teapot"}:
        stage.actors.append(effects.SteamActor(effects.steam_sprite(brush), x, y - 50 * brush.size))


@dataclass(slots=True)
class _Swaying:
    """Something rooted that moves with the wind."""

    sprite: Sprite
    x: float
    y: float
    amount: float
    phase: float
    wind: float
    depth: float

    def draw(self, view: View, t: float) -> None:
        """Draw it as the wind bends it."""
        turn = self.amount * self.wind * (math.sin(1.7 * t + self.phase) + 0.4 * math.sin(3.9 * t + self.phase))
        view.put(self.sprite, self.x, self.y, turn=turn)
