"""The shapes of OpenAI's Videos API, and what Kindling adds to them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.vocabulary import LikenessPermission, VideoStatus, Visibility

DEFAULT_MODEL = "sora-2"
DEFAULT_SIZE = "720x1280"

Size = Literal["360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024"]
Seconds = Annotated[
    Literal["4", "5", "6", "7", "8", "9", "10", "11", "12"],
    # OpenAI's clients send a string; people who write the JSON by hand often send a number.
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
]
WireStatus = Literal["queued", "in_progress", "completed", "failed"]


class Body(BaseModel):
    """A request body: an unknown key is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class CharacterRef(Body):
    """A character to show."""

    id: str = Field(min_length=1, max_length=64)


class ImageReference(Body):
    """A picture to start from: a base64 data URL, or an uploaded file's id."""

    image_url: str | None = Field(default=None, description="A `data:image/...;base64,` URL.")
    file_id: str | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> "ImageReference":
        """Refuse both or neither."""
        if (self.image_url is None) == (self.file_id is None):
            raise ValueError("give exactly one of image_url and file_id")
        return self


class CreateVideo(Body):
    """`POST /v1/videos`. The first five fields are OpenAI's; `seed` and `style` are Kindling's."""

    prompt: str = Field(min_length=1, max_length=32_000)
    model: str = Field(default=DEFAULT_MODEL, min_length=1, max_length=80)
    seconds: Seconds = "4"
    size: Size = DEFAULT_SIZE
    input_reference: ImageReference | None = None
    characters: list[CharacterRef] = Field(default_factory=list, max_length=2)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    style: str = Field(default="", max_length=40)


class RemixVideo(Body):
    """`POST /v1/videos/{id}/remix`."""

    prompt: str = Field(min_length=1, max_length=32_000)


class PublishVideo(Body):
    """`POST /v1/videos/{id}/publish`. What is left out keeps its default."""

    caption: str | None = Field(default=None, max_length=2_200)
    visibility: Visibility | None = None


class VideoFailure(BaseModel):
    """Why a video could not be made."""

    code: str
    message: str


class KindlingPart(BaseModel):
    """What Kindling knows beyond OpenAI's format."""

    state: VideoStatus
    visibility: Visibility
    caption: str
    style: str
    seed: int
    characters: list[str]
    published_at: int | None
    cancelled: bool


class VideoObject(BaseModel):
    """OpenAI's `video` object, with one further key, `kindling`."""

    id: str
    object: Literal["video"] = "video"
    model: str
    status: WireStatus
    progress: int
    created_at: int
    completed_at: int | None
    expires_at: int | None
    prompt: str | None
    size: str
    seconds: str
    remixed_from_video_id: str | None
    error: VideoFailure | None
    kindling: KindlingPart


class VideoList(BaseModel):
    """OpenAI's list of videos."""

    object: Literal["list"] = "list"
    data: list[VideoObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class VideoDeleted(BaseModel):
    """OpenAI's answer to a deletion."""

    id: str
    object: Literal["video.deleted"] = "video.deleted"
    deleted: bool = True


class Provenance(BaseModel):
    """What a film's manifest says, and whether it still holds."""

    valid: bool
    fingerprint: str | None
    manifest: dict[str, object]


class CharacterObject(BaseModel):
    """OpenAI's character (`id`, `name`, `created_at`), with whose it is and who may use it."""

    id: str
    object: Literal["character"] = "character"
    name: str
    created_at: int
    owner_id: str
    is_mine: bool
    permission: LikenessPermission
    people: list[str] | None = Field(default=None, description="Whom the owner chose; shown to the owner alone.")


class CharacterList(BaseModel):
    """Characters: mine, and those I may use."""

    object: Literal["list"] = "list"
    data: list[CharacterObject]


class ChangePermission(Body):
    """`PUT /v1/characters/{id}/permission`."""

    permission: LikenessPermission
    people: list[str] = Field(default_factory=list, max_length=500)


class LikenessUse(BaseModel):
    """One video or draft that shows me."""

    id: str
    state: VideoStatus
    creator_id: str
    prompt: str
    caption: str
    characters: list[str]
    url: str | None
    poster_url: str | None
    created_at: datetime


class LikenessUses(BaseModel):
    """Every video and draft that shows me."""

    object: Literal["list"] = "list"
    data: list[LikenessUse]
