"""Roles on the ground: people, animals, vehicles, and what stands there."""

import math
from dataclasses import dataclass

from generation.storyboard import Thing
from generation.world import effects, flora, vehicles
from generation.world.animals import AnimalActor, WaddleActor, paint_animal, paint_crab, paint_penguin
from generation.world.body_actors import FixedActor, RagdollActor
from generation.world.brush import Brush
from generation.world.gaits import flip_landings, foot_falls
from generation.world.paint import Sprite
from generation.world.people import FigureActor, costume_of, paint_figure
from generation.world.ragdoll import add_ragdoll, trip_speed
from generation.world.simulation import Contact
from generation.world.stage import Stage
from generation.world.view import View

_SPEEDS = {"walk": 34.0, "run": 118.0, "jump": 30.0, "drive": 60.0}
_FIGURE_SPEEDS = {"walk": 54.0, "run": 140.0, "jump": 30.0}
_ROW_UP, _ROW_SMALLER = 18, 0.12
_FALLERS = 3  # more would cost more than they show
_PLACES = {"street": "walk", "park": "walk", "beach": "walk", "mountains": "walk", "forest": "walk", "city": "wave"}
_ANIMAL_MOTIONS = {
    "swim": "walk", "fly": "jump", "bounce": "jump", "roll": "run", "wave": "idle", "drive": "run", "float": "idle",
    "fall": "jump", "flip": "jump", "talk": "idle", "swing": "dance", "score": "jump", "miss": "jump",
}  # fmt: skip
_TABLE = {"cup", "teapot", "cake", "book"}
_SWAY = {"tree": 0.012, "palm": 0.02, "pine": 0.01, "flower": 0.06, "seaweed": 0.07, "plant": 0.02}
_SHADOWS = {"tree": 90.0, "house": 150.0, "pine": 80.0, "cake": 90.0, "palm": 60.0, "flower": 20.0, "mushroom": 30.0}


def walkers(stage: Stage, thing: Thing) -> None:
    """Put people or robots on the stage."""
    for number in range(thing.count):
        _walker(stage, thing, number)


def _walker(stage: Stage, thing: Thing, number: int) -> None:
    plan, shot = stage.plan, stage.shot
    talks = _talkers(stage)
    row = 0 if thing.identity in talks else _row(thing, number)
    brush = stage.brush(thing, number, stage.closeness * (1 - _ROW_SMALLER * row))
    x, floor = stage.spot("walker", brush.rng), plan.floor + 12 - _ROW_UP * row
    motion, facing = thing.motion or _usual_motion(stage, thing.kind), brush.rng.choice((1.0, -1.0))
    span = stage.span()
    if number == 0 and _plays_ball(stage):
        motion, x, floor, facing = "score", plan.width * 0.2, plan.floor, 1.0
    elif number == 0 and thing.identity in talks:
        x, facing = _in_company(stage, talks, thing.identity)
        motion = thing.motion if thing.motion in {"dance", "wave", "sleep", "jump", "flip"} else "talk"
    elif number == 0 and thing.identity in stage.arrivals:
        x = stage.arrivals[thing.identity]
    speaks = number == 0 and thing.identity in stage.mouths
    figure = paint_figure(
        stage.dressed(thing, brush), stage.shadow(brush, 46), thing=thing, portrait=stage.portrait(thing),
        robot=thing.kind == "robot", costume=costume_of(thing.kind), speaks=speaks,
    )  # fmt: skip
    speed, followed = _FIGURE_SPEEDS.get(motion, 0.0) * plan.pace, False
    if number == 0 and shot.camera == "track" and speed and _is_target(stage, thing):
        # Whoever the camera follows sets off where it looks, and goes on as far as it will go.
        x, facing, span = plan.width * 0.42, 1.0, (0.0, plan.extent + 400)
        speed = min(speed, max(20.0, plan.travel / plan.seconds))
        followed = True
    elif stage.leader is not None:
        x, facing, span, motion, speed = _beside(stage, stage.leader, motion, thing.motion)
    phase = brush.rng.uniform(0, 6.3) if thing.count > 1 or motion == "talk" else 0.0
    actor = FigureActor(
        figure, x, floor, motion, plan.pace, phase, brush.size, speed=speed, span=span, facing=facing,
        depth=0.65 - 0.01 * row - 0.0005 * number, spins=motion == "jump" and brush.rng.random() < 0.5,
        mouth=stage.mouths.get(thing.identity) if speaks else None,
    )  # fmt: skip
    if motion == "fall" and thing.kind != "robot" and stage.scene.ground not in {"none", "water"} and number < _FALLERS:
        _falling(stage, actor, number)
        return
    stage.actors.append(actor)
    if followed:
        stage.leader = actor
    if number < 2:
        _footfalls(stage, actor)


def _beside(
    stage: Stage, leader: FigureActor, usual: str, asked: str
) -> tuple[float, float, tuple[float, float], str, float]:
    """Return place, direction, span, motion and speed of someone who goes along with whom the camera follows."""
    stage.beside += 1
    side = 1 if stage.beside % 2 else -1
    x = leader.x + side * stage.plan.width * (0.10 + 0.14 * ((stage.beside + 1) // 2))
    if asked and asked not in {"walk", "run"}:
        return x, -leader.facing, leader.span, asked or usual, 0.0
    return x, leader.facing, leader.span, leader.motion, leader.speed


def _falling(stage: Stage, actor: FigureActor, number: int) -> None:
    """Let someone stand a moment, lose their footing, and fall as jointed bodies do."""
    actor.motion = "idle"
    parts = add_ragdoll(
        stage.simulation, actor.x, stage.plan.floor, actor.size, actor.facing,
        enters_s=0.6 + 0.5 * number, trip=trip_speed(math.sin(actor.x)),
    )  # fmt: skip
    actor.floor = stage.plan.floor
    doll = RagdollActor(actor, [part.index for part in parts], depth=actor.depth)
    stage.ragdolls.append(doll)
    stage.actors.append(doll)


def _row(thing: Thing, number: int) -> int:
    """Return how far back someone stands: a crowd has more rows than a group."""
    return number % (3 if thing.count <= 6 else 5)


def _talkers(stage: Stage) -> list[str]:
    """Return who speaks in the shot, in the order in which they do."""
    return list(dict.fromkeys(line.speaker for line in stage.shot.dialogue if line.speaker))


def _in_company(stage: Stage, talks: list[str], identity: str) -> tuple[float, float]:
    """Return where someone who speaks stands, and which way: those who talk to one another face one another."""
    plan, place = stage.plan, talks.index(identity)
    if len(talks) == 1:
        return plan.width * 0.5 + plan.camera_at(0).x, 1.0
    share = 0.5 + (place / (len(talks) - 1) - 0.5) * (0.34 if plan.height > plan.width else 0.26)
    return plan.width * share + plan.camera_at(0).x, 1.0 if place < len(talks) / 2 else -1.0


def _is_target(stage: Stage, thing: Thing) -> bool:
    wanted = stage.shot.camera_target
    return thing.identity == wanted if wanted else thing == stage.shot.things[0]


def _footfalls(stage: Stage, actor: FigureActor) -> None:
    """Let a figure's feet be heard when they come down."""
    if actor.motion in {"walk", "run"} and actor.speed:
        strength = 0.16 if actor.motion == "run" else 0.10
        for at in foot_falls(actor.motion, stage.plan.seconds, actor.phase, actor.speed / actor.size):
            stage.sounds.append(Contact(at, actor.place(at)[0], strength, "step", stage.scene.ground, 10))
    elif actor.motion == "flip":
        for at in flip_landings(stage.plan.seconds, stage.plan.pace):
            stage.sounds.append(Contact(at, actor.x, 0.55, "step", stage.scene.ground, 16))


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
    if number == 0:
        x = stage.arrivals.get(thing.identity, x)
    facing = brush.rng.choice((1.0, -1.0))
    animal = paint_animal(thing.kind, brush, stage.shadow(brush, 110 if thing.kind == "elephant" else 64))
    stage.actors.append(AnimalActor(
        animal, x, plan.floor + 18 - 16 * row, motion, plan.pace, brush.rng.uniform(0, 6.3), brush.size,
        speed=_SPEEDS.get(motion, 0.0) * plan.pace, span=stage.span(), facing=facing, depth=0.63 - 0.01 * row,
        mouth=stage.mouths.get(thing.identity) if number == 0 else None,
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
            rider = paint_figure(shirt, stage.shadow(brush, 20), thing=thing, portrait=stage.portrait(thing))
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
