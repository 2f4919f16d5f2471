"""How much, how it feels, and what a family has agreed on."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from api.schemas.common import TEXT, Body, Moment, PersonCard, Shape
from api.schemas.feed import SessionShape
from core.ids import LinkId, PersonId
from core.records_charter import CharterAct
from core.records_wellbeing import LinkStatus
from wellbeing.controls import Party

_MAX_CHANGES = 20
ControlValue = StrictBool | StrictInt | StrictStr


class Day(Shape):
    """One local day: videos handed out, and estimated minutes in the feed."""

    day: date
    videos: int
    active_minutes: int


class Reactance(Shape):
    """How I took the nudges of late; `share` is what makes them rarer for me."""

    shown: int
    dismissed: int
    heeded: int
    turned_off: bool
    share: float


class WellbeingShape(Shape):
    """My own time."""

    today: Day
    limits: dict[str, ControlValue | None] = Field(description="What holds for me; null is no limit.")
    session: SessionShape
    nudges: Reactance
    week: list[Day]


class PollAnswer(Body):
    """Exactly one of an answer, a form's answers, a skip, or no more questions at all."""

    answer: float | None = Field(default=None, ge=-1_000, le=1_000, allow_inf_nan=False)
    answers: list[StrictInt] | None = Field(default=None, max_length=20, description="One for each statement.")
    skip: Literal[True] | None = None
    stop: Literal[True] | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """Refuse none, and more than one."""
        if sum(value is not None for value in (self.answer, self.answers, self.skip, self.stop)) != 1:
            raise ValueError('exactly one of {"answer": number}, {"answers": [...]}, {"skip": true} and {"stop": true}')
        return self


class SaidShape(Shape):
    """One answer of mine."""

    at: datetime
    value: float


class SeriesShape(Shape):
    """What I answered to one question, oldest first, between the least and the most one can say."""

    kind: str
    question: str
    low: float
    high: float
    points: list[SaidShape]
    words: dict[int, str]
    offers_help: bool


class Dismissal(Body):
    """A nudge waved away; ``stop`` turns nudges off."""

    stop: bool = False


class NewBreak(Body):
    """A break that one wishes for oneself."""

    minutes: int = Field(ge=1, le=24 * 60)


class NewBudget(Body):
    """Minutes in the feed that one gives oneself, from now on."""

    minutes: int = Field(ge=1, le=8 * 60)


class Invitation(Body):
    """Whom to link with as a family."""

    handle: str = Field(min_length=1, max_length=41, pattern=TEXT)


class LinkShape(Shape):
    """A link between a guardian and a teen."""

    id: LinkId
    status: LinkStatus
    guardian: PersonCard
    teen: PersonCard
    invited_by: PersonId
    created_at: datetime
    ended_by: PersonId | None = None


class FamilyShape(Shape):
    """All my links, newest first."""

    links: list[LinkShape]


class ControlShape(Shape):
    """One control: what holds, who set it, what can be chosen, and the reader's own setting."""

    name: str
    title: str
    value: ControlValue
    says: str
    set_by: Party
    set_by_person: PersonCard | None
    rule_id: str
    expires_at: datetime | None
    choices: dict[str, Any]
    yours: ControlValue | None


class ControlsShape(Shape):
    """All controls of one person."""

    teen: PersonCard
    controls: list[ControlShape]


class ControlsChange(Body):
    """Changes, all or none; null takes one's own setting back. With ``until`` they are temporary."""

    changes: dict[str, ControlValue | None] = Field(min_length=1, max_length=_MAX_CHANGES)
    until: Moment | None = None


class LogEntry(Shape):
    """One line of the log that both sides read."""

    at: datetime
    actor: PersonCard | None
    action: str
    text: str


class ActivityShape(Shape):
    """A teen's use in time and counts: never what they watched, wrote or answered."""

    teen: PersonCard
    today: Day
    week: list[Day]
    daily_minutes: int | None
    daily_videos: int | None


class CharterEntryShape(Shape):
    """One entry of the charter's log."""

    at: datetime
    act: CharterAct
    by: str
    reason: str
    policy_version: str
    figures: dict[str, Any]


class CharterShape(Shape):
    """Where the charter stands, and its newest entries, newest first."""

    is_frozen: bool
    act: CharterAct
    says: str
    since: datetime | None
    lifted_until: datetime | None
    log: list[CharterEntryShape]


class NewSignature(Body):
    """Why ranking launches may go on; others will read it."""

    reason: str = Field(min_length=1, max_length=2_000, pattern=TEXT)
