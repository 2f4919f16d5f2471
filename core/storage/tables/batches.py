"""Batches of things to judge, and their results."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

safety_batches = Table(
    "safety_batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner_id", String(64), nullable=False),  # a person, or the name on a staff or service token
    Column("viewer_id", String(64)),  # whose videos its items may name; none: any
    Column("status", String(16), nullable=False),  # JobStatus
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),  # claims since the last result
    Column("lease_owner", String(120)),
    Column("lease_until", UtcDateTime),
    Column("served_at", UtcDateTime),  # when a worker last took it: batches take turns
    Column("error_code", String(80)),
    Column("error_message", Text),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("finished_at", UtcDateTime),
    Index(None, "owner_id", "created_at"),
    Index(None, "status", "served_at"),
)

safety_batch_items = Table(
    "safety_batch_items",
    metadata,
    Column("batch_id", String(64), ForeignKey("safety_batches.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("custom_id", String(64)),
    Column("request", Json, nullable=False),
    Column("result", Json),  # nothing until it was judged
)
