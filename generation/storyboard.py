"""The storyboard: what a film will show, shot by shot, as plain data that can be stored, sent and drawn again."""

import itertools
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import InvalidInput

MOST_SHOTS = 60
MOST_SECONDS = 120.0
Transition = Literal["cut", "crossfade", "fade", "wipe"]
Framing = Literal["wide", "medium", "close"]


class BoardModel(BaseModel):
    """Base of every part of a storyboard: frozen, JSON-serialisable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Garment(BoardModel):
    """A piece of clothing that someone wears."""

    kind: str = Field(description="Name in `generation.world.vocabulary_film.GARMENTS`.")
    colour: str = Field(default="", description="Name in `COLOURS`; empty lets the palette choose.")


class Thing(BoardModel):
    """Something, or a group of the same things, that a shot shows."""

    kind: str = Field(description="Name of the object in `generation.world.vocabulary.THINGS`.")
    count: int = Field(default=1, ge=1, le=24, description="How many of them.")
    colour: str = Field(default="", description="Name in `COLOURS`; empty lets the palette choose.")
    size: float = Field(default=1.0, ge=0.4, le=2.5, description="Scale against its usual size.")
    motion: str = Field(default="", description="Name in `MOTIONS`; empty is what such a thing usually does.")
    character: str = Field(default="", description="Name of the cameo character whose portrait it wears.")
    name: str = Field(default="", max_length=60, description="What the words call it, where it has a name of its own.")
    clothing: tuple[Garment, ...] = Field(default=(), max_length=8, description="What it is said to wear.")
    holds: str = Field(default="", description="Name in `HELD`: what it has in its hand.")
    extra: bool = Field(default=False, description="Part of the place: nobody asked for it, and it stays there.")
    place: tuple[float, float] | None = Field(
        default=None, description="Where its middle starts, as shares of the frame's width and height; else anywhere."
    )
    material: str = Field(default="", description="Name in `MATERIALS`; empty is what such a thing is made of.")
    velocity: tuple[float, float] | None = Field(
        default=None, description="How it starts to move, in frame widths a second, y down; else as usual."
    )

    @property
    def identity(self) -> str:
        """By what it is the same over cuts: its character, its name, or else its kind."""
        return self.character or self.name or self.kind


class Line(BoardModel):
    """Something that is said."""

    speaker: str = Field(description="Identity of the thing that says it; empty is a voice that is not in the picture.")
    text: str = Field(min_length=1, max_length=400, description="What is said.")
    start_s: float | None = Field(
        default=None, ge=0, description="When in its shot it starts; None: after the line before."
    )


class SoundCue(BoardModel):
    """A sound that is asked for, besides those that the scene makes by itself."""

    name: str = Field(description="Name in `generation.world.vocabulary_film.CUES`.")
    at_s: float = Field(default=0.5, ge=0, description="When in its shot it starts.")
    level: float = Field(default=1.0, gt=0, le=1, description="How loud, against its usual loudness.")


class Shot(BoardModel):
    """One take by one camera."""

    text: str = Field(description="The words it was read from.")
    seconds: float = Field(gt=0, le=MOST_SECONDS, description="How long it lasts.")
    scene: str = Field(description="Name in `SCENES`: where it plays.")
    style: str = Field(description="Name in `STYLES`: how it is drawn.")
    palette: str = Field(description="Name in `PALETTES`: its family of colours.")
    time_of_day: str = Field(description="Name in `TIMES`.")
    weather: str = Field(description="Name in `WEATHERS`.")
    camera: str = Field(description="Name in `CAMERAS`: how the camera moves.")
    pace: str = Field(description="Name in `PACES`: slow, medium or fast.")
    things: tuple[Thing, ...] = Field(description="What is there, the most important first.")
    camera_amount: float = Field(default=1.0, ge=0, le=3, description="How far the camera goes, against its usual way.")
    camera_target: str = Field(default="", description="Identity of what it frames or follows; empty is the first.")
    framing: Framing = Field(default="wide", description="How close the camera stands to its target.")
    transition: Transition = Field(default="cut", description="How this shot takes over from the one before.")
    transition_s: float = Field(default=0.6, gt=0, le=3, description="How long that takes, but for a cut.")
    dialogue: tuple[Line, ...] = Field(default=(), max_length=24, description="What is said, in order.")
    sounds: tuple[SoundCue, ...] = Field(default=(), max_length=24, description="Sounds asked for.")
    gravity: float | None = Field(
        default=None, ge=0, le=4, description="Gravity against the usual one; None: as the scene has it."
    )


class Being(BoardModel):
    """Someone or something that exists in the world of a film, in the picture or not."""

    thing: Thing = Field(description="Who or what, looking as it did when last seen.")
    scene: str = Field(description="Where it was last seen.")
    shot: int = Field(ge=-1, description="In which shot that was; -1: before the film began.")


class WorldState(BoardModel):
    """The world between two shots: what the next one takes over unless its words say otherwise."""

    scene: str = Field(default="", description="Where the camera was.")
    style: str = Field(default="", description="How it was drawn.")
    palette: str = Field(default="", description="Its family of colours.")
    time_of_day: str = Field(default="", description="What hour it was.")
    weather: str = Field(default="", description="What weather it was.")
    pace: str = Field(default="", description="How fast things went.")
    beings: tuple[Being, ...] = Field(default=(), description="Who and what exists, the most important first.")

    def find(self, identity: str) -> Being | None:
        """Return who or what goes by an identity."""
        return next((being for being in self.beings if being.thing.identity == identity), None)

    def present(self) -> tuple[Thing, ...]:
        """Return what was in the picture last."""
        last = max((being.shot for being in self.beings), default=-1)
        return tuple(being.thing for being in self.beings if being.shot == last)


class Storyboard(BoardModel):
    """A film before it is made. The same storyboard (seed included) and model give the same film."""

    prompt: str = Field(description="The words that the person wrote.")
    seed: int = Field(ge=0, description="Decides everything that the words leave open.")
    width: int = Field(ge=64, le=3840, description="Pixels; even.")
    height: int = Field(ge=64, le=3840, description="Pixels; even.")
    fps: int = Field(default=24, ge=1, le=60, description="Frames per second.")
    characters: tuple[str, ...] = Field(default=(), description="Names of the cameo characters, in order.")
    shots: tuple[Shot, ...] = Field(min_length=1, max_length=MOST_SHOTS, description="In order of time.")
    loops: bool = Field(default=False, description="Whether its end runs into its beginning without a seam.")
    captions: bool = Field(default=True, description="Whether what is said is also written.")
    start: WorldState = Field(default=WorldState(), description="The world before the first shot.")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if sum(shot.seconds for shot in self.shots) > MOST_SECONDS + 1e-6:
            raise ValueError(f"a film lasts at most {MOST_SECONDS:g} s")
        for number, shot in enumerate(self.shots):
            there = {thing.identity for thing in shot.things} | {""}
            for thing in shot.things:
                if thing.character and thing.character not in self.characters:
                    raise ValueError(f"shot {number} shows {thing.character!r}, who is not one of `characters`")
            for line in shot.dialogue:
                if line.speaker not in there:
                    raise ValueError(f"in shot {number}, {line.speaker!r} speaks and is not there")
        return self

    @property
    def seconds(self) -> float:
        """How long the film runs."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def frame_count(self) -> int:
        """How many frames the film has."""
        return sum(self.shot_frames)

    @property
    def shot_frames(self) -> tuple[int, ...]:
        """Frames of each shot; cuts fall on the frame nearest to their time, so the whole is never off by more."""
        ends = [0]
        elapsed = 0.0
        for shot in self.shots:
            elapsed += shot.seconds
            ends.append(round(elapsed * self.fps))
        return tuple(end - start for start, end in itertools.pairwise(ends))

    @property
    def style(self) -> str:
        """The style of the first shot."""
        return self.shots[0].style


def read_storyboard(data: str | bytes | dict[str, object]) -> Storyboard:
    """Return the storyboard that JSON or a dictionary holds. Raises ``InvalidInput`` naming the first wrong field."""
    try:
        if isinstance(data, dict):
            return Storyboard.model_validate(data)
        return Storyboard.model_validate_json(data)
    except ValidationError as error:
        raise invalid_board(error) from error


def invalid_board(error: ValidationError) -> InvalidInput:
    """Return what is wrong with a storyboard, in words: the first fault, and how many more there are."""
    first, more = error.errors()[0], error.error_count() - 1
    place = ".".join(str(part) for part in first["loc"]) or "storyboard"
    also = f" ({more} more faults)" if more else ""
    return InvalidInput(
        code="bad_storyboard", detail=f"The storyboard cannot be used: {place}: {first['msg']}{also}.", field=place,
        expected=f"1 to {MOST_SHOTS} shots of more than 0 s, together at most {MOST_SECONDS:g} s; "
        "see `Storyboard` for every field.",
    )  # fmt: skip
