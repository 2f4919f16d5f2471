"""OpenAI's moderation shapes, appeals and reviews, and the policies in force."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from api.schemas.common import TEXT, Body, Ident, Shape
from core.ids import AppealId, CaseId, DecisionId, PersonId
from core.vocabulary import Audience, Outcome, Surface

_MAX_TEXT = 32_000
_MAX_INPUTS = 32
_MAX_IMAGE_URL = 8_000_000

InputType = Literal["text", "image", "video"]
OutcomeName = Annotated[
    Literal["allow", "limit", "review", "block"],
    BeforeValidator(lambda value: value.name.lower() if isinstance(value, Outcome) else value),
]
Text = Annotated[str, Field(max_length=_MAX_TEXT, pattern=TEXT)]


class TextPart(Body):
    """Words."""

    type: Literal["text"]
    text: Text


class ImageUrl(Body):
    """A picture as a `data:image/...;base64,` URL."""

    url: str = Field(min_length=1, max_length=_MAX_IMAGE_URL)


class ImagePart(Body):
    """A picture."""

    type: Literal["image_url"]
    image_url: ImageUrl


ContentPart = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class NewModeration(Body):
    """`POST /v1/moderations`: a text, several, or the parts of one message. The last two fields are ours."""

    input: Text | Annotated[list[Text] | list[ContentPart], Field(min_length=1, max_length=_MAX_INPUTS)]
    model: str | None = Field(default=None, max_length=80, pattern=TEXT)
    surface: Surface = Field(default=Surface.PROMPT, description="Where the content would appear.")
    audience: Audience = Field(default=Audience.ADULT, description="Who could see it, or is shown in it.")


class Detector(Shape):
    """One detector, and whether it looked."""

    name: str
    looked_at: InputType
    ran: bool
    note: str = ""


class KindlingVerdict(Shape):
    """What Kindling's own policy says of it."""

    outcome: OutcomeName
    rule_id: str
    category: str
    explanation: str
    policy_version: str
    model_revision: str
    threshold_revision: str
    scores: dict[str, float]
    detectors: list[Detector]


class ModerationResult(Shape):
    """OpenAI's result, with one further key, `kindling`."""

    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[Literal["text", "image"]]]
    kindling: KindlingVerdict


class Moderation(Shape):
    """OpenAI's answer."""

    id: str
    model: str
    results: list[ModerationResult]


class NewAppeal(Body):
    """Why a decision is a mistake."""

    decision_id: Ident
    text: str = Field(min_length=1, max_length=2_000, pattern=TEXT)


class AppealShape(Shape):
    """An appeal, and the case in which a person decides again."""

    id: AppealId
    decision_id: DecisionId
    case_id: CaseId
    created_at: datetime


class DecisionShape(Shape):
    """A verdict as it was stored."""

    id: DecisionId
    subject_kind: str
    subject_id: str
    person_id: PersonId | None
    surface: str
    audience: str
    outcome: OutcomeName
    rule_id: str
    category: str
    policy_version: str
    model_revision: str
    threshold_revision: str
    scores: dict[str, float | None]
    evidence: list[Any]
    created_at: datetime


class CaseShape(Shape):
    """A case for a person to decide."""

    id: CaseId
    status: str
    opened_at: datetime
    resolved_at: datetime | None
    note: str
    decision: DecisionShape
    appeal_text: str | None = None


class Resolution(Body):
    """What the reviewer decides, and why."""

    outcome: Literal["uphold", "overturn"]
    note: str = Field(default="", max_length=2_000, pattern=TEXT)


class PolicyShape(Shape):
    """One policy in force."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    name: str
    version: str
    owner: str
    reason: str
    effective: date


class PolicyText(PolicyShape):
    """A policy with its exact text. ``revision`` is the SHA-256 of what it says."""

    revision: str
    toml: str


class PolicyChangeShape(Shape):
    """One change of what holds. ``found`` is the policy file that held before the first."""

    act: Literal["found", "activated", "rolled_back"]
    version: str
    revision: str
    replaced: str | None
    by: str
    reason: str
    at: datetime
