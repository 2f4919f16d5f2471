"""A screenful, what people did with it, and what they asked of the next one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import TEXT, Body, Ident, Moment, Shape, VideoCard
from core.ids import PageId, SteerId, VideoId
from core.vocabulary import EventKind, FeedMode

_MAX_EVENTS = 500


class NewPage(Body):
    """`POST /v1/feed`: how many videos, in which order."""

    size: int = Field(default=8, ge=1, le=30, description="Most videos wanted; limits may give fewer.")
    mode: FeedMode = Field(default=FeedMode.RANKED, description="How to order them.")


class LeaseBody(Body):
    """`POST /v1/feed/lease`: a page's lease."""

    lease: str = Field(min_length=1, max_length=2_000, pattern=TEXT)


class ReasonShape(Shape):
    """Why something is on the page."""

    code: str
    text: str


class Choice(Shape):
    """One answer that may be given to a poll."""

    value: float
    label: str


class PollShape(Shape):
    """A question to the viewer; answering, skipping and stopping are all fine."""

    id: str
    kind: str
    question: str
    choices: list[Choice]
    statements: list[str] = Field(default=[], description="A form: one of the choices for each statement.")
    video_id: VideoId | None = None


class Item(Shape):
    """One video at its position, and why it is there."""

    position: int
    video: VideoCard
    reason: ReasonShape
    score: float
    propensity: float = Field(description="Probability that the policy in force put it at this position.")
    steer_id: SteerId | None = None
    poll: PollShape | None = None


class BudgetShape(Shape):
    """What the viewer gave themselves: minutes from `set_at` on, then the feed rests until `closed_until`."""

    minutes: int
    set_at: datetime
    elapsed_s: float = Field(description="Seconds of watching since then, as far as they can be told.")
    closed_until: datetime | None = None


class SessionShape(Shape):
    """How far the viewer is in this session, and when it opens again."""

    is_open: bool
    videos_this_session: int
    videos_today: int
    remaining: int | None = Field(description="Videos left in this session; null when nothing bounds it.")
    cooldown_until: datetime | None = None
    resumes_at: datetime | None = None
    active_minutes_this_session: int = 0
    active_minutes_this_week: int = 0
    budget: BudgetShape | None = None


class Pause(Shape):
    """The feed pauses: until when, and what to do meanwhile."""

    kind: str
    title: str
    text: str
    resumes_at: datetime | None
    you_made: list[VideoCard]
    friends_made: list[VideoCard]
    idea: str


class Label(Shape):
    """A warning label that a law asks for: shown for `seconds`, and skippable or not."""

    id: str
    rule_id: str
    title: str
    text: str
    seconds: int
    skippable: bool
    ends_at: datetime


class Nudge(Shape):
    """A friendly word after long passive scrolling."""

    id: str
    level: int | str
    title: str
    text: str
    idea: str


class CreationPrompt(Shape):
    """Something to make."""

    title: str
    prompt: str


class Page(Shape):
    """A screenful."""

    page_id: PageId
    mode: FeedMode
    snapshot: str
    policy_version: str
    created_at: datetime
    items: list[Item]
    session: SessionShape
    lease: str = Field(default="", description="Signed; presented again it is this page again, never a new allowance.")
    pause: Pause | None = None
    label: Label | None = None
    nudge: Nudge | None = None
    poll: PollShape | None = None
    creation_prompt: CreationPrompt | None = None


class Part(Shape):
    """One term of the value: weight times probability."""

    name: str
    weight: float
    probability: float | None
    contribution: float
    is_prior: bool = Field(default=False, description="Nothing was learned of it yet: the same for every video.")


class SteerPart(Shape):
    """What one steer added or took."""

    id: SteerId
    says: str
    contribution: float


class Why(Shape):
    """Why an item stood where it stood."""

    reason: ReasonShape
    parts: list[Part]
    steers: list[SteerPart]
    signals_used: list[str]
    policy_version: str


class NewEvent(Body):
    """Something the person did. The client makes ``event_id``, so that a retry is harmless."""

    event_id: str = Field(pattern=r"^[\x21-\x7e]{1,120}$", description="Up to 120 printable characters.")
    kind: EventKind
    occurred_at: Moment
    video_id: Ident | None = None
    person_id: Ident | None = Field(default=None, description="Whom a follow or block is about.")
    page_id: Ident | None = None
    position: int | None = Field(default=None, ge=0, le=10_000)
    value: float | None = Field(default=None, ge=-1e6, le=1e6, allow_inf_nan=False)
    text: str | None = Field(default=None, max_length=2_000, pattern=TEXT)


class NewEvents(Body):
    """`POST /v1/events`."""

    events: Annotated[list[NewEvent], Field(min_length=1, max_length=_MAX_EVENTS)]


class Taken(Shape):
    """How many events were new, and how many were known."""

    accepted: int
    duplicates: int


class NewSteer(Body):
    """`POST /v1/steers`: what the next pages should be like, in plain words."""

    text: str = Field(min_length=1, max_length=500, pattern=TEXT)
    lasts: Literal["session", "today", "until_undone"] | None = None


class SteerShape(Shape):
    """A steer as it was understood."""

    id: SteerId
    text: str
    says: str
    wants: list[str]
    refuses: list[str]
    created_at: datetime
    expires_at: datetime | None
    mood: dict[str, float] = Field(description="Arousal and valence aimed at, 1 to 5; empty if none was named.")
    minutes: int | None = Field(description="Minutes after which the feed stops; null if none were named.")
    novelty: int = Field(description="1 for what is new to the person, -1 for more of the same, else 0.")
