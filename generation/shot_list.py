"""A storyboard from an explicit list of shots: each is read like a prompt, and what it says outright wins."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field, ValidationError

from core.errors import InvalidInput
from generation.parsing import check_film, company_of, read_shot, style_named
from generation.parsing_script import Part, Script, Spoken, read_script
from generation.parsing_things import Company
from generation.state import after
from generation.storyboard import (
    MOST_SECONDS,
    MOST_SHOTS,
    BoardModel,
    Framing,
    Line,
    Shot,
    SoundCue,
    Storyboard,
    Thing,
    Transition,
    WorldState,
    invalid_board,
)
from generation.words import Phrases, words_of
from generation.world import vocabulary as vocab
from generation.world.vocabulary_film import SPEAKING_ROLES

_CAMERA_WORDS = {"static": "still", "zoom": "push_in", "crane": "rise", "pan": "pan_right", "tilt": "tilt_up"}
Name = TypeVar("Name")


class ShotSpec(BoardModel):
    """One shot as someone asks for it. Everything but the text may be left open."""

    text: str = Field(min_length=1, max_length=2000, description="What is to be seen.")
    seconds: float = Field(default=4.0, description="How long it lasts.")
    camera: str | None = Field(default=None, description="static, track, pan, tilt, zoom, handheld, crane, ...")
    camera_amount: float = Field(default=1.0, ge=0, le=3, description="How far it goes, against its usual way.")
    camera_target: str = Field(default="", description="Whom it frames or follows.")
    framing: Framing | None = Field(default=None, description="wide, medium or close.")
    transition: Transition = Field(default="cut", description="How it takes over from the shot before.")
    transition_s: float = Field(default=0.6, gt=0, le=3, description="How long that takes.")
    scene: str | None = Field(default=None, description="Where it plays, by the name of a scene.")
    style: str | None = Field(default=None, description="How it is drawn.")
    time_of_day: str | None = Field(default=None, description="day, dawn, dusk or night.")
    weather: str | None = Field(default=None, description="clear, cloudy, rain, snow, fog or wind.")
    characters: tuple[str, ...] | None = Field(default=None, description="Which of the film's characters are in it.")
    dialogue: tuple[Line, ...] = Field(default=(), max_length=24, description="What is said.")
    sounds: tuple[SoundCue, ...] = Field(default=(), max_length=24, description="Sounds asked for.")


def read_specs(shots: Sequence[object]) -> tuple[ShotSpec, ...]:
    """Return shots given as dictionaries. Raises ``InvalidInput`` naming the shot and the field."""
    specs = []
    for number, shot in enumerate(shots):
        try:
            specs.append(ShotSpec.model_validate(shot))
        except ValidationError as error:
            raised = invalid_board(error)
            raised.field = f"shots.{number}.{raised.field}"
            raised.detail = f"Shot {number} cannot be used: {error.errors()[0]['msg']} ({raised.field})."
            raise raised from error
    return tuple(specs)


def assemble(
    shots: Sequence[ShotSpec],
    *,
    width: int,
    height: int,
    seed: int,
    style: str | None = None,
    characters: Sequence[str] = (),
    start: WorldState | None = None,
) -> Storyboard:
    """Return the storyboard of a list of shots. Equal arguments give equal storyboards.

    Raises ``InvalidInput`` with the shot's number in ``field`` for a length, name or word that cannot be used.
    """
    _check(shots, width, height, seed, characters)
    start = start or WorldState()
    prompt = "\n".join(spec.text for spec in shots)
    company = company_of(read_script(prompt, characters), characters, start)
    state = start.model_copy(update={"style": style_named(style)}) if style else start
    made: list[Shot] = []
    for number, spec in enumerate(shots):
        made.append(_shot(spec, number, seed, company, state))
        state = after(state, made[-1], number)
    return Storyboard(
        prompt=prompt, seed=seed, width=width, height=height, characters=tuple(characters), shots=tuple(made),
        start=start,
    )  # fmt: skip


def _check(shots: Sequence[ShotSpec], width: int, height: int, seed: int, characters: Sequence[str]) -> None:
    if not 1 <= len(shots) <= MOST_SHOTS:
        raise InvalidInput(
            "bad_shot_count", f"A film cannot have {len(shots)} shots.", "shots", f"1 to {MOST_SHOTS} shots."
        )
    for number, spec in enumerate(shots):
        if not 0 < spec.seconds <= MOST_SECONDS:
            raise InvalidInput("bad_seconds", f"Shot {number} cannot last {spec.seconds:g} s.",
                f"shots.{number}.seconds", f"More than 0 and at most {MOST_SECONDS:g} seconds.")  # fmt: skip
        for name in spec.characters or ():
            if name not in characters:
                raise _unknown_character(name, f"shots.{number}.characters", characters)
    check_film(shots[0].text, max(1.0, sum(spec.seconds for spec in shots)), width, height, seed)


def _unknown_character(name: str, field: str, known: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        code="unknown_character", detail=f"There is no one called {name!r}.", field=field,
        expected=f"One of: {', '.join(known)}." if known else "A character that the film is made with; it has none.",
    )  # fmt: skip


def _shot(spec: ShotSpec, number: int, seed: int, company: Company, state: WorldState) -> Shot:
    field = f"shots.{number}"
    state = _told(spec, state, field)
    script: Script = read_script(spec.text, company.characters)
    text, bare = spec.text, " ".join(part.bare for part in script.parts)
    lines = tuple(line for part in script.parts for line in part.lines)
    here = company
    if spec.characters is not None:
        others = [name for name in company.characters if name not in spec.characters]
        here = Company(tuple(spec.characters), company.names, company.spoken_of - set(others))
        kept = tuple(being for being in state.beings if being.thing.character not in others)
        state = state.model_copy(update={"beings": kept})
    said = lines + tuple(Spoken(line.speaker, line.text) for line in spec.dialogue)
    part = Part(text, bare, spec.transition, spec.seconds, lines)
    shot = read_shot(part, spec.seconds, seed, here, state)
    changes: dict[str, object] = {
        "camera_amount": spec.camera_amount, "camera_target": spec.camera_target, "transition_s": spec.transition_s,
    }  # fmt: skip
    if spec.camera is not None:
        wanted = _CAMERA_WORDS.get(spec.camera, spec.camera)
        changes["camera"] = _named(vocab.CAMERAS, wanted, f"{field}.camera", "camera")
    if spec.framing is not None:
        changes["framing"] = spec.framing
    if spec.scene is not None:
        changes["scene"] = _named(vocab.SCENES, spec.scene, f"{field}.scene", "scene")
    if spec.sounds:
        changes["sounds"] = spec.sounds
    if len(said) > len(lines):
        changes["dialogue"] = (*shot.dialogue, *(_line(line, shot.things, f"{field}.dialogue")
            for line in spec.dialogue))  # fmt: skip
    return shot.model_copy(update=changes)


def _told(spec: ShotSpec, state: WorldState, field: str) -> WorldState:
    """Return the world as the shot's own words for hour, weather and style change it."""
    changes: dict[str, object] = {}
    if spec.style is not None:
        changes["style"] = style_named(spec.style)
    if spec.time_of_day is not None:
        changes["time_of_day"] = _named(vocab.TIMES, spec.time_of_day, f"{field}.time_of_day", "hour")
    if spec.weather is not None:
        changes["weather"] = _named(vocab.WEATHERS, spec.weather, f"{field}.weather", "weather")
    if spec.scene is not None:
        changes["scene"] = _named(vocab.SCENES, spec.scene, f"{field}.scene", "scene")
    return state.model_copy(update=changes)


def _line(line: Line, things: Sequence[Thing], field: str) -> Line:
    able = [thing.identity for thing in things if vocab.THINGS[thing.kind].role in SPEAKING_ROLES]
    if line.speaker in {"", *able}:
        return line
    raise _unknown_character(line.speaker, field, able)


def _named(table: dict[str, Name], word: str, field: str, what: str) -> str:
    """Return the name in a vocabulary that a name or a word for it means."""
    if word in table:
        return word
    phrases = Phrases({name: choice.words for name, choice in table.items()})  # type: ignore[attr-defined]
    found = phrases.find(words_of(word))
    if found:
        return str(found[0].name)
    raise InvalidInput(
        code=f"unknown_{what}", detail=f"There is no {what} {word!r}.", field=field,
        expected=f"One of: {', '.join(table)}.",
    )  # fmt: skip
