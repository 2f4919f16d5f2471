"""What one may ask for beyond a single prompt: shots, edits, extensions; what it costs and what is left."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from api.schemas.common import TEXT, Body, Ident, Moment, Shape
from core.ids import PersonId
from generation.backends import ModelInfo
from generation.choices import CHOICES, texts_in
from generation.shot_list import ShotSpec
from pipelines.online.quotas import Quota, Quote
from wellbeing.making import Standing

DEFAULT_MODEL = "sora-2"
_SHORTEST_SHOT_S, _LONGEST_SHOT_S = 0.5, 120.0
Size = Literal["360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024"]
SIZES = ("360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024")
Seconds = Annotated[
    Literal["4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"],
    # OpenAI's clients send a string; people who write the JSON by hand often send a number.
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
]
Prompt = Annotated[str, Field(min_length=1, max_length=32_000, pattern=TEXT)]
Choice = Annotated[str, Field(max_length=40, pattern=TEXT)]


class CharacterRef(Body):
    """A character to show."""

    id: Ident


class ImageReference(Body):
    """The picture that the film begins with: a base64 data URL."""

    image_url: str | None = Field(default=None, description="A `data:image/...;base64,` URL.")
    file_id: str | None = Field(default=None, description="Not kept here: send the picture itself.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.image_url is None) == (self.file_id is None):
            raise ValueError("give exactly one of image_url and file_id")
        return self


class StoryboardIn(Body):
    """An explicit list of shots: what one leaves open its words decide, or the shot before."""

    shots: list[ShotSpec] = Field(min_length=1, max_length=60)

    @field_validator("shots")
    @classmethod
    def _sound(cls, shots: list[ShotSpec]) -> list[ShotSpec]:
        for shot in shots:
            if not _SHORTEST_SHOT_S <= shot.seconds <= _LONGEST_SHOT_S:
                raise ValueError(f"a shot of {_SHORTEST_SHOT_S:g} to {_LONGEST_SHOT_S:g} seconds")
            if any("\x00" in text for text in texts_in(shot.model_dump())):
                raise ValueError("text without NUL characters")
        return shots

    @property
    def words(self) -> str:
        """What stands for the prompt where there is none."""
        return "\n".join(shot.text for shot in self.shots)


class CreateVideo(Body):
    """`POST /v1/videos`. `seed`, `style`, `audio` and `storyboard` are Kindling's; the rest is OpenAI's."""

    prompt: Prompt = Field(description="May be left out where there is a storyboard.")
    model: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")] = DEFAULT_MODEL
    seconds: Seconds = "4"
    size: Size = "720x1280"
    input_reference: ImageReference | None = None
    characters: list[CharacterRef] = Field(default_factory=list, max_length=2)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    style: Choice = ""
    audio: bool = Field(default=True, description="False: the film has no sound track.")
    storyboard: StoryboardIn | None = Field(default=None, description="Explicit shots; they say how long it is.")

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.storyboard is not None and "seconds" in self.model_fields_set:
            raise ValueError("the shots of a storyboard say how long it is: leave seconds out")
        return self


class VideoRef(Body):
    """A video made here."""

    id: Ident


class EditVideo(Body):
    """`POST /v1/videos/edits`. `video` may be the film itself as an upload: its Content Credentials say which it is."""

    prompt: Prompt
    video: VideoRef
    audio: bool = True


class ExtendVideo(EditVideo):
    """`POST /v1/videos/extensions`. `seconds` come on top."""

    seconds: Seconds


class RemixVideo(Body):
    """`POST /v1/videos/{id}/remix`."""

    prompt: Prompt
    audio: bool = True


class Limit(Shape):
    """One limit: `limit` and `remaining` are null where there is none; `resets_at` is when the next part opens."""

    name: str
    limit: int | None
    used: int
    remaining: int | None
    resets_at: int | None
    set_by: str

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return a limit as it is answered."""
        return cls(
            name=standing.name,
            limit=standing.limit,
            used=standing.used,
            remaining=standing.remaining,
            resets_at=_unix(standing.resets_at),
            set_by=standing.set_by,
        )


class QuotaObject(Shape):
    """What one may still ask for."""

    object: Literal["video.quota"] = "video.quota"
    plan: str
    plan_until: int | None
    high_demand: bool
    limits: list[Limit]

    @classmethod
    def of(cls, quota: Quota) -> Self:
        """Return a quota as it is answered."""
        return cls(
            plan=quota.plan,
            plan_until=_unix(quota.plan_until),
            high_demand=quota.is_high_demand,
            limits=[Limit.of(item) for item in quota.limits],
        )


class QuoteObject(Shape):
    """What a wish would cost. `refused_by`: the limit that stands in its way now."""

    object: Literal["video.quote"] = "video.quote"
    credits: int
    seconds: str
    model: str
    refused_by: str | None
    opens_at: int | None

    @classmethod
    def of(cls, quote: Quote) -> Self:
        """Return a quote as it is answered."""
        return cls(
            credits=quote.credits,
            seconds=str(quote.seconds),
            model=quote.model,
            refused_by=quote.refused_by,
            opens_at=_unix(quote.opens_at),
        )


class ModelObject(Shape):
    """A model that films are made with."""

    id: str
    description: str
    audio: bool
    sizes: list[str]
    max_seconds: int

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        """Return a model as it is answered."""
        sizes = [size for size in SIZES if size in info.sizes]
        return cls(
            id=info.name,
            description=info.description,
            audio=info.makes_sound,
            sizes=sizes,
            max_seconds=info.max_seconds,
        )


class OptionsObject(Shape):
    """What a wish may choose from."""

    object: Literal["video.options"] = "video.options"
    models: list[ModelObject]
    styles: list[str]
    shot: dict[str, list[str]] = Field(description="What a shot of a storyboard may name, and the names there are.")
    longest_create_s: int
    longest_total_s: int

    @classmethod
    def of(cls, models: tuple[ModelInfo, ...], longest_create_s: int, longest_total_s: int) -> Self:
        """Return the options as they are answered."""
        return cls(
            models=[ModelObject.of(info) for info in models],
            styles=list(CHOICES["style"]),
            shot={name: list(names) for name, names in CHOICES.items()},
            longest_create_s=longest_create_s,
            longest_total_s=longest_total_s,
        )


class PlanIn(Body):
    """`PUT /v1/people/{id}/plan`, by a service."""

    plan: Annotated[str, Field(min_length=1, max_length=40)]
    until: Moment | None = None


class PlanObject(Shape):
    """The plan that someone is on."""

    person_id: PersonId
    plan: str
    until: datetime | None


def _unix(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
