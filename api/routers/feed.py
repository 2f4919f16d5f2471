"""The feed: a screenful, and why each item stands where it stands."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import IdempotencyKey, PersonDep, RoomsDep
from api.schemas.common import PageIdPath
from api.schemas.feed import LeaseBody, NewPage, Page, Why
from pipelines.online import feed

router = APIRouter(prefix="/v1/feed", tags=["feed"])


@router.post("")
def screenful(person: PersonDep, rooms: RoomsDep, body: NewPage | None = None, key: IdempotencyKey = None) -> Page:
    """Return the next screenful. What is handed out counts as seen; a retry with the same key gets the same page."""
    wish = body or NewPage()
    request = feed.FeedRequest(size=wish.size, mode=wish.mode, idempotency_key=key)
    return Page.model_validate(feed.screenful(rooms, person, request))


@router.post("/lease")
def page_of_lease(body: LeaseBody, person: PersonDep, rooms: RoomsDep) -> Page:
    """Return the page of a lease once more, as it was handed out; nothing is counted."""
    return Page.model_validate(feed.page_of_lease(rooms, person, body.lease))


@router.get("/pages/{page_id}/items/{position}/why")
def why(page_id: PageIdPath, position: Annotated[int, Path(ge=0, le=1000)], person: PersonDep, rooms: RoomsDep) -> Why:
    """Return why an item stood where it stood."""
    return Why.model_validate(feed.why(rooms, person, page_id, position))
