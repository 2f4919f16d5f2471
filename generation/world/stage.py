"""The stage of one shot while it is being set: its measures, its water and physics, and who is on it so far."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Protocol, runtime_checkable

from core.media.film import Frame
from generation.backends import Portraits
from generation.storyboard import Shot, Thing
from generation.world.bodies import Physics
from generation.world.body_actors import RagdollActor
from generation.world.brush import WARM, Brush, colour_of
from generation.world.look import Look
from generation.world.paint import Sprite
from generation.world.people import FigureActor
from generation.world.plan import Plan
from generation.world.props import soft_shadow
from generation.world.simulation import GRAVITY, GROUNDS, Contact, SimBody, Simulation, Water
from generation.world.vehicles import FloaterActor
from generation.world.view import Actor, View
from generation.world.vocabulary import SCENES, THINGS

_VARIED = {"balloon", "car", "fish", "hot_air_balloon", "kite", "lantern", "bird"}
_SWELL = {"ocean": 7.5, "lake": 2.6}
_GRAVITIES = {"space": 0.0, "underwater": 90.0, "sky": 160.0}
_WIND = 95.0
_OPEN = {"meadow", "mountains", "lake", "beach", "ocean", "street", "city", "park", "desert", "snowfield", "sky"}


def _gravity(shot: Shot, plan: Plan) -> float:
    if shot.gravity is not None:
        return GRAVITY * shot.gravity
    return _GRAVITIES.get(shot.scene, GRAVITY) * min(plan.pace, 1.0)


@runtime_checkable
class Placed(Protocol):
    """An actor that can say where it is."""

    depth: float

    def draw(self, view: View, t: float) -> None:
        """Draw yourself as you are at ``t`` seconds into the shot."""
        ...

    def spot(self, t: float) -> tuple[float, float]:
        """Return where its middle, or its face, is at ``t`` seconds, in units."""
        ...


class Stage:
    """What the roles work with. They add actors, sounds, and bodies for the simulation.

    ``mouths`` gives the mouth shapes of those who speak, ``arrivals`` where those stand (x) who were here before a cut.
    """

    def __init__(
        self, shot: Shot, plan: Plan, look: Look, portraits: Portraits, fps: int, *,
        mouths: Mapping[str, Callable[[float], str]] | None = None, arrivals: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        self.shot, self.plan, self.look, self.fps = shot, plan, look, fps
        self.mouths, self.arrivals = mouths or {}, arrivals or {}
        self.scene = SCENES[shot.scene]
        self.actors: list[Actor] = []
        self.sounds: list[Contact] = []
        self.leader: FigureActor | None = None  # whom the camera follows
        self.beside = 0
        self.ragdolls: list[RagdollActor] = []
        self.floaters: list[tuple[SimBody, FloaterActor]] = []
        self._portraits = portraits
        self._taken: dict[str, int] = {}
        storm = 1.6 if shot.weather in {"rain", "wind"} else 1.0
        on_water = self.scene.ground == "water"
        self.water = Water(plan.floor - 26, _SWELL.get(shot.scene, 2.0) * storm, plan.pace) if on_water else None
        self.simulation = Simulation(
            gravity=_gravity(shot, plan),
            damping=0.55 if shot.scene == "underwater" else 1.0 if shot.gravity is not None else 0.985,
            water=self.water,
            wind=_WIND if shot.weather == "wind" and shot.scene in _OPEN else 0.0,
        )
        bounce = GROUNDS[self.scene.ground]
        self.physics = Physics(self.simulation, plan, look, ground=self.scene.ground, bounce=bounce)
        # A few things may fill the picture; a crowd has to share it.
        crowd = sum(thing.count for thing in shot.things if THINGS[thing.kind].role in {"walker", "animal", "vehicle"})
        self.closeness = (1.42 if plan.height > plan.width else 1.12) * (1.0 if crowd <= 3 else 0.8)

    def brush(self, thing: Thing, number: int, size: float = 1.0) -> Brush:
        """Return the brush for the ``number``-th of a thing, with dice and a colour of its own."""
        # People and things look the same wherever the film goes; what belongs to a place looks as the place has it.
        seed = self.plan.seed if thing.extra else self.plan.cast_seed
        rng = Random(f"{seed}:{thing.kind}:{thing.character or thing.name}:{number}")
        usual = THINGS[thing.kind].colour
        if number and thing.kind in _VARIED:
            usual = ""  # several of a kind should not be copies of one another
        return Brush(
            self.look, self.plan.scale * self.plan.lens, size * thing.size, colour_of(thing.colour, usual, rng), rng
        )

    def dressed(self, thing: Thing, brush: Brush, size: float = 1.0) -> Brush:
        """Return a brush for a person: the thing's colour if it has one, else a shirt that suits."""
        shirt = brush.colour if thing.colour else brush.rng.choice(WARM)
        return Brush(brush.look, brush.scale, brush.size * size, shirt, brush.rng)

    def shadow(self, brush: Brush, width: float) -> Sprite:
        """Return the shadow of something of this width."""
        return soft_shadow(brush, width)

    def spot(self, lane: str, rng: Random) -> float:
        """Return the next free place along the stage: well apart from the others in its lane."""
        taken = self._taken.get(lane, 0)
        self._taken[lane] = taken + 1
        # Steps of the golden section never come close to one another.
        share = (0.5 + taken * 0.381966) % 1.0 if lane != "plant" else (0.12 + taken * 0.618034) % 1.0
        return self.plan.extent * min(0.93, max(0.07, 0.1 + 0.8 * share + rng.uniform(-0.05, 0.05)))

    def span(self) -> tuple[float, float]:
        """Return between which points those who walk turn round."""
        return self.plan.extent * 0.07, self.plan.extent * 0.93

    def portrait(self, thing: Thing) -> Frame | None:
        """Return the cameo picture that a thing wears, if any."""
        return self._portraits.get(thing.character) if thing.character else None

    def footsteps(self, x: float, strength: float, steps_hz: float) -> None:
        """Let feet be heard: a soft step at every beat of the gait."""
        for number in range(int(self.plan.seconds * steps_hz)):
            at = (number + 0.5) / steps_hz
            self.sounds.append(Contact(at, x, strength, "step", self.scene.ground, 10))
