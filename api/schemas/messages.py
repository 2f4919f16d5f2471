"""Messages between two people."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import IDENT, TEXT, Body, PersonCard, Shape
from core.ids import PersonId


class NewMessage(Body):
    """What to write, and to whom."""

    to: PersonId = Field(pattern=IDENT)
    text: str = Field(min_length=1, max_length=10_000, pattern=TEXT)


class MessageShape(Shape):
    """One message."""

    id: str
    sender_id: PersonId
    recipient_id: PersonId
    text: str
    sent_at: datetime


class ConversationShape(Shape):
    """Someone with whom I exchanged messages."""

    person: PersonCard
    last_at: datetime
