"""Accounts, ages and consent."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from api.schemas.common import IDENT, TEXT, Body, Shape
from core.ids import PersonId


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a time zone of the IANA database, such as Europe/Paris")
    return name


class NewPerson(Body):
    """Someone who joins; `birth_date` is what they say."""

    handle: str = Field(pattern=r"^[a-z0-9_.]{2,30}$")
    display_name: str = Field(min_length=1, max_length=80, pattern=TEXT)
    birth_date: date | None = None
    jurisdiction: str = Field(default="ZZ", pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(default="UTC", max_length=64)


class RegisteredPerson(Shape):
    """The account that was made."""

    id: PersonId
    handle: str
    display_name: str
    is_private: bool


class Evidence(Body):
    """What a method is to look at. It is looked at once and not kept."""

    method: str = Field(pattern=r"^[a-z]{1,40}$", examples=["local", "apple", "google"])
    evidence: dict[str, Any]


class AgeCheckShape(Shape):
    """What a check of age came to."""

    id: str
    method: str
    method_version: str
    level: str
    at_least_years: int | None
    at_most_years: int | None
    policy_version: str
    checked_at: datetime


class Attestation(Body):
    """What a member of staff saw."""

    person_id: PersonId = Field(pattern=IDENT)
    at_least_years: int = Field(ge=0, le=150)
    at_most_years: int | None = Field(default=None, ge=0, le=150)


class Attested(Shape):
    """A signed attestation, for the person to hand in."""

    attestation: str


class NewConsent(Evidence):
    """A parent's consent to one purpose, with evidence that they are an adult."""

    purpose: str = Field(pattern=r"^[a-z_]{1,40}$", examples=["personalisation"])


class ConsentShape(Shape):
    """A consent: method, version, time, purpose, and whether it was taken back."""

    id: str
    teen_id: PersonId
    given_by: PersonId
    purpose: str
    method: str
    method_version: str
    text_version: str
    given_at: datetime
    revoked_at: datetime | None
    revoked_by: PersonId | None
