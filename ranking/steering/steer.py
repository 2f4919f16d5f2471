"""A steer: what somebody asked of their feed, as it was understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.ids import PersonId, SteerId


class Lasts(StrEnum):
    """How long a steer holds."""

    SESSION = "session"
    TODAY = "today"
    UNTIL_A_TIME = "until_a_time"  # a moment that the words named: "for two hours", "until tomorrow"
    UNTIL_UNDONE = "until_undone"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, apart from when: wants and refusals in the person's own words.

    - ``strengths``: how much of each want or refusal, where it is not 1: 0.5 for "a bit", 2 for "only";
    - ``friends``: +1 for more of the people they know, -1 for less, 0 if they said nothing of it;
    - ``novelty``: +1 for what is new to them, -1 for more of the same;
    - ``minutes``: after how many the feed is to stop, or None;
    - ``more_from``, ``none_from``: handles of creators, without the @.
    """

    wants: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    strengths: Mapping[str, float] = field(default_factory=dict)
    friends: int = 0
    novelty: int = 0
    minutes: int | None = None
    more_from: tuple[str, ...] = ()
    none_from: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that a feed could follow."""
        named = self.wants or self.refuses or self.more_from or self.none_from
        return not named and self.friends == 0 and self.novelty == 0 and self.minutes is None


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read out of a text, and until when it holds. ``mood``: arousal and valence aimed at, 1 to 5."""

    asked: Asked
    lasts: Lasts
    says: str
    expires_at: datetime | None
    mood: Mapping[str, float] = field(default_factory=dict)
    parsed_by: str = "local"

    @property
    def wants(self) -> tuple[str, ...]:
        """What is wished for."""
        return self.asked.wants

    @property
    def refuses(self) -> tuple[str, ...]:
        """What is refused."""
        return self.asked.refuses

    @property
    def friends(self) -> int:
        """More (+1) or less (-1) of the people they know."""
        return self.asked.friends

    def as_stored(self, *, more_from: Sequence[PersonId] = (), none_from: Sequence[PersonId] = ()) -> dict[str, Any]:
        """Return what ``Steers`` keeps in its ``parsed`` column; creators by their ids."""
        return {
            "wants": list(self.asked.wants),
            "refuses": list(self.asked.refuses),
            "strengths": dict(self.asked.strengths),
            "friends": self.asked.friends,
            "novelty": self.asked.novelty,
            "minutes": self.asked.minutes,
            "more_from": list(more_from),
            "none_from": list(none_from),
            "mood": dict(self.mood),
            "lasts": str(self.lasts),
            "says": self.says,
            "parsed_by": self.parsed_by,
        }


@dataclass(frozen=True, slots=True)
class Steer:
    """A steer in force. Creators are people's ids here; ``asked`` holds no handles."""

    id: SteerId
    text: str
    says: str
    asked: Asked
    lasts: Lasts
    created_at: datetime
    expires_at: datetime | None
    more_from: tuple[PersonId, ...] = ()
    none_from: tuple[PersonId, ...] = ()

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
            asked=Asked(
                wants=tuple(parsed["wants"]),
                refuses=tuple(parsed["refuses"]),
                strengths=dict(parsed.get("strengths", {})),
                friends=int(parsed["friends"]),
                novelty=int(parsed.get("novelty", 0)),
                minutes=parsed.get("minutes"),
            ),
            lasts=Lasts(parsed["lasts"]),
            created_at=created_at,
            expires_at=expires_at,
            more_from=tuple(parsed.get("more_from", ())),
            none_from=tuple(parsed.get("none_from", ())),
        )
