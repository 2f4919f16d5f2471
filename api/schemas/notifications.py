"""What people are told."""

from datetime import datetime
from typing import Any

from api.schemas.common import Shape


class NotificationShape(Shape):
    """One thing that I was told."""

    id: str
    kind: str
    text: str
    detail: dict[str, Any]
    at: datetime
    is_new: bool


class NotificationsShape(Shape):
    """What reached me, newest first."""

    data: list[NotificationShape]
