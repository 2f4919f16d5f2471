"""What teens ask of their guardians, the answers, what everyone is told, and whom a teen has to do with."""

from typing import Literal

from fastapi import APIRouter

from api.deps import ActorDep, FamilyReaderDep, FamilyWriterDep, OnceDep, PersonDep, RoomsDep
from api.schemas.common import IdentPath, Listing, PersonCard, PersonIdPath
from api.schemas.family import AskShape, NewAskBody, NoticeShape
from core.errors import not_found
from pipelines.online import asks

router = APIRouter(prefix="/v1/family", tags=["family"])


@router.get("/notices")
def notices(member: FamilyReaderDep, rooms: RoomsDep) -> Listing[NoticeShape]:
    """Return what I am told of my family, newest first."""
    return Listing[NoticeShape].model_validate({"data": asks.notices(rooms, member)})


@router.post("/notices/seen", status_code=204)
def see_notices(member: FamilyReaderDep, rooms: RoomsDep) -> None:
    """Note that I have read them."""
    asks.see_notices(rooms, member)


@router.post("/{teen_id}/asks", status_code=201)
def ask(teen_id: PersonIdPath, body: NewAskBody, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> AskShape:
    """Ask my guardians for more time, a change, or that a control be looked at again; `teen_id` is my own."""
    if teen_id != person:
        raise not_found("person", teen_id)
    new = asks.NewAsk(body.kind, body.control, body.value, body.minutes, body.words)
    return AskShape.model_validate(once(body, lambda: AskShape.model_validate(asks.ask(rooms, person, new))))


@router.get("/{teen_id}/asks")
def list_asks(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> Listing[AskShape]:
    """Return what a teen asked, newest first."""
    return Listing[AskShape].model_validate({"data": asks.asks(rooms, member, teen_id)})


@router.post("/{teen_id}/asks/{ask_id}/{outcome}")
def settle(
    teen_id: PersonIdPath,
    ask_id: IdentPath,
    outcome: Literal["grant", "decline", "withdraw"],
    member: FamilyWriterDep,
    actor: ActorDep,
    rooms: RoomsDep,
) -> AskShape:
    """Say yes or no as a guardian, or take my own ask back."""
    if outcome == "withdraw":
        if teen_id != member:
            raise not_found("ask", ask_id)
        return AskShape.model_validate(asks.withdraw(rooms, member, ask_id))
    settled = asks.answer(rooms, member, teen_id, ask_id, actor.scopes, grant=outcome == "grant")
    return AskShape.model_validate(settled)


@router.get("/{teen_id}/contacts")
def contacts(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> Listing[PersonCard]:
    """Return with whom a teen has to do, by name; never what was said."""
    return Listing[PersonCard].model_validate({"data": asks.contacts(rooms, member, teen_id)})
