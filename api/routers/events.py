"""What people did: batches from a client, and single acts on a video."""

from fastapi import APIRouter

from api.deps import PersonDep, RoomsDep
from api.schemas.common import VideoIdPath
from api.schemas.feed import NewEvents, Taken
from core.ids import PersonId, VideoId, new_id
from core.vocabulary import EventKind
from pipelines.online import events
from pipelines.online.rooms import Rooms

router = APIRouter(prefix="/v1", tags=["events"])


@router.post("/events")
def take(body: NewEvents, person: PersonDep, rooms: RoomsDep) -> Taken:
    """Take in what the person did. An event whose id is known changes nothing."""
    batch = [events.NewEvent(**event.model_dump()) for event in body.events]
    return Taken.model_validate(events.take_events(rooms, person, batch))


@router.put("/videos/{video_id}/hide", status_code=204)
def hide(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Show me no more of this video."""
    _say(rooms, person, EventKind.HIDE, video_id)


@router.delete("/videos/{video_id}/hide", status_code=204)
def unhide(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Take a hide back."""
    _say(rooms, person, EventKind.UNHIDE, video_id)


@router.put("/videos/{video_id}/like", status_code=204)
def like(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Like a video."""
    _say(rooms, person, EventKind.LIKE, video_id)


@router.delete("/videos/{video_id}/like", status_code=204)
def unlike(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Take a like back."""
    _say(rooms, person, EventKind.UNLIKE, video_id)


def _say(rooms: Rooms, person: PersonId, kind: EventKind, video_id: VideoId) -> None:
    event = events.NewEvent(event_id=new_id("evt"), kind=kind, occurred_at=rooms.clock.now(), video_id=video_id)
    events.take_events(rooms, person, [event])
