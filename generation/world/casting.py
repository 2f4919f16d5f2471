"""Puts a shot's things on its stage: who stands where, what flies, what physics moves, and when they are heard."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from core.media.film import Frame
from generation.backends import Portraits
from generation.storyboard import Shot, Thing
from generation.world import effects, flora, vehicles
from generation.world.animals import AnimalActor, WaddleActor, paint_animal, paint_crab, paint_penguin
from generation.world.bodies import FixedActor, Physics
from generation.world.brush import WARM, Brush, colour_of
from generation.world.flyers import FLIGHTS, Flyer, FlyerActor, paint_flyer
from generation.world.look import Look
from generation.world.people import FigureActor, costume_of, paint_figure
from generation.world.plan import Plan
from generation.world.props import soft_shadow
from generation.world.simulation import GRAVITY, GROUNDS, Contact, SimBody, Simulation, Take, Water
from generation.world.view import Actor
from generation.world.vocabulary import SCENES, THINGS

_MOVING = {"walk": 34.0, "run": 118.0, "jump": 30.0, "drive": 60.0}
_PIECES = {"hoop", "ramp", "peg", "wall", "drum"}


@dataclass(slots=True)
class Cast:
    """Everyone on the stage in drawing order, the take that physics made, and sounds besides its impacts."""

    actors: list[Actor]
    take: Take
    sounds: list[Contact] = field(default_factory=list)


class Casting:
    """Builds the cast of one shot."""

    def __init__(self, shot: Shot, plan: Plan, look: Look, portraits: Portraits, fps: int) -> None:
        self.shot, self.plan, self.look, self.portraits, self.fps = shot, plan, look, portraits, fps
        self.scene = SCENES[shot.scene]
        self.actors: list[Actor] = []
        self.sounds: list[Contact] = []
        self._slots: dict[str, int] = {}
        self._floaters: list[tuple[SimBody, vehicles.FloaterActor]] = []
        storm = 1.6 if shot.weather in {"rain", "wind"} else 1.0
        swell = {"ocean": 7.5, "lake": 2.6}.get(shot.scene, 0.0) * storm
        self.water = Water(plan.floor - 26, swell, plan.pace) if self.scene.ground == "water" else None
        gravity = {"space": 0.0, "underwater": 90.0, "sky": 160.0}.get(shot.scene, GRAVITY)
        damping = 0.55 if shot.scene == "underwater" else 0.985
        self.simulation = Simulation(gravity=gravity * (plan.pace if plan.pace < 1 else 1.0), damping=damping,
            water=self.water)  # fmt: skip
        self.physics = Physics(self.simulation, plan, look, ground=self.scene.ground, bounce=GROUNDS[self.scene.ground])

    def cast(self) -> Cast:
        """Return everyone, after the simulation has run."""
        simulated = [thing for thing in self.shot.things if THINGS[thing.kind].role == "body" or thing.kind in _PIECES]
        for thing in self.shot.things:
            if thing not in simulated:
                _ROLES[THINGS[thing.kind].role](self, thing)
        shooter = next((actor.x for actor in self.actors if isinstance(actor,
            FigureActor) and actor.motion in {"score", "miss"}), None)  # fmt: skip
        self.physics.stage(simulated, shooter_x=shooter)
        self._weather()
        if self.water is not None:
            self._waves(self.water)
        take = self.simulation.run(max(1, round(self.plan.seconds * self.fps)), self.fps)
        for actor in self.physics.bodies:
            actor.poses, actor.fps = take.poses[:, actor.index], self.fps
        for member, floater in self._floaters:
            floater.poses = take.poses[:, member.index]
        self.actors += self.physics.actors
        return Cast(sorted(self.actors, key=lambda actor: actor.depth), take, self.sounds)

    # Helpers ---------------------------------------------------------------------------------------------------------

    def _brush(self, thing: Thing, number: int, size: float = 1.0) -> Brush:
        rng = Random(f"{self.plan.seed}:{thing.kind}:{thing.character}:{number}")
        usual = THINGS[thing.kind].colour
        # Several of the same kind without a colour of their own should not be copies of one another.
        if number and not thing.colour and thing.kind in {"balloon", "car", "fish", "hot_air_balloon", "kite",
            "lantern", "bird"}:  # fmt: skip
            usual = ""
        return Brush(self.look, self.plan.scale, size * thing.size, colour_of(thing.colour, usual, rng), rng)

    def _shadow(self, brush: Brush, width: float) -> "effects.Sprite":
        return soft_shadow(brush, width)

    def _spot(self, lane: str, rng: Random, total: int) -> float:
        """Return a place along the stage: well apart, and not all in a row's middle."""
        taken = self._slots.get(lane, 0)
        self._slots[lane] = taken + 1
        share = (0.5 + taken * 0.381966) % 1.0 if lane != "plant" else (0.12 + taken * 0.618034) % 1.0
        jitter = rng.uniform(-0.05, 0.05)
        del total
        return self.plan.extent * min(0.93, max(0.07, 0.1 + 0.8 * share + jitter))

    def _stride(self, actor: FigureActor | AnimalActor, hz: float) -> None:
        """Let feet be heard: a soft step at every beat of the gait."""
        steps = int(self.plan.seconds * hz * 2)
        for number in range(steps):
            t = (number + 0.5) / (hz * 2)
            if t < self.plan.seconds:
                self.sounds.append(Contact(t, actor.x, 0.10 if actor.motion == "walk" else 0.16, "step",
                    self.scene.ground, 10))  # fmt: skip

    # Roles -----------------------------------------------------------------------------------------------------------

    def _walker(self, thing: Thing) -> None:
        plan = self.plan
        hoop = any(other.kind == "hoop" for other in self.shot.things) and any(
            other.kind == "basketball" for other in self.shot.things
        )
        for number in range(thing.count):
            back = number / max(1, thing.count)
            size = 1.0 * thing.size * (1 - 0.12 * (number % 3))
            brush = self._brush(thing, number, size / thing.size)
            if not thing.colour:
                brush = Brush(brush.look, brush.scale, brush.size, brush.rng.choice(WARM), brush.rng)
            motion = thing.motion or self._usual_motion(thing.kind)
            x = self._spot("walker", brush.rng, thing.count)
            floor = plan.floor + 10 - 16 * (number % 3)
            if hoop and number == 0 and motion in {"", "idle", "walk", "jump", "score", "miss", "fly", "bounce"}:
                motion, x, floor = "score", plan.width * 0.16, plan.floor
            facing = brush.rng.choice((1.0, -1.0)) if motion not in {"score", "miss"} else 1.0
            figure = paint_figure(
                brush,
                self._shadow(brush, 46),
                portrait=self._portrait(thing),
                robot=thing.kind == "robot",
                costume=costume_of(thing.kind),
            )
            actor = FigureActor(
                figure, x, floor, motion, plan.pace, brush.rng.uniform(0, 6.3) if thing.count > 1 else 0.0, brush.size,
                speed=_MOVING.get(motion,
                    0.0) * plan.pace, span=self._span(), facing=facing, depth=0.62 + 0.01 * (3 - number % 3) - 0.02 * back,
                spins=motion == "jump" and brush.rng.random() < 0.5,
            )  # fmt: skip
            self.actors.append(actor)
            if motion in {"walk", "run"} and number < 2:
                self._stride(actor, 1.05 * plan.pace * (1.65 if motion == "run" else 1.0))

    def _span(self) -> tuple[float, float]:
        return self.plan.extent * 0.07, self.plan.extent * 0.93

    def _usual_motion(self, kind: str) -> str:
        if kind == "dancer" or self.shot.scene == "stage":
            return "dance"
        if self.scene.ground == "sea_floor":
            return "swim"
        return {
            "street": "walk",
            "park": "walk",
            "beach": "walk",
            "mountains": "walk",
            "forest": "walk",
            "city": "wave",
        }.get(self.shot.scene, "idle" if kind != "robot" else "walk")

    def _portrait(self, thing: Thing) -> Frame | None:
        return self.portraits.get(thing.character) if thing.character else None

    def _animal(self, thing: Thing) -> None:
        plan = self.plan
        for number in range(thing.count):
            brush = self._brush(thing, number, 1.0 - 0.1 * (number % 3))
            motion = thing.motion or brush.rng.choice(
                ("walk", "idle", "walk", "jump") if thing.kind == "rabbit" else ("walk", "idle", "walk")
            )
            motion = {
                "swim": "walk",
                "fly": "jump",
                "bounce": "jump",
                "roll": "run",
                "wave": "idle",
                "drive": "run",
                "float": "idle",
            }.get(motion, motion)
            x, floor = self._spot("animal", brush.rng, thing.count), plan.floor + 16 - 15 * (number % 3)
            facing = brush.rng.choice((1.0, -1.0))
            speed = _MOVING.get(motion, 0.0) * plan.pace
            phase = brush.rng.uniform(0, 6.3)
            if thing.kind in {"penguin", "crab"}:
                painter = paint_penguin if thing.kind == "penguin" else paint_crab
                self.actors.append(
                    WaddleActor(
                        painter(brush, False),
                        painter(brush, True),
                        self._shadow(brush, 44),
                        x,
                        floor,
                        plan.pace,
                        phase,
                        speed * 0.7,
                        self._span(),
                        motion,
                        facing=facing,
                    )
                )
                continue
            animal = paint_animal(thing.kind, brush, self._shadow(brush, 64 if thing.kind != "elephant" else 110))
            actor = AnimalActor(
                animal,
                x,
                floor,
                motion,
                plan.pace,
                phase,
                brush.size,
                speed=speed,
                span=self._span(),
                facing=facing,
                depth=0.60 + 0.01 * (3 - number % 3),
            )
            self.actors.append(actor)
            if motion in {"walk", "run"} and number < 2:
                self._stride(actor, 1.3 * plan.pace * (2.0 if motion == "run" else 1.0))

    def _flyer(self, thing: Thing) -> None:
        plan = self.plan
        speed, sway, period, rises = FLIGHTS[thing.kind]
        low = plan.horizon * 1.05 if thing.kind not in {"butterfly", "bee", "drone"} else plan.floor - 60
        top = plan.height * 0.10
        if thing.kind in {"butterfly", "bee"}:
            top = plan.horizon * 0.75
        if self.scene.ground == "none":
            low = plan.height * 0.82
        for number in range(thing.count):
            far = (number % 3) / 3
            brush = self._brush(thing, number, 1.0 - 0.32 * far)
            flyer = self._flying(thing, brush)
            y = top + (low - top) * ((0.35 + number * 0.381966 + brush.rng.uniform(-0.05, 0.05)) % 1.0)
            x = plan.extent * ((0.22 + number * 0.618034 + brush.rng.uniform(-0.04, 0.04)) % 1.0)
            self.actors.append(FlyerActor(
                thing.kind, flyer, x, y, brush.rng.uniform(0, 6.3), speed * plan.pace * (1 - 0.3 * far), sway, period / max(0.8, plan.pace),
                rises, plan.extent, top - 90, plan.floor, depth=0.3 - 0.1 * far if thing.kind not in {"butterfly", "bee"} else 0.7,
                facing=-1.0 if (number + plan.seed) % 4 == 3 else 1.0,
            ))  # fmt: skip

    def _flying(self, thing: Thing, brush: Brush) -> Flyer:
        if thing.kind != "astronaut":
            return paint_flyer(thing.kind, brush)
        from generation.world.people import still_figure

        return Flyer(still_figure(brush, self._portrait(thing)))

    def _swimmer(self, thing: Thing) -> None:
        plan = self.plan
        speed, sway, period, rises = FLIGHTS[thing.kind]
        surface = self.water.level if self.water is not None else plan.height * 0.12
        for number in range(thing.count):
            far = (number % 3) / 3
            brush = self._brush(thing, number, 1.15 - 0.4 * far)
            low = plan.floor - 70 if self.water is None else plan.height - 40
            y = surface + 40 + (low - surface - 40) * ((0.3 + number * 0.381966) % 1.0)
            if self.water is not None and thing.kind == "whale":
                y, sway, period = self.water.level + 6, 38.0, 4.4
            x = plan.extent * ((0.3 + number * 0.618034 + brush.rng.uniform(-0.05, 0.05)) % 1.0)
            self.actors.append(FlyerActor(
                thing.kind, paint_flyer(thing.kind, brush), x, y, brush.rng.uniform(0, 6.3), speed * plan.pace * (1 - 0.25 * far), sway, period,
                rises, plan.extent, plan.height * 0.1, plan.floor + 60, depth=0.52 - 0.12 * far, facing=-1.0 if number % 4 == 3 else 1.0,
            ))  # fmt: skip

    def _floater(self, thing: Thing) -> None:
        water = self.water
        if water is None:
            return
        half_w, half_h, speed = vehicles.HULLS[thing.kind]
        for number in range(thing.count):
            brush = self._brush(thing, number, 1.0 - 0.16 * (number % 3))
            x = self._spot("floater", brush.rng, thing.count)
            size = brush.size
            member = self.simulation.box(x, water.surface(x, 0), (half_w * size, half_h * size), "wood", density=0.5)
            member.floats_at = [(-half_w * size * 0.8, half_h * size), (half_w * size * 0.8, half_h * size)]
            facing = 1.0 if (number + self.plan.seed) % 3 else -1.0
            member.steer_x = facing * speed * self.plan.pace
            for shape in member.shapes:
                # Boats pass one another: on a stage without depth they would ram all day.
                import pymunk

                shape.filter = pymunk.ShapeFilter(group=7)
            rider = None
            if thing.kind == "paddler":
                shirt = Brush(brush.look, brush.scale, brush.size, brush.rng.choice(WARM), brush.rng)
                rider = paint_figure(shirt, self._shadow(brush, 20), portrait=self._portrait(thing))
            floater = vehicles.FloaterActor(
                vehicles.paint_boat(thing.kind, brush),
                self.simulation_poses(),
                self.fps,
                half_h * size * 0.2,
                size,
                thing.motion,
                rider,
                facing,
                phase=brush.rng.uniform(0, 6.3),
            )
            self._floaters.append((member, floater))
            self.actors.append(floater)

    def simulation_poses(self) -> "effects.NDArray[effects.np.float64]":
        """Return an empty pose table, replaced once the simulation has run."""
        return effects.np.zeros((1, 3))

    def _vehicle(self, thing: Thing) -> None:
        plan = self.plan
        places, radius = vehicles.WHEELS[thing.kind]
        for number in range(thing.count):
            brush = self._brush(thing, number, 1.0 - 0.1 * (number % 2))
            wheel = vehicles.paint_wheel(brush, radius, spoked=thing.kind == "bicycle") if places else None
            rider = None
            if thing.kind in {"bicycle", "sled"}:
                shirt = Brush(brush.look, brush.scale, brush.size * 0.92, brush.rng.choice(WARM), brush.rng)
                rider = paint_figure(shirt, self._shadow(brush, 20), portrait=self._portrait(thing))
            flies = thing.motion == "fly"
            lane = number % 2
            x = plan.extent * ((0.25 + number * 0.618034) % 1.0)
            self.actors.append(vehicles.VehicleActor(
                thing.kind, vehicles.paint_vehicle(thing.kind, brush), wheel, self._shadow(brush, 130), x, plan.floor + 20 - 28 * lane,
                vehicles.SPEEDS[thing.kind] * plan.pace * brush.rng.uniform(0.8, 1.15), plan.extent, brush.size, flies,
                facing=-1.0 if lane and thing.count > 1 else 1.0, depth=0.66 - 0.05 * lane, rider=rider, phase=brush.rng.uniform(0, 6.3),
            ))  # fmt: skip

    def _standing(self, thing: Thing) -> None:
        plan = self.plan
        table = thing.kind in {"cup", "teapot", "cake", "book"}
        for number in range(thing.count):
            row = number % 3
            big = 1.5 if table and self.shot.scene in {"kitchen", "room"} else 1.0
            brush = self._brush(thing, number, (1.05 - 0.16 * row) * big)
            x = self._spot("plant", brush.rng, thing.count)
            y = plan.floor - 10 - 20 * row if not table else plan.floor + 6
            if thing.kind in {"flower", "mushroom"}:
                y = plan.floor + 34 - 30 * row
            sprite = flora.paint_standing(thing.kind, brush)
            shadow = self._shadow(brush, {"tree": 90, "house": 150, "pine": 80, "cake": 90}.get(thing.kind, 44))
            self.actors.append(FixedActor(shadow, x, y + 1, depth=0.44 - 0.01 * row))
            depth = 0.45 - 0.01 * row if y < plan.floor else 0.72
            self.actors.append(
                _Swaying(
                    sprite,
                    x,
                    y,
                    0.012
                    if thing.kind in {"tree", "palm", "pine"}
                    else 0.05
                    if thing.kind in {"flower", "seaweed", "plant"}
                    else 0.0,
                    brush.rng.uniform(0, 6.3),
                    self.shot.weather == "wind",
                    depth,
                )
            )
            if thing.kind == "campfire":
                tongue, glow = effects.flame_sprites(brush)
                self.actors.append(effects.FlameActor(tongue, glow, x, y - 8, brush.size))
            if thing.kind in {"cup", "teapot"}:
                self.actors.append(effects.SteamActor(effects.steam_sprite(brush), x, y - 50 * brush.size))

    def _sky_thing(self, thing: Thing) -> None:
        plan = self.plan
        for number in range(thing.count):
            brush = self._brush(thing, number, 1.0 - 0.25 * (number % 3))
            x = plan.width * ((0.5 if thing.kind == "confetti_ball" else 0.28) + number * 0.47) % plan.width
            y = plan.height * (0.17 + 0.13 * (number % 4))
            self.actors.append(effects.SkyThingActor(effects.paint_sky_thing(thing.kind, brush), x, y, 4.0, 3.0))

    def _effect(self, thing: Thing) -> None:
        plan, brush = self.plan, self._brush(thing, 0)
        if thing.kind == "firefly":
            self.actors.append(
                effects.FirefliesActor(effects.spark_sprites(brush)[0], plan, 10 + 4 * thing.count, plan.seed)
            )
        elif thing.kind == "firework":
            rng = Random(f"{plan.seed}:firework")
            bursts, at = [], 0.5
            while at < plan.seconds:
                bursts.append(
                    (at, rng.uniform(0.15, 0.85) * plan.width, rng.uniform(0.1, 0.42) * plan.height, rng.randrange(5))
                )
                self.sounds.append(Contact(at, bursts[-1][1], 0.9, "burst", "air", 40))
                at += rng.uniform(0.45, 0.95) / plan.pace
            self.actors.append(effects.FireworksActor(effects.spark_sprites(brush), plan, bursts))
        elif thing.kind == "rain":
            self.actors.append(effects.RainActor(plan, (214, 226, 240), 130, plan.seed))
        else:
            self._particles(thing.kind, brush, 26 + 4 * thing.count)

    def _particles(self, kind: str, brush: Brush, count: int) -> None:
        sprites = effects.particle_sprites(kind, brush)
        self.actors.append(
            effects.ParticlesActor(
                self.plan, sprites, effects.DRIFTS.get(kind, effects.DRIFTS["dust"]), count, self.plan.seed
            )
        )

    # Surroundings ----------------------------------------------------------------------------------------------------

    def _weather(self) -> None:
        plan = self.plan
        brush = Brush(self.look, plan.scale, 1.0, (255, 255, 255), Random(plan.seed))
        shown = {thing.kind for thing in self.shot.things}
        indoors = self.shot.scene in {"room", "kitchen", "court", "workshop", "stage", "cave", "underwater", "space"}
        if self.shot.weather == "snow" and "snow" not in shown and not indoors:
            self._particles("snow", brush, 60)
        elif self.shot.weather == "rain" and "rain" not in shown and not indoors:
            self.actors.append(effects.RainActor(plan, (214, 226, 240), 110, plan.seed))
        elif self.shot.weather == "wind" and not indoors and "leaf" not in shown:
            self._particles("leaf", brush, 12)
        elif self.shot.scene == "underwater" and "bubble" not in shown:
            self._particles("bubble", brush, 16)
        elif self.shot.scene in {"forest", "room", "workshop"} and self.shot.style == "cinematic":
            self._particles("dust", brush, 14)

    def _waves(self, water: Water) -> None:
        top, deep, crest = effects.water_colours(self.look, self.shot.scene)
        far = effects.mix(top, self.look.haze, 0.35)
        self.actors.append(
            effects.WavesActor(
                water, self.plan, far, deep, effects.mix(crest, far, 0.55), 0.85, 0.5, lag=1.7, lower=-22
            )
        )
        self.actors.append(effects.WavesActor(water, self.plan, top, deep, crest, 0.82, 0.8, lower=3))
        near = effects.scaled(deep, 0.9)
        self.actors.append(
            effects.WavesActor(
                water, self.plan, deep, near, effects.mix(crest, deep, 0.5), 0.8, 0.84, lag=0.9, lower=46
            )
        )


@dataclass(slots=True)
class _Swaying:
    """A plant that moves with the wind."""

    sprite: "effects.Sprite"
    x: float
    y: float
    amount: float
    phase: float
    windy: bool
    depth: float

    def draw(self, view: "effects.View", t: float) -> None:
        """Draw it as the wind bends it."""
        wind = 2.4 if self.windy else 1.0
        turn = self.amount * wind * (math.sin(1.7 * t + self.phase) + 0.4 * math.sin(3.9 * t + self.phase))
        view.put(self.sprite, self.x, self.y, turn=turn)


_ROLES: dict[str, Callable[[Casting, Thing], None]] = {
    "walker": Casting._walker, "animal": Casting._animal, "flyer": Casting._flyer, "swimmer": Casting._swimmer,
    "floater": Casting._floater, "vehicle": Casting._vehicle, "plant": Casting._standing, "sky": Casting._sky_thing,
    "effect": Casting._effect, "body": lambda _casting, _thing: None, "static": lambda _casting, _thing: None,
}  # fmt: skip


def kinds_of(things: Sequence[Thing]) -> set[str]:
    """Return the kinds that are there."""
    return {thing.kind for thing in things}
