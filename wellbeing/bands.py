"""Age bands. Whoever is not surely older belongs to the younger band."""

from datetime import datetime
from enum import StrEnum

from core.age import age_years, is_minor
from core.records import Person
from wellbeing.days import local_date

OLDER_TEEN_AGE_YEARS = 16
# The last place on Earth where a date begins. A birthday counts when it has come there too, so that no choice of time
# zone brings it forward.
LAST_TIMEZONE = "Etc/GMT+12"


class AgeBand(StrEnum):
    """Who a limit is for, from the most protected to the least."""

    YOUNGER_TEEN = "younger_teen"
    OLDER_TEEN = "older_teen"
    ADULT = "adult"


MINORS = (AgeBand.YOUNGER_TEEN, AgeBand.OLDER_TEEN)


def band_of(person: Person, now: datetime) -> AgeBand:
    """Return the person's age band at ``now``. An unknown birth date, or an age under 13, is the youngest band."""
    if person.birth_date is None:
        return AgeBand.YOUNGER_TEEN
    if person.is_minor(now) or is_minor(person.birth_date, now, LAST_TIMEZONE):
        today = min(local_date(now, person.timezone), local_date(now, LAST_TIMEZONE))
        is_older = age_years(person.birth_date, today) >= OLDER_TEEN_AGE_YEARS
        return AgeBand.OLDER_TEEN if is_older else AgeBand.YOUNGER_TEEN
    return AgeBand.ADULT


def counts_as_minor(person: Person, now: datetime) -> bool:
    """Tell whether a minor's limits hold for this person."""
    return band_of(person, now) is not AgeBand.ADULT
