"""Other people: finding, following and blocking them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import PersonDep, RoomsDep, ServiceDep
from api.schemas.accounts import Profile
from api.schemas.common import IDENT, TEXT, Listing, PersonCard, PersonIdPath, VideoCard
from api.schemas.making import PlanIn, PlanObject
from core.ids import VideoId
from pipelines.online import accounts, following, quotas
from pipelines.online.following import Followed

router = APIRouter(prefix="/v1/people", tags=["people"])


@router.get("")
def search(
    person: PersonDep,
    rooms: RoomsDep,
    query: Annotated[str, Query(min_length=1, max_length=80, pattern=TEXT)],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Listing[PersonCard]:
    """Return people whose handle or name contains the query."""
    return Listing[PersonCard].model_validate({"data": accounts.search(rooms, person, query, limit)})


@router.get("/{person_id}")
def profile(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep) -> Profile:
    """Return someone's profile."""
    return Profile.model_validate(accounts.profile(rooms, person, person_id))


@router.get("/{person_id}/videos")
def videos(
    person_id: PersonIdPath,
    person: PersonDep,
    rooms: RoomsDep,
    after: Annotated[VideoId | None, Query(pattern=IDENT)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Listing[VideoCard]:
    """Return what someone published, newest first."""
    found = accounts.videos_of(rooms, person, person_id, after=after, limit=limit)
    return Listing[VideoCard].model_validate({"data": found})


@router.put("/{person_id}/follow", status_code=204, responses={202: {"description": "They were asked."}})
def follow(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep, response: Response) -> None:
    """Follow someone (204), or ask them where they choose their followers (202)."""
    if following.follow(rooms, person, person_id) == Followed.REQUESTED:
        response.status_code = 202


@router.delete("/{person_id}/follow", status_code=204)
def unfollow(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Follow someone no longer."""
    following.unfollow(rooms, person, person_id)


@router.put("/{person_id}/plan")
def set_plan(person_id: PersonIdPath, body: PlanIn, service: ServiceDep, rooms: RoomsDep) -> PlanObject:
    """Put someone on a plan: for the service that knows what they pay for."""
    found = quotas.set_plan(rooms, person_id, body.plan, body.until, by=service.name)
    return PlanObject(person_id=person_id, plan=found.plan, until=found.until)


@router.put("/{person_id}/block", status_code=204)
def block(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Block someone."""
    accounts.block(rooms, person, person_id)


@router.delete("/{person_id}/block", status_code=204)
def unblock(person_id: PersonIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Lift a block."""
    accounts.unblock(rooms, person, person_id)
