"""What I was told: only what the gate let through; the rest comes when it may."""

from fastapi import APIRouter

from api.deps import PersonDep, RoomsDep
from api.schemas.notifications import NotificationShape, NotificationsShape
from pipelines.online import notifying

router = APIRouter(prefix="/v1/notifications", tags=["me"])


@router.get("")
def my_notifications(person: PersonDep, rooms: RoomsDep) -> NotificationsShape:
    """Return what reached me, newest first. What is held in the night or in school hours is not in it yet."""
    told = notifying.my_notifications(rooms, person)
    return NotificationsShape(data=[NotificationShape.model_validate(item) for item in told])


@router.post("/read", status_code=204)
def mark_read(person: PersonDep, rooms: RoomsDep) -> None:
    """Mark all of them as read."""
    notifying.mark_read(rooms, person)
