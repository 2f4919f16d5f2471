"""Pages handed out (leases), what stood on them, what people did, and steers."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

pages = Table(
    "pages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("idempotency_key", String(200)),
    Column("mode", String(20), nullable=False),  # FeedMode
    Column("size", Integer, nullable=False),  # videos counted against the viewer's limits
    Column("snapshot", String(64), nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("response", Json, nullable=False),  # the page as it was answered, for retries
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "person_id", "created_at"),
    Index("uq_pages_idempotency", "person_id", "idempotency_key", unique=True),
)

impressions = Table(
    "impressions",
    metadata,
    Column("page_id", String(64), ForeignKey("pages.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("video_id", String(64), ForeignKey("videos.id"), nullable=False),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("source", String(20), nullable=False),  # Reason
    Column("propensity", Float, nullable=False),  # probability that the logging policy put it at this position
    Column("score", Float, nullable=False),
    Column("heads", Json, nullable=False),  # head -> probability at the time
    Column("served_at", UtcDateTime, nullable=False),
    Index(None, "person_id", "served_at", "position", "video_id"),
    Index(None, "video_id"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String(120), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # EventKind
    Column("video_id", String(64)),
    Column("target_person_id", String(64)),
    Column("page_id", String(64)),
    Column("position", Integer),
    Column("value", Float),  # poll answer 1..5
    Column("text", Text),  # comment or report text
    Column("occurred_at", UtcDateTime, nullable=False),  # what the client says
    Column("received_at", UtcDateTime, nullable=False),  # what the server knows
    Index(None, "person_id", "received_at"),
    Index(None, "video_id", "kind"),
    Index(None, "received_at"),
)

# The present state of "show me no more of this", so that a page need not replay events.
hides = Table(
    "hides",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("video_id", String(64), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

# The present state of likes, likewise; `Likes.settle` rebuilds it from the events.
likes = Table(
    "likes",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("video_id", String(64), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "video_id"),
)

steers = Table(
    "steers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("parsed", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
    Index(None, "person_id", "created_at"),
)

# What people said they want to do or become. Ending a goal deletes the row.
goals = Table(
    "goals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "person_id", "created_at"),
)

# What a person's own chats, which they handed over, were about; the chats themselves are never stored.
chat_topics = Table(
    "chat_topics",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("topic", String(40), primary_key=True),
    Column("weight", Float, nullable=False),  # share of the messages, 0 to 1
    Column("imported_at", UtcDateTime, nullable=False),
)
