"""A shot in the few words that the model was taught: the storyboard knows what a person's own words mean."""

from generation.storyboard import Shot, Thing
from generation.world.props import RADII
from generation.world.vocabulary import THINGS

PLACES = {"room": "in a room", "park": "in the park", "beach": "on the beach", "workshop": "in a workshop"}
PLAIN = "on a plain background"
CHARACTER = "the character"
"""What the model was taught to call whoever a portrait shows."""


def caption_of(shot: Shot) -> str:
    """Return the taught words for a shot; its own words where nothing in it was taught."""
    balls = [thing for thing in shot.things if thing.kind in RADII]
    if any(thing.character for thing in shot.things):
        text = f"{CHARACTER} walks"
    elif balls:
        text = _of_balls(balls, shot)
    else:
        text = shot.text
    where = PLAIN if shot.scene == "blank" else PLACES.get(shot.scene, "")
    night = "at night" if shot.time_of_day == "night" else ""
    return " ".join(part for part in (text, where, night) if part)


def _of_balls(balls: list[Thing], shot: Shot) -> str:
    first, others = balls[0], balls[1:]
    if others or first.count > 1:
        second = others[0] if others else first
        return f"{_plain(first)} and {_plain(second)} bump into each other"
    if any(thing.kind == "wall" for thing in shot.things):
        return f"{_made_of(first)} hits the wall and rebounds"
    if shot.scene != "blank":
        return f"{_made_of(first)} bounces on the floor"
    way = "left" if first.velocity is not None and first.velocity[0] < 0 else "right"
    return (
        f"{_plain(first)} is thrown to the {way} and falls" if shot.gravity else f"{_plain(first)} moves to the {way}"
    )


def _plain(ball: Thing) -> str:
    return f"a {ball.colour} ball" if ball.colour else "a ball"


def _made_of(ball: Thing) -> str:
    material = ball.material or THINGS[ball.kind].material
    return f"a {ball.colour} {material} ball" if ball.colour else f"a {material} ball"
