"""Puts a shot's things on its stage, each in its role, and lets physics run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from generation.backends import Portraits
from generation.storyboard import Shot, Thing
from generation.world import aloft, grounded
from generation.world.look import Look
from generation.world.people import FigureActor
from generation.world.plan import Plan
from generation.world.simulation import Contact, Take
from generation.world.speech import Utterance
from generation.world.stage import Placed, Stage
from generation.world.view import Actor
from generation.world.vocabulary import THINGS

_ROLES: dict[str, Callable[[Stage, Thing], None]] = {
    "walker": grounded.walkers, "animal": grounded.animals, "vehicle": grounded.driven, "plant": grounded.standing,
    "flyer": aloft.flyers, "swimmer": aloft.swimmers, "floater": aloft.floaters, "sky": aloft.hung,
    "effect": aloft.filling,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Someone or something of the cast: which thing of the shot it is, its number among them, who plays it."""

    thing: Thing
    number: int
    actor: Placed
    body: int = -1  # its index in the take, if physics moves it


@dataclass(slots=True)
class Cast:
    """Everyone on the stage in drawing order, the take that physics made, and sounds besides its impacts."""

    actors: list[Actor]
    take: Take
    sounds: list[Contact] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def find(self, identity: str) -> Member | None:
        """Return the first of the cast that goes by an identity."""
        return next((member for member in self.members if member.thing.identity == identity), None)


def cast_shot(
    shot: Shot, plan: Plan, look: Look, portraits: Portraits, frames: int, fps: int, *,
    said: Sequence[Utterance] = (), arrivals: Mapping[str, float] | None = None,
) -> Cast:  # fmt: skip
    """Return everyone of a shot, after its simulation has run. ``arrivals`` are where those stand who were here."""
    stage = Stage(shot, plan, look, portraits, fps, mouths=_mouths(said), arrivals=arrivals)
    simulated: list[Thing] = []
    members: list[Member] = []
    for thing in shot.things:
        role = _ROLES.get(THINGS[thing.kind].role)
        if role is None:
            simulated.append(thing)
            continue
        before = len(stage.actors)
        role(stage, thing)
        placed = [actor for actor in stage.actors[before:] if isinstance(actor, Placed)]
        members += [Member(thing, number, actor) for number, actor in enumerate(placed)]
    stage.physics.stage(simulated, shooter=_shooter(stage))
    aloft.weather(stage)
    if stage.water is not None:
        aloft.waves(stage, stage.water)
    take = stage.simulation.run(frames, fps)
    counts: dict[str, int] = {}
    for body in stage.physics.bodies:
        body.poses, body.fps = take.poses[:, body.index], fps
        thing = stage.physics.owners[body.index]
        members.append(Member(thing, counts.get(thing.identity, 0), body, body.index))
        counts[thing.identity] = members[-1].number + 1
    for member, floater in stage.floaters:
        floater.poses = take.poses[:, member.index]
    for doll in stage.ragdolls:
        doll.poses, doll.fps = take.poses, fps
    actors = sorted([*stage.actors, *stage.physics.actors], key=lambda actor: actor.depth)
    return Cast(actors, take, stage.sounds, members)


def _mouths(said: Sequence[Utterance]) -> dict[str, Callable[[float], str]]:
    """Return the mouth of everyone who speaks: the shape at a moment, or nothing while silent."""

    def mouth_of(lines: list[Utterance]) -> Callable[[float], str]:
        return lambda t: next((shape for line in lines if (shape := line.mouth(t))), "")

    speakers = dict.fromkeys(line.speaker for line in said if line.speaker)
    return {speaker: mouth_of([line for line in said if line.speaker == speaker]) for speaker in speakers}


def _shooter(stage: Stage) -> FigureActor | None:
    for actor in stage.actors:
        if isinstance(actor, FigureActor) and actor.motion == "score":
            return actor
    return None
