"""Steers: what the next pages should be like, in plain words."""

from fastapi import APIRouter

from api.deps import OnceDep, PersonDep, RoomsDep
from api.schemas.common import Listing, SteerIdPath
from api.schemas.feed import NewSteer, SteerShape
from pipelines.online import steering

router = APIRouter(prefix="/v1/steers", tags=["steers"])


@router.post("", status_code=201)
def add(body: NewSteer, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> SteerShape:
    """Say what the next pages should be like."""
    done = once(body, lambda: SteerShape.model_validate(steering.add_steer(rooms, person, body.text, body.lasts)))
    return SteerShape.model_validate(done)


@router.get("")
def mine(person: PersonDep, rooms: RoomsDep) -> Listing[SteerShape]:
    """Return my steers in force, oldest first."""
    return Listing[SteerShape].model_validate({"data": steering.list_steers(rooms, person)})


@router.delete("/{steer_id}", status_code=204)
def undo(steer_id: SteerIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Take a steer back."""
    steering.undo_steer(rooms, person, steer_id)
