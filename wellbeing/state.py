"""What is remembered about one person's viewing: one frozen record, stored whole as JSON."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1


class DayCount(BaseModel):
    """One finished local day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date = Field(description="The local day.")
    videos: int = Field(ge=0, description="Videos handed out.")
    active_s: float = Field(ge=0, description="Estimated seconds in the feed.")


class ViewingState(BaseModel):
    """One person's counts and blocks, over all their devices. All moments are the server's, in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(default=SCHEMA_VERSION, description="Layout of this record.")
    last_seen_at: datetime | None = Field(default=None, description="Last request or event; time never runs behind it.")
    last_active_at: datetime | None = Field(default=None, description="Last sign of watching; None while paused.")
    outstanding_videos: int = Field(default=0, ge=0, description="Videos on the last page handed out.")

    timezone: str | None = Field(default=None, description="Time zone that the day in progress runs by.")
    day: date | None = Field(default=None, description="The local day in progress.")
    day_ends_at: datetime | None = Field(default=None, description="When it ends: fixed when it began.")
    videos_today: int = Field(default=0, ge=0, description="Videos handed out today.")
    elapsed_s_today: float = Field(default=0.0, ge=0, description="Seconds between signs of watching today, capped.")
    week: tuple[DayCount, ...] = Field(default=(), description="Finished days of the last week, oldest first.")

    session_started_at: datetime | None = Field(default=None, description="When the session began.")
    session_number: int = Field(default=0, ge=0, description="Sessions so far.")
    session_videos: int = Field(default=0, ge=0, description="Videos handed out in this session.")
    cooldown_until: datetime | None = Field(default=None, description="When the pause after a session ends.")
    break_until: datetime | None = Field(default=None, description="When a break that the person asked for ends.")
    night_until: datetime | None = Field(default=None, description="When the night that closed the feed ends.")
    night_hours: str | None = Field(default=None, description="The window that `night_until` came from.")
    paused_at: datetime | None = Field(default=None, description="When the feed was last found closed.")

    passive_videos: int = Field(default=0, ge=0, description="Videos since the person last made or said something.")
    nudge_level: int = Field(default=0, ge=0, description="Strongest nudge shown in this passive run.")
    nudge_id: str | None = Field(default=None, description="The last nudge shown.")
    nudge_dismissed: bool = Field(default=False, description="Whether that nudge was dismissed.")
    nudges_off: bool = Field(default=False, description="Whether the person wants no nudges.")
    dismissals: tuple[datetime, ...] = Field(default=(), description="Recent dismissals: how nudges are tempered.")

    session_polls: int = Field(default=0, ge=0, description="Polls offered in this session.")
    poll_offers: tuple[datetime, ...] = Field(default=(), description="Recent poll offers.")
    poll_skips: int = Field(default=0, ge=0, description="Polls skipped in a row: they make the next one rarer.")
    polls_stopped: bool = Field(default=False, description="Whether the person wants no polls.")
    last_offer_at: dict[str, datetime] = Field(default_factory=dict, description="Last offer of each kind of poll.")

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "ViewingState":
        """Return the stored record; a person without one starts fresh."""
        return cls() if data is None else cls.model_validate(data)

    def with_(self, **changes: Any) -> "ViewingState":
        """Return a copy with some fields changed. Callers pass values of the right type: this is on every request."""
        return self.model_copy(update=changes)
