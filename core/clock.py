"""The server's clock. Nothing in Kindling trusts a client's time for a limit."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime:
        """Return the current moment in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current moment in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until told to move: for tests, replays and the demo city's sixty days."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be timezone-aware")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment the clock was last set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to ``moment``, forwards or backwards."""
        self._now = moment.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        """Move on by ``timedelta(**delta)``, for example ``advance(minutes=5)``."""
        self._now += timedelta(**delta)
