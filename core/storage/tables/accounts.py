"""People, who follows and blocks whom, idempotency keys and the audit log."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

people = Table(
    "people",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("handle", String(40), nullable=False, unique=True),
    Column("display_name", String(80), nullable=False),
    Column("bio", Text, nullable=False, default=""),
    Column("birth_date", Date),
    Column("jurisdiction", String(16), nullable=False, default="ZZ"),
    Column("timezone", String(64), nullable=False, default="UTC"),
    Column("is_private", Boolean, nullable=False, default=False),
    Column("signals", Json, nullable=False, default=dict),  # signal name -> bool; a missing one is on
    Column("reset_at", UtcDateTime),  # the ranker uses nothing from before this moment
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
)

follows = Table(
    "follows",
    metadata,
    Column("follower_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("followee_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "followee_id"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("blocker_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("blocked_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "blocked_id"),
)

# Someone who wants to follow a private or young person; gone once it is answered.
follow_requests = Table(
    "follow_requests",
    metadata,
    Column("follower_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("followee_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "followee_id"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(400), primary_key=True),  # the credential's id, base64url
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
)

# What a passkey is asked to sign. A challenge is used once, and then it is gone.
passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("challenge", String(128), primary_key=True),  # base64url
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("purpose", String(16), nullable=False),  # register, step_up
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Tokens issued before this moment are not accepted any more.
sign_outs = Table(
    "sign_outs",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("before", UtcDateTime, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner_id", String(64), primary_key=True),
    Column("route", String(120), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(80), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", Json, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
