"""Storyboards made by hand: an explicit list of shots, and a film that goes on where it ended."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import InvalidInput
from generation.parsing import parse
from generation.storyboard import Shot, Storyboard
from generation.world import vocabulary as vocab

_LONGEST_S = 120.0
_SHORTEST_SHOT_S = 1.0
# What a shot may name instead of leaving it to the words, and the names there are.
CHOICES: Mapping[str, Mapping[str, object]] = {
    "scene": vocab.SCENES,
    "style": vocab.STYLES,
    "palette": vocab.PALETTES,
    "time_of_day": vocab.TIMES,
    "weather": vocab.WEATHERS,
    "camera": vocab.CAMERAS,
    "pace": vocab.PACES,
}
_CARRIED = ("scene", "palette", "time_of_day", "weather")


@dataclass(frozen=True, slots=True)
class ShotWish:
    """A shot as a person asks for it: words, length, and whatever they want to choose by name (see ``CHOICES``)."""

    text: str
    seconds: float
    scene: str = ""
    style: str = ""
    palette: str = ""
    time_of_day: str = ""
    weather: str = ""
    camera: str = ""
    pace: str = ""

    def chosen(self) -> dict[str, str]:
        """Return what was chosen by name."""
        return {name: getattr(self, name) for name in CHOICES if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Look:
    """What all shots of a film share."""

    width: int
    height: int
    seed: int
    style: str | None = None
    characters: tuple[str, ...] = ()

    def read(self, prompt: str, seconds: float) -> Storyboard:
        """Read words into a storyboard of this look."""
        return parse(
            prompt, seconds=seconds, width=self.width, height=self.height, seed=self.seed, style=self.style,
            characters=self.characters,
        )  # fmt: skip


def storyboard_of(prompt: str, shots: Sequence[ShotWish], look: Look) -> Storyboard:
    """Return the storyboard of explicit shots: each takes over from the one before what it leaves open.

    Raises ``InvalidInput`` naming the shot and the field.
    """
    for number, shot in enumerate(shots):
        _check(number, shot)
    read = _read_each([" ".join(shot.text.split()) for shot in shots], look.read)
    made = [
        found.model_copy(update={"text": wish.text, "seconds": wish.seconds, **wish.chosen()})
        for found, wish in zip(read, shots, strict=True)
    ]
    base = look.read(prompt, max(1.0, min(_LONGEST_S, math.fsum(shot.seconds for shot in shots))))
    return Storyboard.model_validate({**base.model_dump(), "shots": [shot.model_dump() for shot in made]})


def extended(board: Storyboard, prompt: str, seconds: float) -> Storyboard:
    """Return a storyboard with new shots after the last one: the same place and hour unless the words say otherwise."""
    look = Look(board.width, board.height, board.seed, board.shots[-1].style, board.characters)
    last = board.shots[-1]
    before, *new = look.read(f"{last.text}\n{prompt}", _LONGEST_S).shots
    new = new or list(look.read(prompt, _LONGEST_S).shots)
    kept = new[: max(1, int(seconds / _SHORTEST_SHOT_S))]
    added = [_going_on(shot, before, last, seconds / len(kept)) for shot in kept]
    return board.model_copy(update={"shots": (*board.shots, *added)})


def words_in(board: Storyboard) -> tuple[str, ...]:
    """Return every text in a storyboard that a person may have written: for checks that must miss none."""
    found: dict[str, None] = {}
    _collect(board.model_dump(mode="json"), "", found)
    return tuple(found)


def _collect(value: object, name: str, found: dict[str, None]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _collect(inner, str(key), found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect(inner, name, found)
    elif isinstance(value, str) and value.strip() and (name not in _NAMED or " " in value):
        found[value] = None


_NAMED = {*CHOICES, "kind", "colour", "motion", "transition", "framing"}  # hold names out of a vocabulary


def _check(number: int, shot: ShotWish) -> None:
    for name, value in shot.chosen().items():
        if value not in CHOICES[name]:
            raise InvalidInput(
                code="bad_shot", detail=f"Shot {number + 1} cannot have the {name} {value!r}.",
                field=f"storyboard.shots.{number}.{name}", expected=f"One of: {', '.join(CHOICES[name])}.",
            )  # fmt: skip


def _read_each(texts: list[str], read: Callable[[str, float], Storyboard]) -> list[Shot]:
    """Read the texts together, so that each shot goes on from the one before; alone where one holds a cut itself."""
    together = read("\n".join(texts), _LONGEST_S).shots
    if len(together) == len(texts):
        return list(together)
    return [read(text, _LONGEST_S).shots[0] for text in texts]


def _going_on(shot: Shot, before: Shot, last: Shot, seconds: float) -> Shot:
    """Return a new shot with what it took over from the last one as the words alone read it, as it really was."""
    same = {name: getattr(last, name) for name in _CARRIED if getattr(shot, name) == getattr(before, name)}
    return shot.model_copy(update={**same, "seconds": seconds})
