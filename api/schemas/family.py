"""What a family asks, is told and consents to."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import TEXT, Body, PersonCard, Shape
from api.schemas.wellbeing import ControlValue
from core.ids import PersonId
from core.records_family import AskKind, AskStatus


class NewAskBody(Body):
    """What I ask: `minutes` for more time; `control`, and `value` for a change; a few words if I like."""

    kind: AskKind
    control: str | None = Field(default=None, max_length=40, pattern=TEXT)
    value: ControlValue | None = None
    minutes: int | None = Field(default=None, ge=1, le=24 * 60)
    words: str = Field(default="", max_length=300, pattern=TEXT)


class AskShape(Shape):
    """Something a teen asked."""

    id: str
    teen_id: PersonId
    kind: AskKind
    control: str | None
    value: ControlValue | None
    minutes: int | None
    words: str
    status: AskStatus
    asked_at: datetime
    lapses_at: datetime
    answered_at: datetime | None
    answered_by: PersonId | None


class NoticeShape(Shape):
    """Something I am told of my family."""

    id: str
    teen: PersonCard
    actor: PersonCard
    action: str
    text: str
    at: datetime
    seen: bool
