"""Who wants to be told of finished videos, and what is still to be told."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),  # a person, or a service's subject
    Column("person_id", String(64), ForeignKey("people.id"), index=True),  # whose videos; null: everyone's (a service)
    Column("name", String(120), nullable=False),
    Column("url", Text, nullable=False),
    Column("event_types", Json, nullable=False),
    Column("secret_number", Integer, nullable=False),  # secrets are derived from the key; none is kept
    Column("old_secret_until", UtcDateTime),  # until when the secret before this one signs too
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(64), primary_key=True),  # `webhook-id`: the same for every try
    Column("endpoint_id", String(64), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_type", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),  # null: delivered, or given up
    Column("delivered_at", UtcDateTime),
    Column("last_status", Integer),
    Column("last_error", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "next_at"),
    Index(None, "endpoint_id", "created_at"),
)
