"""Records of families and polls: what storage returns, and what the wellbeing room takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.ids import LinkId, PersonId, PollId, VideoId

ControlValue = bool | int | str


class LinkStatus(StrEnum):
    """Where a link between a guardian and a teen stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class FamilyLink:
    """A link between a guardian and a teen."""

    id: LinkId
    guardian_id: PersonId
    teen_id: PersonId
    status: LinkStatus
    invited_by: PersonId
    created_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: PersonId | None = None

    def other(self, person_id: PersonId) -> PersonId:
        """Return the other side."""
        return self.teen_id if person_id == self.guardian_id else self.guardian_id


@dataclass(frozen=True, slots=True)
class Setting:
    """What one person set a control to, for a teen or for themselves. With an end it is temporary."""

    control: str
    value: ControlValue
    set_by: PersonId
    set_at: datetime
    expires_at: datetime | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether the setting ends by itself."""
        return self.expires_at is not None

    def holds(self, now: datetime) -> bool:
        """Tell whether the setting has not expired."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class FamilyLogEntry:
    """One line of the log that both sides read."""

    seq: int
    actor_id: PersonId
    action: str
    detail: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredPoll:
    """An offered question and what became of it."""

    id: PollId
    person_id: PersonId
    kind: str
    offered_at: datetime
    video_id: VideoId | None = None
    answered_at: datetime | None = None
    answer: float | None = None
    skipped: bool = False
    answers: tuple[int, ...] | None = None  # a form's, one by one; `answer` is then its score
