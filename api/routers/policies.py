"""The policies in force, and the moderation policy's text and history for those who look after it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Actor, ActorDep, RoomsDep, require_scope
from api.schemas.common import Listing
from api.schemas.moderation import PolicyChangeShape, PolicyShape, PolicyText
from core.vocabulary import Scope
from pipelines.online.policies import moderation_history, moderation_in_force, policies_in_force

router = APIRouter(prefix="/v1/policies", tags=["policies"])

PolicyTeamDep = Annotated[Actor, Depends(require_scope(Scope.POLICY))]


@router.get("")
def in_force(_actor: ActorDep, rooms: RoomsDep) -> Listing[PolicyShape]:
    """Return name, version, owner, reason and first day of every policy in force."""
    return Listing[PolicyShape].model_validate({"data": policies_in_force(rooms)})


@router.get("/moderation")
def moderation(_member: PolicyTeamDep, rooms: RoomsDep) -> PolicyText:
    """Return the moderation policy in force, whole, as the TOML that can be changed and activated."""
    return PolicyText.model_validate(moderation_in_force(rooms))


@router.get("/moderation/history")
def history(_member: PolicyTeamDep, rooms: RoomsDep) -> Listing[PolicyChangeShape]:
    """Return every change of the moderation policy, oldest first: who, when, why, and what it replaced."""
    return Listing[PolicyChangeShape].model_validate({"data": moderation_history(rooms)})
