"""Shapes of goals and of imported chats."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import TEXT, Body, Shape
from core.ids import GoalId


class NewGoal(Body):
    """`POST /v1/goals`: a goal in one's own words."""

    text: str = Field(min_length=1, max_length=500, pattern=TEXT, examples=["start a pottery shop"])


class ProgressShape(Shape):
    """What I made and did toward a goal since I stated it."""

    made: int = Field(description="Videos of my own that fit the goal.")
    did: int = Field(description="Likes, comments, shares and remixes of videos that fit it.")
    last_at: datetime | None


class GoalShape(Shape):
    """A goal."""

    id: GoalId
    text: str
    created_at: datetime
    page_share: float = Field(description="Share of a page that all goals shape together.")
    progress: ProgressShape


Message = Annotated[str, Field(max_length=2_000, pattern=TEXT)]


class NewChats(Body):
    """`POST /v1/me/chat-history`: messages of my own. Their topics are kept; the messages are not."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]


class ChatTopicShape(Shape):
    """A topic, and the share of messages that were about it."""

    topic: str
    weight: float


class ChatHistoryShape(Shape):
    """What is kept of my chats; the signal `chat_history` says whether it is used, and is off at first."""

    is_used: bool
    topics: list[ChatTopicShape]
