"""How much a person has been handed out, and what they answered when asked."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

viewing = Table(
    "viewing",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("state", Json, nullable=False),  # wellbeing.state.ViewingState
    Column("updated_at", UtcDateTime, nullable=False),
)

polls = Table(
    "polls",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # item, mood, time_well_spent, who5, look_back
    Column("video_id", String(64)),
    Column("offered_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("answer", Float),
    Column("skipped", Boolean, nullable=False, default=False),
    Column("answers", Json),  # a form's answers, one by one
    Index(None, "person_id", "offered_at"),
)

charter_log = Table(
    "charter_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("act", String(12), nullable=False),  # core.records_charter.CharterAct
    Column("by", String(64), nullable=False),  # who signed; "kindling" for a check
    Column("reason", Text, nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("figures", Json, nullable=False),
)
