"""Links between guardians and teens, the controls in force, and the log that both sides read."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from core.storage.types import Json, UtcDateTime, metadata

family_links = Table(
    "family_links",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("guardian_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("teen_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("status", String(16), nullable=False),  # invited, active, declined, ended
    Column("invited_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(64)),  # who declined or ended it
    Index(None, "guardian_id", "status"),
    Index(None, "teen_id", "status"),
)

# What each guardian (or the teen, for themselves) has set. The effective value is the strictest of all.
family_controls = Table(
    "family_controls",
    metadata,
    Column("teen_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("set_by", String(64), ForeignKey("people.id"), primary_key=True),
    Column("control", String(40), primary_key=True),
    Column("is_temporary", Boolean, primary_key=True),  # lies over the same person's lasting setting until it expires
    Column("value", Json, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
)

family_log = Table(
    "family_log",
    metadata,
    Column("teen_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("actor_id", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
