"""A person's own account, and other people's."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Body, Shape
from core.ids import PersonId
from core.vocabulary import Audience


class SignalShape(Shape):
    """One thing about a person that the ranker may or may not use."""

    name: str
    title: str
    text: str
    on: bool


class Me(Shape):
    """The person who asks."""

    id: PersonId
    handle: str
    display_name: str
    bio: str
    birth_date: date | None
    is_minor: bool
    audience: Audience
    jurisdiction: str
    timezone: str
    is_private: bool
    followers: int
    following: int
    signals: dict[str, bool]
    reset_at: datetime | None
    created_at: datetime


class Profile(Shape):
    """Someone else, as far as the one who asks may see."""

    id: PersonId
    handle: str
    display_name: str
    bio: str
    is_private: bool
    is_me: bool
    following: bool
    follows_you: bool
    may_follow: bool = Field(description="Whether following takes effect at once; else it asks them.")
    requested: bool = Field(description="Whether they have yet to answer my wish to follow.")
    followers: int | None = Field(description="Null where the account is not open to the one who asks.")
    following_count: int | None


class Signals(Shape):
    """Which signals the ranker may use, with what each is."""

    signals: dict[str, bool]
    about: list[SignalShape]


class Privacy(Body):
    """Whether only approved followers see what I publish."""

    is_private: bool


class ResetDone(Shape):
    """From when on the ranker counts."""

    reset_at: datetime


class Export(Shape):
    """Everything that is held about a person."""

    made_at: datetime
    person: dict[str, Any]
    held: dict[str, list[dict[str, Any]]] = Field(description="Kind of record -> the records, oldest first.")


class Nothing(Body):
    """A body that holds nothing."""
