"""Records of what families ask, are told and consent to, and of checks of age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.ids import PersonId
from core.records_wellbeing import ControlValue


class AskKind(StrEnum):
    """What a teen may ask of their guardians."""

    MORE_TIME = "more_time"
    CHANGE = "change"
    OBJECTION = "objection"


class AskStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a teen asked: minutes for today, a control at another value, or that one be looked at again."""

    id: str
    teen_id: PersonId
    kind: AskKind
    control: str | None
    value: ControlValue | None
    minutes: int | None
    words: str
    status: AskStatus
    asked_at: datetime
    lapses_at: datetime
    answered_at: datetime | None = None
    answered_by: PersonId | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered."""
        return self.status is AskStatus.OPEN and now < self.lapses_at


@dataclass(frozen=True, slots=True)
class Grant:
    """Minutes that a guardian gave for the rest of a day."""

    id: str
    teen_id: PersonId
    granted_by: PersonId
    minutes: int
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of the family's log that one person is told."""

    id: str
    person_id: PersonId
    teen_id: PersonId
    actor_id: PersonId
    action: str
    detail: Mapping[str, Any]
    at: datetime
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A guardian's consent for one purpose."""

    id: str
    teen_id: PersonId
    given_by: PersonId
    purpose: str
    method: str
    method_version: str
    text_version: str
    given_at: datetime
    revoked_at: datetime | None = None
    revoked_by: PersonId | None = None


@dataclass(frozen=True, slots=True)
class AgeCheck:
    """What a check of someone's age came to; the evidence itself is not kept."""

    id: str
    person_id: PersonId
    method: str
    method_version: str
    level: str
    at_least_years: int | None
    at_most_years: int | None
    policy_version: str
    checked_at: datetime
