"""My account: who I am, what is held about me, what the ranker may use, and forgetting."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Response

from api.deps import OnceDep, PersonDep, RoomsDep
from api.schemas.accounts import Export, Me, Privacy, ResetDone, Signals, SignalShape
from api.schemas.common import Listing, PersonCard, PersonIdPath
from api.schemas.goals import ChatHistoryShape, NewChats
from pipelines.online import accounts, chat_history, following

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("")
def me(person: PersonDep, rooms: RoomsDep) -> Me:
    """Return my account."""
    return Me.model_validate(accounts.me(rooms, person))


@router.get("/export")
def export(person: PersonDep, rooms: RoomsDep, response: Response) -> Export:
    """Return everything that is held about me, as a file."""
    response.headers["Content-Disposition"] = 'attachment; filename="kindling-export.json"'
    return Export.model_validate(accounts.export(rooms, person))


@router.post("/reset")
def reset(person: PersonDep, rooms: RoomsDep, once: OnceDep) -> ResetDone:
    """Make the ranker forget what it learned about me."""
    done = once(None, lambda: ResetDone(reset_at=accounts.reset(rooms, person)))
    return ResetDone.model_validate(done)


@router.get("/signals")
def signals(person: PersonDep, rooms: RoomsDep) -> Signals:
    """Return what the ranker may use about me."""
    return _signals(accounts.signals(rooms, person))


@router.put("/signals")
def set_signals(
    changes: Annotated[dict[str, bool], Body(max_length=20, examples=[{"in_app_activity": False}])],
    person: PersonDep,
    rooms: RoomsDep,
) -> Signals:
    """Switch signals on or off; those not named stay as they are."""
    return _signals(accounts.set_signals(rooms, person, changes))


@router.put("/privacy")
def set_privacy(body: Privacy, person: PersonDep, rooms: RoomsDep) -> Me:
    """Open my account, or close it to all but approved followers."""
    following.set_privacy(rooms, person, is_private=body.is_private)
    return Me.model_validate(accounts.me(rooms, person))


@router.get("/follow-requests")
def follow_requests(person: PersonDep, rooms: RoomsDep) -> Listing[PersonCard]:
    """Return who waits to follow me, the longest waiting first."""
    return Listing[PersonCard].model_validate({"data": following.requests(rooms, person)})


@router.post("/follow-requests/{person_id}/{decision}", status_code=204)
def answer_follow_request(
    person_id: PersonIdPath, decision: Literal["approve", "decline"], person: PersonDep, rooms: RoomsDep
) -> None:
    """Let someone follow me, or not; they are not told of a no."""
    following.answer(rooms, person, person_id, approve=decision == "approve")


@router.delete("/followers/{person_id}", status_code=204)
def remove_follower(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Let someone follow me no longer; they are not told."""
    following.remove_follower(rooms, person, person_id)


@router.get("/chat-history")
def chats(person: PersonDep, rooms: RoomsDep) -> ChatHistoryShape:
    """Return what is kept of the chats that I handed over."""
    return ChatHistoryShape.model_validate(chat_history.chat_history(rooms, person))


@router.post("/chat-history", status_code=201)
def import_chats(body: NewChats, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> ChatHistoryShape:
    """Hand over messages of my own. Their topics take the place of earlier ones; the messages are not kept."""
    done = once(body, lambda: ChatHistoryShape.model_validate(chat_history.import_chats(rooms, person, body.messages)))
    return ChatHistoryShape.model_validate(done)


@router.delete("/chat-history", status_code=204)
def forget_chats(person: PersonDep, rooms: RoomsDep) -> None:
    """Forget what was read from my chats."""
    chat_history.forget_chats(rooms, person)


def _signals(about: list[accounts.Signal]) -> Signals:
    return Signals(
        signals={item.name: item.on for item in about}, about=[SignalShape.model_validate(item) for item in about]
    )
