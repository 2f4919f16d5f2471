"""The notification gate: nights and school days are quiet for minors; safety is never held back."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId
from core.records import Person
from core.records_wellbeing import Setting
from tests.conftest import NOON, make_person
from wellbeing.notifications import NotifyVerdict
from wellbeing.room import Wellbeing

ROOM = Wellbeing.open()
CALIFORNIAN = make_person(
    "teen", born=date(2010, 3, 1), jurisdiction="US-CA", timezone="America/Los_Angeles"
)  # 16: the platform's own night is the shorter one


def asked(person: Person, now: datetime, kind: str = "social", hours: str | None = None) -> NotifyVerdict:
    settings = [] if hours is None else [Setting("night_hours", hours, PersonId("per_ana"), NOON)]
    return ROOM.may_notify(person, ROOM.controls(person, settings, now), now, kind=kind)


@pytest.mark.parametrize(
    ("now", "rule_id", "send_after"),
    [
        # 08:30 on a Monday in November, Los Angeles: school, until 15:00
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), "us-ca-sb976-school", datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
        # 00:30: the night, until 07:00
        (datetime(2026, 11, 23, 8, 30, tzinfo=UTC), "platform-night-older-teen",
         datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_californian_teen_is_left_alone_at_school_and_at_night(
    now: datetime, rule_id: str, send_after: datetime
) -> None:
    verdict = asked(CALIFORNIAN, now)
    assert (verdict.allowed, verdict.rule_id, verdict.send_after) == (False, rule_id, send_after)
    assert verdict.policy_version == ROOM.policy.notifications.version


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 21, 18, 0, tzinfo=UTC),  # Saturday morning
        datetime(2026, 7, 20, 18, 0, tzinfo=UTC),  # a Monday in July
        datetime(2026, 11, 24, 0, 0, tzinfo=UTC),  # Monday, 16:00
    ],
)
def test_weekends_summers_and_afternoons_are_open(now: datetime) -> None:
    assert asked(CALIFORNIAN, now).allowed


def test_what_keeps_someone_safe_is_always_sent() -> None:
    night = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    for kind in ROOM.policy.notifications.exempt:
        assert asked(CALIFORNIAN, night, kind=kind).allowed


def test_a_familys_night_is_quiet_too_and_adults_choose_for_themselves() -> None:
    teen = make_person("teen", born=date(2010, 3, 1))
    at = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert asked(teen, at).allowed
    assert asked(teen, at, hours="20:00-07:30").rule_id == "night-hours"
    assert asked(make_person("ana"), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)).allowed


@given(
    seconds=st.integers(0, 400 * 24 * 3600),
    zone=st.sampled_from(["UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu"]),
    place=st.sampled_from(["ZZ", "US-CA", "US-NY"]),
)
def test_whatever_is_held_may_be_sent_at_the_moment_named(seconds: int, zone: str, place: str) -> None:
    now = datetime.fromtimestamp(NOON.timestamp() + seconds, UTC)
    person = make_person("teen", born=None, timezone=zone, jurisdiction=place)
    verdict = asked(person, now)
    if not verdict.allowed:
        assert verdict.send_after is not None
        assert verdict.send_after > now
        assert asked(person, verdict.send_after).allowed
