"""Decisions of the moderation policies, review cases and appeals."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("subject_kind", String(20), nullable=False),  # video, comment, character, prompt, ...
    Column("subject_id", String(64), nullable=False),
    Column("person_id", String(64)),  # who made it
    Column("surface", String(20), nullable=False),
    Column("audience", String(20), nullable=False),
    Column("outcome", String(10), nullable=False),  # Outcome's name in lower case
    Column("rule_id", String(120), nullable=False),
    Column("category", String(60), nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("model_revision", String(40), nullable=False),
    Column("threshold_revision", String(64), nullable=False, server_default=""),  # start of the policy's digest
    Column("scores", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Index(None, "subject_kind", "subject_id"),
)

review_cases = Table(
    "review_cases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("decision_id", String(64), ForeignKey("decisions.id"), nullable=False),
    Column("status", String(16), nullable=False),  # open, upheld, overturned
    Column("reviewer_id", String(64)),
    Column("note", Text, nullable=False, default=""),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index(None, "status", "opened_at"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("decision_id", String(64), ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("case_id", String(64), ForeignKey("review_cases.id"), nullable=False),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
