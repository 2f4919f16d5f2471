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

# Films that a minor opened from a link or a profile rather than from a page: each was counted when it was opened.
openings = Table(
    "openings",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("video_id", String(64), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
)

# What a person is told. Held ones have no `delivered_at` and say which rule holds them.
notifications = Table(
    "notifications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("detail", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("send_after", UtcDateTime),
    Column("held_by", String(80), nullable=False, default=""),
    Column("policy_version", String(40), nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Index(None, "person_id", "created_at"),
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
