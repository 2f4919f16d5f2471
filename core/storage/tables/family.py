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

# What a teen asked of their guardians: more time, a change, or that something be looked at again.
family_asks = Table(
    "family_asks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("teen_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # more_time, change, objection
    Column("control", String(40)),
    Column("value", Json),
    Column("minutes", Integer),
    Column("words", String(300), nullable=False),
    Column("status", String(16), nullable=False),  # open, granted, declined, withdrawn
    Column("asked_at", UtcDateTime, nullable=False),
    Column("lapses_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("answered_by", String(64)),
    Index(None, "teen_id", "asked_at"),
)

# Minutes on top of the day's and the week's, given once and gone at the end of the day.
family_grants = Table(
    "family_grants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("teen_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("granted_by", String(64), ForeignKey("people.id"), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "teen_id", "expires_at"),
)

# What someone is told of their family; the log is what happened, this is who has yet to hear of it.
family_notices = Table(
    "family_notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("teen_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Index(None, "person_id", "at"),
)

# A guardian's consent for one purpose. A revoked one stays, so that it can be shown what held when.
consents = Table(
    "consents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("teen_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("given_by", String(64), ForeignKey("people.id"), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("method", String(40), nullable=False),
    Column("method_version", String(40), nullable=False),
    Column("text_version", String(40), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", String(64)),
    Index(None, "teen_id", "purpose"),
)

# What a check of someone's age came to: two bounds and how. What it was decided on is not kept.
age_checks = Table(
    "age_checks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("method", String(40), nullable=False),
    Column("method_version", String(40), nullable=False),
    Column("level", String(16), nullable=False),  # verified, declared, unknown
    Column("at_least_years", Integer),
    Column("at_most_years", Integer),
    Column("policy_version", String(40), nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
)
