"""Messages between two people; only the two of them read them."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import OnceDep, PersonDep, RoomsDep
from api.schemas.common import IDENT, Listing, Moment
from api.schemas.messages import ConversationShape, MessageShape, NewMessage
from core.ids import PersonId
from pipelines.online import messages

router = APIRouter(prefix="/v1/messages", tags=["messages"])


@router.post("", status_code=201)
def send(body: NewMessage, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> MessageShape:
    """Write to someone."""
    done = once(body, lambda: MessageShape.model_validate(messages.send(rooms, person, body.to, body.text)))
    return MessageShape.model_validate(done)


@router.get("")
def conversation(
    person: PersonDep,
    rooms: RoomsDep,
    other: Annotated[PersonId, Query(alias="with", pattern=IDENT)],
    before: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Listing[MessageShape]:
    """Return what someone and I wrote to each other, newest first."""
    found = messages.conversation(rooms, person, other, before=before, limit=limit)
    return Listing[MessageShape].model_validate({"data": found})


@router.get("/conversations")
def conversations(person: PersonDep, rooms: RoomsDep) -> Listing[ConversationShape]:
    """Return with whom I exchanged messages, the latest first."""
    return Listing[ConversationShape].model_validate({"data": messages.conversations(rooms, person)})
