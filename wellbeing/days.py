"""Local days and night windows, by the server's clock and a person's time zone.

A person's day ends at a moment that is fixed when the day begins. Moving to another time zone can make the day in
progress longer, never shorter, so no one is handed a fresh day early.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_MINUTES = 24 * 60
_NOON_MINUTES = 12 * 60
_WINDOW = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
NIGHT_OFF = "off"


def local_date(moment: datetime, timezone: str) -> date:
    """Return the calendar day at ``moment`` in ``timezone``."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def next_midnight(moment: datetime, timezone: str) -> datetime:
    """Return the first local midnight after ``moment``, in UTC. A midnight that a clock change skips is the change."""
    zone = ZoneInfo(timezone)
    day = moment.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    if midnight > moment:
        return midnight
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def day_end(moment: datetime, timezone: str, previous_timezone: str) -> datetime:
    """Return when the day that holds ``moment`` ends, for someone whose last day ran by ``previous_timezone``.

    After a move the day runs on past the old zone's midnight to the next one of the new zone.
    """
    old_end = next_midnight(moment, previous_timezone)
    if timezone == previous_timezone:
        return old_end
    return next_midnight(old_end - timedelta(microseconds=1), timezone)


@dataclass(frozen=True, slots=True)
class Night:
    """A nightly window in local wall time, held as minutes after noon so that 22:00 comes before 07:00."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> "Night | None":
        """Return the window for ``"22:00-07:00"``, or None for ``"off"``. Raises ``ValueError`` with what is right."""
        if text == NIGHT_OFF:
            return None
        found = _WINDOW.match(text)
        if found is None:
            raise ValueError("write night hours as 22:00-07:00, or off")
        hours = [int(part) for part in found.groups()]
        start = (hours[0] * 60 + hours[1] - _NOON_MINUTES) % _DAY_MINUTES
        end = (hours[2] * 60 + hours[3] - _NOON_MINUTES) % _DAY_MINUTES or _DAY_MINUTES
        if start >= end:
            raise ValueError("night hours start in the evening and end in the morning, within noon to noon")
        return cls(start, end)

    def text(self) -> str:
        """Return the window as people write it."""
        return f"{_clock(self.start)}-{_clock(self.end)}"

    def covers(self, other: "Night") -> bool:
        """Tell whether this window closes at least all that ``other`` closes."""
        return self.start <= other.start and self.end >= other.end

    def joined(self, other: "Night") -> "Night":
        """Return the smallest window that covers both."""
        return Night(min(self.start, other.start), max(self.end, other.end))

    def holds(self, moment: datetime, timezone: str) -> bool:
        """Tell whether ``moment`` is inside the window in ``timezone``."""
        return self.start <= _minutes_after_noon(moment, timezone) < self.end

    def ends_at(self, moment: datetime, timezone: str) -> datetime:
        """Return when the window that holds ``moment`` ends, in UTC; the later one when a clock change repeats it."""
        zone = ZoneInfo(timezone)
        local = moment.astimezone(zone)
        began = local.date() if local.hour >= _NOON_MINUTES // 60 else local.date() - timedelta(days=1)
        minutes = self.end + _NOON_MINUTES
        day = began + timedelta(days=minutes // _DAY_MINUTES)
        wall = time((minutes % _DAY_MINUTES) // 60, minutes % 60)
        ends = [datetime.combine(day, wall.replace(fold=fold), tzinfo=zone).astimezone(UTC) for fold in (0, 1)]
        return max(*ends, moment + timedelta(minutes=1))


def _clock(minutes_after_noon: int) -> str:
    minutes = (minutes_after_noon + _NOON_MINUTES) % _DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes_after_noon(moment: datetime, timezone: str) -> int:
    local = moment.astimezone(ZoneInfo(timezone))
    return (local.hour * 60 + local.minute - _NOON_MINUTES) % _DAY_MINUTES
