"""Age: completed years in the person's own time zone; unknown is a minor."""

from datetime import UTC, date, datetime

import pytest

from core.age import age_years, is_minor


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(2008, 11, 21), date(2026, 11, 21), 18),
        (date(2008, 11, 22), date(2026, 11, 21), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_counts_completed_years(born: date, today: date, years: int) -> None:
    assert age_years(born, today) == years


def test_the_birthday_begins_at_local_midnight() -> None:
    moment = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert not is_minor(date(2008, 11, 21), moment, "UTC")
    assert is_minor(date(2008, 11, 21), moment, "America/Los_Angeles")


def test_an_unknown_age_is_a_minor() -> None:
    assert is_minor(None, datetime(2026, 11, 21, tzinfo=UTC), "UTC")
