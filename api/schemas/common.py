"""What many shapes share."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from core.ids import CaseId, CharacterId, GoalId, LinkId, PageId, PersonId, PollId, SteerId, VideoId

T = TypeVar("T")
IDENT = r"^[A-Za-z0-9_\-]{1,64}$"
# Databases cannot keep a NUL inside text.
TEXT = r"^[^\x00]*$"
_LAST_YEAR = 9998


def _storable(moment: datetime) -> datetime:
    """Refuse a moment that leaves the calendar when it is shifted to UTC."""
    if not 1 < moment.year <= _LAST_YEAR:
        raise ValueError("a year between 2 and 9998")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_storable)]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=TEXT)]
Ident = Annotated[str, Field(pattern=IDENT)]

PersonIdPath = Annotated[PersonId, Path(pattern=IDENT)]
VideoIdPath = Annotated[VideoId, Path(pattern=IDENT)]
PageIdPath = Annotated[PageId, Path(pattern=IDENT)]
GoalIdPath = Annotated[GoalId, Path(pattern=IDENT)]
SteerIdPath = Annotated[SteerId, Path(pattern=IDENT)]
PollIdPath = Annotated[PollId, Path(pattern=IDENT)]
LinkIdPath = Annotated[LinkId, Path(pattern=IDENT)]
CaseIdPath = Annotated[CaseId, Path(pattern=IDENT)]
CharacterIdPath = Annotated[CharacterId, Path(pattern=IDENT)]
IdentPath = Annotated[str, Path(pattern=IDENT)]


class Body(BaseModel):
    """A request body: an unknown key is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Shape(BaseModel):
    """An answer, filled from a record's attributes."""

    model_config = ConfigDict(from_attributes=True)


class Listing(Shape, Generic[T]):
    """Several of one kind."""

    data: list[T]


class PersonCard(Shape):
    """A person, as others see them."""

    id: PersonId
    handle: str
    display_name: str


class CharacterCard(Shape):
    """A likeness that a video shows, and whose it is."""

    id: CharacterId
    name: str
    owner: PersonCard


class CardCounts(Shape):
    """How many likes, comments and published remixes a video has."""

    like: int
    comment: int
    remix: int


class CardViewer(Shape):
    """How the reader of the card stands to the video."""

    liked: bool
    following: bool


class VideoCard(Shape):
    """A video, as a client shows it. ``url`` and ``poster_url`` are paths on this server."""

    id: VideoId
    caption: str
    prompt: str
    creator: PersonCard
    url: str
    poster_url: str
    seconds: int
    size: str
    style: str
    remixed_from: VideoId | None
    published_at: datetime | None
    characters: list[CharacterCard]
    counts: CardCounts
    viewer: CardViewer
