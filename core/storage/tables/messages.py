"""Messages between two people."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from core.storage.types import UtcDateTime, metadata

messages = Table(
    "messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sender_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("recipient_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Index(None, "sender_id", "recipient_id", "sent_at"),
    Index(None, "recipient_id", "sent_at"),
)
