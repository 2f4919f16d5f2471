"""The viewer: everything the database knows of a person that a page may depend on, at the moment of the request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.ids import PersonId, VideoId
from core.records import Act, Event
from core.vocabulary import Audience
from ranking.goals import StatedGoal
from ranking.interests import CHAT_HISTORY
from ranking.steering.steer import Steer

SIGNALS = ("in_app_activity", "past_engagement", "location", "chat_history", "personalisation")
LOCATION = "location"
_TODAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whom a page is for. ``events`` and ``seen`` are newest first.

    ``shows_sensitive``: whether videos on sensitive topics may be shown, which the journey sees to with ``visible``.
    ``knows_past`` says whether what was learned before today (the person's vector) may be used.
    """

    person_id: PersonId
    audience: Audience
    follows: frozenset[PersonId] = frozenset()
    followers: frozenset[PersonId] = frozenset()
    blocked: frozenset[PersonId] = frozenset()
    hidden: frozenset[VideoId] = frozenset()
    seen: Sequence[VideoId] = ()
    events: Sequence[Event | Act] = ()
    steers: Sequence[Steer] = ()
    goals: Sequence[StatedGoal] = ()
    place: str = ""  # their jurisdiction, as coarse as it is; empty if unknown or not to be used
    interests: Mapping[str, float] = field(default_factory=dict)  # topics of chats that they handed over
    knows_past: bool = True
    is_personal: bool = True
    shows_sensitive: bool = True
    signals_used: tuple[str, ...] = field(default=("following", "in_app_activity", "past_engagement"))

    def without(self, signals_off: frozenset[str], now: datetime) -> "Viewer":
        """Return the viewer as the ranker may see them with these signals switched off.

        - ``personalisation``: nothing but what filters (blocks, hides, seen, refusals) and the audience;
        - ``in_app_activity``: nothing they did in the app, and nothing learned from it;
        - ``past_engagement``: nothing older than a day, and nothing learned from it;
        - ``chat_history``: no topic of the chats they handed over;
        - ``location``: not the jurisdiction they are in.
        """
        if "personalisation" in signals_off:
            return self.anonymous()
        if CHAT_HISTORY in signals_off:
            return replace(self, interests={}).without(signals_off - {CHAT_HISTORY}, now)
        if LOCATION in signals_off:
            return replace(self, place="").without(signals_off - {LOCATION}, now)
        if "in_app_activity" in signals_off:
            return replace(self, events=(), knows_past=False, signals_used=("following",))
        if "past_engagement" in signals_off:
            recent = tuple(event for event in self.events if event.received_at > now - _TODAY)
            return replace(self, events=recent, knows_past=False, signals_used=("following", "in_app_activity"))
        return self

    def anonymous(self) -> "Viewer":
        """Return a viewer of whom only filters remain: the order is then the same for everyone.

        ``follows`` stays, because it decides what may be seen; the ranker looks at ``is_personal`` before using it.
        """
        return replace(
            self,
            followers=frozenset(),
            events=(),
            goals=(),
            place="",
            interests={},
            knows_past=False,
            is_personal=False,
            signals_used=(),
        )
