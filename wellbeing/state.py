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


class Budget(BaseModel):
    """What a person gave themselves for now: some minutes, then stop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: int = Field(ge=1, description="Minutes in the feed from `set_at` on.")
    set_at: datetime = Field(description="When they said so.")
    elapsed_s: float = Field(default=0.0, ge=0, description="Seconds between signs of watching since then, capped.")
    videos: int = Field(default=0, ge=0, description="Videos handed out since then.")
    closed_until: datetime | None = Field(default=None, description="Set once it is spent: when the feed opens again.")


class Grant(BaseModel):
    """Minutes that a guardian added to the day in progress."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, description="Whose second coming adds nothing.")
    minutes: int = Field(ge=1, description="Minutes added.")
    at: datetime = Field(description="When they were granted.")


class ShownLabel(BaseModel):
    """The warning label that was last shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="Which showing this is.")
    rule_id: str = Field(description="The law that asks for it.")
    shown_at: datetime = Field(description="When it was first handed out.")
    ends_at: datetime = Field(description="When it has been shown for as long as the law asks.")
    skippable: bool = Field(description="Whether it may be waved away before that.")
    acknowledged_at: datetime | None = Field(default=None, description="When the client said it was shown.")


class ViewingState(BaseModel):
    """One person's counts and blocks, over all their devices. All moments are the server's, in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(default=SCHEMA_VERSION, description="Layout of this record.")
    last_seen_at: datetime | None = Field(default=None, description="Last request or event; time never runs behind it.")
    last_active_at: datetime | None = Field(default=None, description="Last sign of watching; None while paused.")
    outstanding_videos: int = Field(default=0, ge=0, description="Videos handed out and perhaps yet to watch.")
    page_videos: int = Field(default=0, ge=0, description="Videos on the last page handed out.")

    timezone: str | None = Field(default=None, description="Time zone that the day in progress runs by.")
    day: date | None = Field(default=None, description="The local day in progress.")
    day_ends_at: datetime | None = Field(default=None, description="When it ends: fixed when it began.")
    videos_today: int = Field(default=0, ge=0, description="Videos handed out today.")
    elapsed_s_today: float = Field(default=0.0, ge=0, description="Seconds between signs of watching today, capped.")
    week: tuple[DayCount, ...] = Field(default=(), description="Finished days of the last week, oldest first.")

    session_started_at: datetime | None = Field(default=None, description="When the session began.")
    session_number: int = Field(default=0, ge=0, description="Sessions so far.")
    session_videos: int = Field(default=0, ge=0, description="Videos handed out in this session.")
    session_elapsed_s: float = Field(default=0.0, ge=0, description="Seconds between signs of watching in it, capped.")
    cooldown_until: datetime | None = Field(default=None, description="When the pause after a session ends.")
    budget: Budget | None = Field(default=None, description="What the person gave themselves for now.")
    grants: tuple[Grant, ...] = Field(default=(), description="Minutes that guardians added to the day in progress.")
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

    nudges_shown: tuple[datetime, ...] = Field(default=(), description="Recent nudges.")
    nudges_heeded: tuple[datetime, ...] = Field(default=(), description="Recent nudges that the person acted on.")

    labels_today: dict[str, int] = Field(default_factory=dict, description="Showings today of each warning label.")
    label: ShownLabel | None = Field(default=None, description="The warning label last shown.")

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
