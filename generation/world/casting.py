"""Puts a shot's things on its stage, each in its role, and lets physics run."""

from collections.abc import Callable
from dataclasses import dataclass, field

from generation.backends import Portraits
from generation.storyboard import Shot, Thing
from generation.world import aloft, grounded
from generation.world.look import Look
from generation.world.people import FigureActor
from generation.world.plan import Plan
from generation.world.simulation import Contact, Take
from generation.world.stage import Stage
from generation.world.view import Actor
from generation.world.vocabulary import THINGS

_ROLES: dict[str, Callable[[Stage, Thing], None]] = {
    "walker": grounded.walkers, "animal": grounded.animals, "vehicle": grounded.driven, "plant": grounded.standing,
    "flyer": aloft.flyers, "swimmer": aloft.swimmers, "floater": aloft.floaters, "sky": aloft.hung,
    "effect": aloft.filling,
}  # fmt: skip


@dataclass(slots=True)
class Cast:
    """Everyone on the stage in drawing order, the take that physics made, and sounds besides its impacts."""

    actors: list[Actor]
    take: Take
    sounds: list[Contact] = field(default_factory=list)


def cast_shot(shot: Shot, plan: Plan, look: Look, portraits: Portraits, frames: int, fps: int) -> Cast:
    """Return everyone of a shot, after its simulation has run."""
    stage = Stage(shot, plan, look, portraits, fps)
    simulated: list[Thing] = []
    for thing in shot.things:
        role = _ROLES.get(THINGS[thing.kind].role)
        if role is None:
            simulated.append(thing)
        else:
            role(stage, thing)
    stage.physics.stage(simulated, shooter_x=_shooter(stage))
    aloft.weather(stage)
    if stage.water is not None:
        aloft.waves(stage, stage.water)
    take = stage.simulation.run(frames, fps)
    for body in stage.physics.bodies:
        body.poses, body.fps = take.poses[:, body.index], fps
    for member, floater in stage.floaters:
        floater.poses = take.poses[:, member.index]
    actors = sorted([*stage.actors, *stage.physics.actors], key=lambda actor: actor.depth)
    return Cast(actors, take, stage.sounds)


def _shooter(stage: Stage) -> float | None:
    for actor in stage.actors:
        if isinstance(actor, FigureActor) and actor.motion == "score":
            return actor.x
    return None
