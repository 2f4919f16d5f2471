"""Ages: only a verified adult is one; a minor by any word is one; unknown stays unknown; no one comes of age early."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.age import age_years, is_minor
from core.errors import InvalidInput, NotAllowed
from core.ids import PersonId
from safety.age.assurance import AgeFinding, AgeLevel, birth_date_after
from safety.age.policy import load_age_policy
from safety.age.room import AgeAssurance
from tests.conftest import NOON

ANN, EVE = PersonId("per_ann"), PersonId("per_eve")
ADULT, TEEN = date(1990, 5, 1), date(2011, 3, 1)


@pytest.fixture
def ages(tmp_path: Path) -> AgeAssurance:
    return AgeAssurance(load_age_policy(), tmp_path)


def apple(lower: int | None, upper: int | None, how: str) -> dict[str, Any]:
    return {"lowerBound": lower, "upperBound": upper, "ageRangeDeclaration": how}


def google(status: str | None, lower: int | None = None, upper: int | None = None) -> dict[str, Any]:
    return {"userStatus": status, "ageLower": lower, "ageUpper": upper, "installId": "x"}


CASES: list[tuple[str, Mapping[str, Any], date | None, bool]] = [
    ("apple", apple(18, None, "governmentIDChecked"), None, False),
    ("apple", apple(18, None, "confirmed"), None, False),
    ("apple", apple(18, None, "selfDeclared"), None, True),
    ("apple", apple(18, None, "guardianDeclared"), None, True),
    ("apple", apple(18, None, "checkedByOtherMethod"), None, True),
    ("apple", apple(18, None, "something new"), None, True),
    ("apple", apple(16, 18, "selfDeclared"), ADULT, True),
    ("apple", apple(None, 13, "selfDeclared"), ADULT, True),
    ("apple", apple(None, None, "governmentIDChecked"), None, True),
    ("apple", {"declinedSharing": True}, None, True),
    ("apple", {"declinedSharing": True}, ADULT, False),
    ("google", google("VERIFIED"), None, False),
    ("google", google("SUPERVISED", 13, 15), ADULT, True),
    ("google", google("SUPERVISED", 18, None), None, True),
    ("google", google("SUPERVISED_APPROVAL_DENIED", 16, 17), ADULT, True),
    ("google", google("DECLARED", 18, None), None, True),
    ("google", google("UNKNOWN"), None, True),
    ("google", google(None), None, True),
    ("google", google("SOMETHING_NEW", 40, 50), None, True),
]


@pytest.mark.parametrize(("method", "evidence", "known", "minor"), CASES)
def test_what_a_platform_says_makes_an_adult_only_when_it_was_verified(
    ages: AgeAssurance, method: str, evidence: Mapping[str, Any], known: date | None, minor: bool
) -> None:
    finding = ages.examine(method, ANN, evidence, NOON, by_service=True)
    assert is_minor(birth_date_after(finding, known, NOON, "UTC"), NOON, "UTC") is minor


def test_a_device_is_not_believed_without_the_service_that_checked_it(ages: AgeAssurance) -> None:
    for method in ("apple", "google"):
        with pytest.raises(NotAllowed):
            ages.examine(method, ANN, google("VERIFIED"), NOON, by_service=False)
    with pytest.raises(InvalidInput, match="no method"):
        ages.examine("horoscope", ANN, {}, NOON, by_service=True)


def test_an_attestation_is_about_one_person_lasts_minutes_and_is_signed_here(
    ages: AgeAssurance, tmp_path: Path
) -> None:
    good = ages.desk.attest(ANN, 18, None, NOON)
    assert ages.examine("local", ANN, {"attestation": good}, NOON, by_service=False).is_verified_adult
    elsewhere = AgeAssurance(load_age_policy(), tmp_path / "other").desk.attest(ANN, 18, None, NOON)
    for subject, token, moment in (
        (EVE, good, NOON),
        (ANN, good, NOON + timedelta(seconds=1000)),
        (ANN, elsewhere, NOON),
        (ANN, "nonsense", NOON),
        (ANN, "", NOON),
    ):
        with pytest.raises(InvalidInput):
            ages.examine("local", subject, {"attestation": token}, moment, by_service=False)


@pytest.mark.parametrize("bad", [-1, 151, True, "18", 17.5])
def test_a_bound_that_is_no_age_is_refused(ages: AgeAssurance, bad: object) -> None:
    with pytest.raises(InvalidInput):
        ages.examine("google", ANN, {"userStatus": "VERIFIED", "ageLower": bad}, NOON, by_service=True)


bounds = st.none() | st.integers(0, 60)
known_dates = st.none() | st.dates(date(1950, 1, 1), date(2026, 11, 1))


@given(level=st.sampled_from(AgeLevel), low=bounds, high=bounds, known=known_dates)
def test_no_finding_makes_an_adult_unless_verified_and_a_minor_stays_one(
    level: AgeLevel, low: int | None, high: int | None, known: date | None
) -> None:
    finding = AgeFinding("m", "1", level, low, high)
    born = birth_date_after(finding, known, NOON, "UTC")
    was_minor, now_minor = (is_minor(item, NOON, "UTC") for item in (known, born))
    if was_minor and not now_minor:
        assert level is AgeLevel.VERIFIED
        assert (low or 0) >= 18
    if finding.is_minor:
        assert now_minor
    if born is not None and born != known:
        assert low == age_years(born, NOON.date()), "the latest date that fits, so that no one comes of age early"
