"""A family: links, controls, the shared log, and time in numbers. Teens use the same paths with their own id."""

from typing import Literal

from fastapi import APIRouter

from api.deps import ActorDep, FamilyReaderDep, FamilyWriterDep, OnceDep, RoomsDep
from api.schemas.common import LinkIdPath, Listing, PersonIdPath
from api.schemas.wellbeing import (
    ActivityShape,
    ControlsChange,
    ControlsShape,
    FamilyShape,
    Invitation,
    LinkShape,
    LogEntry,
)
from pipelines.online import family

router = APIRouter(prefix="/v1/family", tags=["family"])


@router.get("")
def links(member: FamilyReaderDep, rooms: RoomsDep) -> FamilyShape:
    """Return all my links."""
    return FamilyShape.model_validate({"links": family.links(rooms, member)})


@router.post("/invites", status_code=201)
def invite(body: Invitation, member: FamilyWriterDep, rooms: RoomsDep, once: OnceDep) -> LinkShape:
    """Invite someone to be family; they decide."""
    done = once(body, lambda: LinkShape.model_validate(family.invite(rooms, member, body.handle)))
    return LinkShape.model_validate(done)


@router.post("/links/{link_id}/end")
def end(link_id: LinkIdPath, member: FamilyWriterDep, rooms: RoomsDep) -> LinkShape:
    """End a link, or take an invitation back."""
    return LinkShape.model_validate(family.end(rooms, member, link_id))


@router.post("/links/{link_id}/{answer}")
def answer(
    link_id: LinkIdPath, answer: Literal["accept", "decline"], member: FamilyWriterDep, rooms: RoomsDep
) -> LinkShape:
    """Accept or decline an invitation."""
    return LinkShape.model_validate(family.answer(rooms, member, link_id, answer == "accept"))


@router.get("/{teen_id}/controls")
def controls(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> ControlsShape:
    """Return what holds for a teen, and who set it."""
    return ControlsShape.model_validate(family.effective_controls(rooms, member, teen_id))


@router.put("/{teen_id}/controls")
def set_controls(
    teen_id: PersonIdPath, body: ControlsChange, member: FamilyWriterDep, actor: ActorDep, rooms: RoomsDep
) -> ControlsShape:
    """Change controls, all or none; they hold from the teen's next request."""
    changed = family.set_controls(rooms, member, teen_id, body.changes, actor.scopes, until=body.until)
    return ControlsShape.model_validate(changed)


@router.get("/{teen_id}/log")
def log(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> Listing[LogEntry]:
    """Return every change ever made, newest first."""
    return Listing[LogEntry].model_validate({"data": family.history(rooms, member, teen_id)})


@router.get("/{teen_id}/activity")
def activity(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> ActivityShape:
    """Return a teen's time and counts."""
    return ActivityShape.model_validate(family.activity(rooms, member, teen_id))
