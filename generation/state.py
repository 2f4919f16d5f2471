"""The world of a film from shot to shot: who and what exists, where, and looking how. Pure: a fold over the shots."""

from collections.abc import Iterator

from generation.storyboard import Being, Shot, Storyboard, Thing, WorldState


def after(state: WorldState, shot: Shot, number: int) -> WorldState:
    """Return the world after a shot: what it showed has changed, everything else is where it was."""
    shown = [Being(thing=thing, scene=shot.scene, shot=number) for thing in shot.things]
    seen = {being.thing.identity for being in shown}
    elsewhere = [
        being for being in state.beings
        # What belongs to a place is replaced with the place's; it does not pile up.
        if being.thing.identity not in seen and not (being.thing.extra and being.scene == shot.scene)
    ]  # fmt: skip
    return WorldState(
        scene=shot.scene, style=shot.style, palette=shot.palette, time_of_day=shot.time_of_day, weather=shot.weather,
        pace=shot.pace, beings=(*shown, *elsewhere),
    )  # fmt: skip


def states(storyboard: Storyboard) -> Iterator[WorldState]:
    """Yield the world after each shot, in order."""
    state = storyboard.start
    for number, shot in enumerate(storyboard.shots):
        state = after(state, shot, number)
        yield state


def final_state(storyboard: Storyboard) -> WorldState:
    """Return the world after the last shot: where an extension goes on."""
    *_, last = states(storyboard)
    return last


def remembered(thing: Thing, state: WorldState) -> Thing:
    """Return a thing of a new shot looking as it did, in all that the new words leave open."""
    known = state.find(thing.identity)
    if known is None or known.thing.kind != thing.kind:
        return thing
    was = known.thing
    worn = {garment.kind for garment in thing.clothing}
    kept = tuple(garment for garment in was.clothing if garment.kind not in worn)
    return thing.model_copy(update={
        "colour": thing.colour or was.colour,
        "size": was.size if thing.size == 1.0 else thing.size,
        "clothing": (*thing.clothing, *kept)[:8],
        "holds": thing.holds or was.holds,
    })  # fmt: skip


def left_here(scene: str, state: WorldState) -> tuple[Thing, ...]:
    """Return the things that were last seen in a place and cannot have walked away."""
    from generation.world.vocabulary import THINGS

    return tuple(
        being.thing for being in state.beings
        if being.scene == scene and not being.thing.extra and THINGS[being.thing.kind].role in {"plant", "static"}
    )  # fmt: skip
