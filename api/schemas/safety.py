"""Decisions on anything, one by one and in batches."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import IDENT, TEXT, Body, Ident, Shape
from api.schemas.moderation import Detector, OutcomeName
from core.vocabulary import Audience, Surface

MAX_BATCH = 5_000
_MAX_TEXT = 32_000
_MAX_PARTS = 32
_MAX_PICTURE = 8_000_000

Text = Annotated[str, Field(max_length=_MAX_TEXT, pattern=TEXT)]


class NamedText(Body):
    """Words, and what evidence should call them."""

    name: str = Field(default="text", min_length=1, max_length=40, pattern=TEXT)
    text: Text


class Shot(Body):
    """One shot of a storyboard: what it shows, the words on screen, and what is said."""

    text: Text = ""
    on_screen: Text = ""
    transcript: Text = ""


class Words(Body):
    """What is judged as one: words, shots in their order, a video that is kept here; for a surface and an audience."""

    texts: list[NamedText] = Field(default=[], max_length=_MAX_PARTS)
    shots: list[Shot] = Field(default=[], max_length=_MAX_PARTS)
    video_id: Ident | None = Field(default=None, description="A video that the caller may see.")
    surface: Surface = Field(default=Surface.PROMPT, description="Where the content would appear.")
    audience: Audience = Field(default=Audience.ADULT, description="Who could see it, or is shown in it.")


class NewDecision(Words):
    """`POST /v1/safety/decide`."""

    pictures: list[Annotated[str, Field(min_length=1, max_length=_MAX_PICTURE)]] = Field(
        default=[], max_length=_MAX_PARTS, description="`data:image/...;base64,` URLs."
    )


class BatchItem(Words):
    """One thing of a batch. Pictures are not taken: keep them as videos, or ask one by one."""

    custom_id: str | None = Field(default=None, pattern=IDENT, description="The caller's own name for it.")


class NewBatch(Body):
    """`POST /v1/safety/batches` as JSON; as JSON lines, one item a line."""

    items: list[BatchItem] = Field(min_length=1, max_length=MAX_BATCH)


class Finding(Shape):
    """One thing a reviewer should look at."""

    category: str
    score: float
    part: str
    excerpt: str


class SafetyDecision(Shape):
    """What the policy in force says, by which rule and version, and on what evidence."""

    outcome: OutcomeName
    allowed: bool = Field(description="Whether it may go on without a person looking at it.")
    surface: Surface
    audience: Audience
    rule_id: str
    category: str
    explanation: str
    policy_version: str
    model_revision: str
    threshold_revision: str
    categories: list[str] = Field(description="Those whose score alone means review or block.")
    scores: dict[str, float]
    evidence: list[Finding]
    detectors: list[Detector] = Field(description="Which looked, and which could not.")


class BatchCounts(Shape):
    """How far a batch is."""

    total: int
    done: int


class Batch(Shape):
    """A batch and where it stands."""

    id: str
    status: Literal["queued", "in_progress", "completed", "failed", "cancelled"]
    counts: BatchCounts
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
    error_code: str | None
    error_message: str | None


class BatchProblem(Shape):
    """Why one thing of a batch could not be judged."""

    code: str
    detail: str


class BatchResult(Shape):
    """One thing's decision, or why there is none."""

    position: int
    custom_id: str | None
    decision: SafetyDecision | None
    error: BatchProblem | None


class BatchResults(Shape):
    """Results in the order of the batch's items, as far as they are done."""

    data: list[BatchResult]
    has_more: bool
