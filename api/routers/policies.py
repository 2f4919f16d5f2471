"""The policies in force."""

from fastapi import APIRouter

from api.deps import ActorDep, RoomsDep
from api.schemas.common import Listing
from api.schemas.moderation import PolicyShape
from pipelines.online.policies import policies_in_force

router = APIRouter(prefix="/v1/policies", tags=["policies"])


@router.get("")
def in_force(_actor: ActorDep, rooms: RoomsDep) -> Listing[PolicyShape]:
    """Return name, version, owner, reason and first day of every policy in force."""
    return Listing[PolicyShape].model_validate({"data": policies_in_force(rooms)})
