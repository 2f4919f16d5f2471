"""A steer: what somebody asked of their feed, as it was understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.ids import SteerId


class Lasts(StrEnum):
    """How long a steer holds."""

    SESSION = "session"
    TODAY = "today"
    UNTIL_UNDONE = "until_undone"


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read out of a text: wants and refusals in the person's own words.

    ``friends`` is +1 for more of the people they know, -1 for less, 0 if they said nothing of it.
    """

    wants: tuple[str, ...]
    refuses: tuple[str, ...]
    friends: int
    lasts: Lasts
    says: str
    expires_at: datetime | None

    def as_stored(self) -> dict[str, Any]:
        """Return what ``Steers`` keeps in its ``parsed`` column."""
        return {
            "wants": list(self.wants),
            "refuses": list(self.refuses),
            "friends": self.friends,
            "lasts": str(self.lasts),
            "says": self.says,
        }


@dataclass(frozen=True, slots=True)
class Steer:
    """A steer in force."""

    id: SteerId
    text: str
    says: str
    wants: tuple[str, ...]
    refuses: tuple[str, ...]
    friends: int
    lasts: Lasts
    created_at: datetime
    expires_at: datetime | None

    @classmethod
    def of_stored(
        cls,
        steer_id: SteerId,
        text: str,
        parsed: Mapping[str, Any],
        created_at: datetime,
        expires_at: datetime | None,
    ) -> "Steer":
        """Return the steer that a stored row describes."""
        return cls(
            id=steer_id,
            text=text,
            says=parsed["says"],
            wants=tuple(parsed["wants"]),
            refuses=tuple(parsed["refuses"]),
            friends=int(parsed["friends"]),
            lasts=Lasts(parsed["lasts"]),
            created_at=created_at,
            expires_at=expires_at,
        )
