"""Roles in the air and on the water: fliers, swimmers, boats, the sky, weather and waves."""

from random import Random

import numpy as np
import pymunk

from generation.storyboard import Thing
from generation.world import effects, vehicles
from generation.world import weather as weather_actors
from generation.world.brush import Brush
from generation.world.flyers import FLIGHTS, Flyer, FlyerActor, paint_flyer
from generation.world.look import mix, scaled
from generation.world.people import paint_figure, still_figure
from generation.world.simulation import Contact, Water
from generation.world.stage import Stage

_LOW_FLIERS = {"butterfly", "bee"}
_SHELTERED = {"room", "kitchen", "court", "workshop", "stage", "cave", "underwater", "space"}
_BOATS_PASS = pymunk.ShapeFilter(group=7)  # on a stage without depth they would ram one another all day


def flyers(stage: Stage, thing: Thing) -> None:
    """Put what flies into the air."""
    plan = stage.plan
    speed, sway, period, rises = FLIGHTS[thing.kind]
    low_flier = thing.kind in _LOW_FLIERS
    top = plan.horizon * 0.75 if low_flier else plan.height * 0.10
    low = plan.floor - 60 if low_flier or thing.kind == "drone" else plan.horizon * 1.05
    if stage.scene.ground == "none":
        low = plan.height * 0.82
    for number in range(thing.count):
        far = (number % 3) / 3
        brush = stage.brush(thing, number, (1.0 - 0.32 * far) * (1.35 if thing.count <= 3 else 1.05))
        y = top + (low - top) * ((0.35 + number * 0.381966 + brush.rng.uniform(-0.05, 0.05)) % 1.0)
        x = plan.extent * ((0.22 + number * 0.618034 + brush.rng.uniform(-0.04, 0.04)) % 1.0)
        stage.actors.append(FlyerActor(
            thing.kind, _flyer(stage, thing, brush), x, y, brush.rng.uniform(0, 6.3),
            speed * plan.pace * (1 - 0.3 * far), sway, period / max(0.8, plan.pace), rises, plan.extent, top - 90,
            plan.floor, depth=0.7 if low_flier else 0.3 - 0.1 * far,
            facing=-1.0 if (number + plan.seed) % 4 == 3 else 1.0,
        ))  # fmt: skip


def _flyer(stage: Stage, thing: Thing, brush: Brush) -> Flyer:
    if thing.kind == "astronaut":
        return Flyer(still_figure(brush, stage.portrait(thing)))
    return paint_flyer(thing.kind, brush)


def swimmers(stage: Stage, thing: Thing) -> None:
    """Put what swims into the water; a whale comes up to breathe."""
    plan, water = stage.plan, stage.water
    speed, sway, period, rises = FLIGHTS[thing.kind]
    top = (water.level if water is not None else plan.height * 0.12) + 40
    low = plan.height - 40 if water is not None else plan.floor - 70
    for number in range(thing.count):
        far = (number % 3) / 3
        brush = stage.brush(thing, number, (1.15 - 0.4 * far) * (1.3 if thing.count <= 3 else 1.0))
        y = top + (low - top) * ((0.3 + number * 0.381966) % 1.0)
        if water is not None and thing.kind == "whale":
            y, sway, period = water.level + 6, 38.0, 4.4
        x = plan.extent * ((0.3 + number * 0.618034 + brush.rng.uniform(-0.05, 0.05)) % 1.0)
        stage.actors.append(FlyerActor(
            thing.kind, paint_flyer(thing.kind, brush), x, y, brush.rng.uniform(0, 6.3),
            speed * plan.pace * (1 - 0.25 * far), sway, period, rises, plan.extent, plan.height * 0.1, plan.floor + 60,
            depth=0.52 - 0.12 * far, facing=-1.0 if number % 4 == 3 else 1.0,
        ))  # fmt: skip


def floaters(stage: Stage, thing: Thing) -> None:
    """Set boats, ducks and boards on the water; the simulation carries them."""
    if stage.water is None:
        return
    half_w, half_h, speed = vehicles.HULLS[thing.kind]
    for number in range(thing.count):
        brush = stage.brush(thing, number, (1.0 - 0.16 * (number % 3)) * (1.3 if thing.count <= 3 else 1.0))
        size = brush.size
        x = stage.spot("floater", brush.rng)
        hull = half_w * size, half_h * size
        member = stage.simulation.box(x, stage.water.surface(x, 0), hull, "wood", density=0.5)
        member.floats_at = [(-hull[0] * 0.8, hull[1]), (hull[0] * 0.8, hull[1])]
        facing = 1.0 if (number + stage.plan.seed) % 3 else -1.0
        member.steer_x = facing * speed * stage.plan.pace
        member.shapes[0].filter = _BOATS_PASS
        rider = None
        if thing.kind == "paddler":
            shirt = stage.dressed(Thing(kind="person"), brush)
            rider = paint_figure(
                shirt, stage.shadow(brush, 20), thing=thing, portrait=stage.portrait(thing),
                speaks=thing.identity in stage.mouths,
            )  # fmt: skip
        actor = vehicles.FloaterActor(
            vehicles.paint_boat(thing.kind, brush), np.zeros((1, 3)), stage.fps, hull[1] * 0.2, size, thing.motion,
            rider, facing, phase=brush.rng.uniform(0, 6.3), mouth=stage.mouths.get(thing.identity),
        )  # fmt: skip
        stage.floaters.append((member, actor))
        stage.actors.append(actor)


def hung(stage: Stage, thing: Thing) -> None:
    """Hang planets, stars or a mirror ball."""
    plan = stage.plan
    for number in range(thing.count):
        brush = stage.brush(thing, number, 1.0 - 0.25 * (number % 3))
        start = 0.5 if thing.kind == "confetti_ball" else 0.28
        x, y = plan.width * ((start + number * 0.47) % 1.0), plan.height * (0.17 + 0.13 * (number % 4))
        sprite = effects.paint_sky_thing(thing.kind, brush)
        stage.actors.append(effects.SkyThingActor(sprite, x, y, 4.0, 3.0))


def filling(stage: Stage, thing: Thing) -> None:
    """Fill the air: fireflies, fireworks, rain, and everything that drifts."""
    plan, brush = stage.plan, stage.brush(thing, 0)
    if thing.kind == "firefly":
        spark = effects.spark_sprites(brush)[0]
        stage.actors.append(effects.FirefliesActor(spark, plan, 10 + 4 * thing.count, plan.seed))
    elif thing.kind == "firework":
        _fireworks(stage, brush)
    elif thing.kind == "rain":
        stage.actors.append(weather_actors.RainActor(plan, (214, 226, 240), 130, plan.seed))
    else:
        _particles(stage, thing.kind, brush, 26 + 4 * thing.count)


def _fireworks(stage: Stage, brush: Brush) -> None:
    plan, rng = stage.plan, Random(f"{stage.plan.seed}:firework")
    bursts: list[tuple[float, float, float, int]] = []
    at = 0.5
    while at < plan.seconds:
        x, y = rng.uniform(0.15, 0.85) * plan.width, rng.uniform(0.1, 0.42) * plan.height
        bursts.append((at, x, y, rng.randrange(5)))
        stage.sounds.append(Contact(at, x, 0.9, "burst", "air", 40))
        at += rng.uniform(0.45, 0.95) / plan.pace
    stage.actors.append(effects.FireworksActor(effects.spark_sprites(brush), plan, bursts))


def _particles(stage: Stage, kind: str, brush: Brush, count: int) -> None:
    sprites = effects.particle_sprites(kind, brush)
    drift = effects.DRIFTS.get(kind, effects.DRIFTS["dust"])
    stage.actors.append(effects.ParticlesActor(stage.plan, sprites, drift, count, stage.plan.seed))


def weather(stage: Stage) -> None:
    """Let the shot's weather be seen, unless a thing of the shot already shows it."""
    shot, plan = stage.shot, stage.plan
    brush = Brush(stage.look, plan.scale * plan.lens, 1.0, (255, 255, 255), Random(plan.seed))
    shown = {thing.kind for thing in shot.things}
    outdoors = shot.scene not in _SHELTERED
    if outdoors and shot.weather == "fog":
        stage.actors.append(weather_actors.FogActor(plan, stage.look))
    if outdoors and shot.weather == "snow" and "snow" not in shown:
        _particles(stage, "snow", brush, 60)
    elif outdoors and shot.weather == "rain" and "rain" not in shown:
        stage.actors.append(weather_actors.RainActor(plan, (214, 226, 240), 110, plan.seed))
    elif outdoors and shot.weather == "wind" and "leaf" not in shown:
        _particles(stage, "leaf", brush, 12)
    elif shot.scene == "underwater" and "bubble" not in shown:
        _particles(stage, "bubble", brush, 16)
    elif shot.scene in {"forest", "room", "workshop"} and shot.style in {"cinematic", "realistic"}:
        _particles(stage, "dust", brush, 14)


def waves(stage: Stage, water: Water) -> None:
    """Lay three rows of waves: behind, about and before what floats."""
    top, deep, crest = effects.water_colours(stage.look, stage.shot.scene)
    far = mix(top, stage.look.haze, 0.35)
    plan = stage.plan
    stage.actors += [
        effects.WavesActor(water, plan, far, deep, mix(crest, far, 0.55), 0.85, 0.5, lag=1.7, lower=-22),
        effects.WavesActor(water, plan, top, deep, crest, 0.82, 0.8, lower=3),
        effects.WavesActor(water, plan, deep, scaled(deep, 0.9), mix(crest, deep, 0.5), 0.8, 0.84, lag=0.9, lower=46),
    ]
