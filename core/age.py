"""Age from a birth date, and the one rule that matters most: unknown or unsure is a minor."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ADULT_AGE_YEARS = 18
MINIMUM_AGE_YEARS = 13


def age_years(birth_date: date, today: date) -> int:
    """Return completed years of age on ``today``; a 29 February birthday counts from 1 March in other years."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (0 if had_birthday else 1)


def is_minor(birth_date: date | None, now: datetime, timezone: str) -> bool:
    """Tell whether a person must be treated as a minor at ``now``. No birth date means yes."""
    if birth_date is None:
        return True
    return age_years(birth_date, now.astimezone(ZoneInfo(timezone)).date()) < ADULT_AGE_YEARS
