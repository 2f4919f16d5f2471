"""The storyboard: what a film will show, shot by shot, as plain data that can be stored, sent and drawn again."""

import itertools

from pydantic import BaseModel, ConfigDict, Field


class BoardModel(BaseModel):
    """Base of every part of a storyboard: frozen, JSON-serialisable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Thing(BoardModel):
    """Something, or a group of the same things, that a shot shows."""

    kind: str = Field(description="Name of the object in `generation.world.vocabulary.THINGS`.")
    count: int = Field(default=1, ge=1, le=24, description="How many of them.")
    colour: str = Field(default="", description="Name in `COLOURS`; empty lets the palette choose.")
    size: float = Field(default=1.0, ge=0.4, le=2.5, description="Scale against its usual size.")
    motion: str = Field(default="", description="Name in `MOTIONS`; empty is what such a thing usually does.")
    character: str = Field(default="", description="Name of the cameo character whose portrait it wears.")


class Shot(BoardModel):
    """One take by one camera. Shots follow one another by a cut."""

    text: str = Field(description="The words it was read from.")
    seconds: float = Field(gt=0, le=120, description="How long it lasts.")
    scene: str = Field(description="Name in `SCENES`: where it plays.")
    style: str = Field(description="Name in `STYLES`: how it is drawn.")
    palette: str = Field(description="Name in `PALETTES`: its family of colours.")
    time_of_day: str = Field(description="Name in `TIMES`.")
    weather: str = Field(description="Name in `WEATHERS`.")
    camera: str = Field(description="Name in `CAMERAS`: how the camera moves.")
    pace: str = Field(description="Name in `PACES`: slow, medium or fast.")
    things: tuple[Thing, ...] = Field(description="What is there, the most important first.")


class Storyboard(BoardModel):
    """A film before it is made. The same storyboard (seed included) and model give the same film."""

    prompt: str = Field(description="The words that the person wrote.")
    seed: int = Field(ge=0, description="Decides everything that the words leave open.")
    width: int = Field(ge=64, le=3840, description="Pixels; even.")
    height: int = Field(ge=64, le=3840, description="Pixels; even.")
    fps: int = Field(default=24, ge=1, le=60, description="Frames per second.")
    characters: tuple[str, ...] = Field(default=(), description="Names of the cameo characters, in order.")
    shots: tuple[Shot, ...] = Field(min_length=1, description="In order of time.")

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
