"""One interface for every way of knowing an age, and the rule that turns what was found into a birth date.

A method looks at evidence and says two bounds and how sure they are. It keeps nothing: the evidence is an argument, and
is gone when the answer is given. The same methods tell whether a parent who consents is an adult.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from core.age import ADULT_AGE_YEARS, age_years
from core.errors import InvalidInput
from core.ids import PersonId


class AgeLevel(StrEnum):
    """How sure a finding is."""

    VERIFIED = "verified"
    DECLARED = "declared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AgeFinding:
    """What a method found: completed years, at least and at most; None where there is no such bound."""

    method: str
    method_version: str
    level: AgeLevel
    at_least_years: int | None = None
    at_most_years: int | None = None

    @property
    def is_verified_adult(self) -> bool:
        """Whether this person was verified to be an adult."""
        at_least = self.at_least_years or 0
        consistent = self.at_most_years is None or self.at_most_years >= at_least
        return self.level is AgeLevel.VERIFIED and at_least >= ADULT_AGE_YEARS and consistent

    @property
    def is_minor(self) -> bool:
        """Whether this person is a minor by this finding, however sure it is."""
        known = self.level is not AgeLevel.UNKNOWN and self.at_most_years is not None
        return known and (self.at_most_years or 0) < ADULT_AGE_YEARS


class AgeMethod(Protocol):
    """A way of knowing someone's age."""

    name: str
    version: str
    from_service: bool  # taken only from the operator's own service, which has checked the device that it came from

    def examine(self, subject: PersonId, evidence: Mapping[str, Any], now: datetime) -> AgeFinding:
        """Return what the evidence says about ``subject``. Raises ``InvalidInput`` for what is no such evidence."""
        ...


def birth_date_after(finding: AgeFinding, known: date | None, now: datetime, timezone: str) -> date | None:
    """Return the birth date to hold for someone after a finding; None is unknown, and so a minor.

    - Verified to be an adult: the date that is known if it fits, else the latest that fits.
    - A minor by any finding: the date that is known if it fits, else the latest that fits, so that no one comes of age
      too early; None when the finding has no lower bound, or bounds that cross.
    - Anything else proves nothing: what is known stays, and unknown stays unknown.
    """
    if not (finding.is_verified_adult or finding.is_minor):
        return known
    today = now.astimezone(ZoneInfo(timezone)).date()
    low, high = finding.at_least_years, finding.at_most_years
    if known is not None:
        age = age_years(known, today)
        if (low is None or age >= low) and (high is None or age <= high):
            return known
    crossed = low is not None and high is not None and low > high
    return None if low is None or crossed else years_before(today, low)


def years_before(today: date, years: int) -> date:
    """Return the latest birth date of someone who is ``years`` old; 29 February becomes the 28th before."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - years, today.month, day)


def bad_evidence(method: str, expected: str) -> InvalidInput:
    """Return the error for evidence that a method cannot read."""
    return InvalidInput(
        code="bad_evidence", detail=f"This is no evidence that the method {method!r} can use.", field="evidence",
        expected=expected,
    )  # fmt: skip


def years(value: object, method: str) -> int | None:
    """Return a bound in years, None for none. Raises ``InvalidInput`` for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 150:
        raise bad_evidence(method, "whole years from 0 to 150, or null")
    return value
