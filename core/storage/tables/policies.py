"""Versions of a policy, which of them holds and held, and candidates that run in its shadow."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from core.storage.types import Json, UtcDateTime, metadata

# What was ever put forward, by the digest of what it says. Never changed.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("revision", String(64), primary_key=True),  # SHA-256 of what it says
    Column("name", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("toml", Text, nullable=False),  # as it was handed in, with its comments
    Column("parent", String(64)),  # what held when it was handed in
    Column("created_by", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "name", "version", unique=True),
)

# Every change of what holds, oldest first. Never changed.
policy_activations = Table(
    "policy_activations",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("act", String(16), nullable=False),  # found, activated, rolled_back
    Column("revision", String(64), ForeignKey("policy_versions.revision"), nullable=False),
    Column("replaced", String(64)),
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# What every request looks at: one short row a policy.
policy_heads = Table(
    "policy_heads",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("revision", String(64), ForeignKey("policy_versions.revision")),  # empty: the policy file holds
    Column("shadow_id", String(64)),
)

policy_shadows = Table(
    "policy_shadows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("revision", String(64), ForeignKey("policy_versions.revision"), nullable=False),
    Column("classifier", String(400), nullable=False),  # folder of a candidate classifier; empty: the live scores
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("dropped", Integer, nullable=False),  # verdicts that there was no time to compare
    Column("failed", Integer, nullable=False),  # verdicts that the candidate could not give
)

policy_shadow_counts = Table(
    "policy_shadow_counts",
    metadata,
    Column("shadow_id", String(64), ForeignKey("policy_shadows.id"), primary_key=True),
    Column("surface", String(20), primary_key=True),
    Column("audience", String(20), primary_key=True),
    Column("live", String(10), primary_key=True),  # Outcome's name in lower case
    Column("candidate", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
)

# No text and no person: what was disagreed about can be told from the scores alone.
policy_shadow_disagreements = Table(
    "policy_shadow_disagreements",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("shadow_id", String(64), ForeignKey("policy_shadows.id"), nullable=False, index=True),
    Column("surface", String(20), nullable=False),
    Column("audience", String(20), nullable=False),
    Column("live", String(10), nullable=False),
    Column("candidate", String(10), nullable=False),
    Column("live_rule", String(120), nullable=False),
    Column("candidate_rule", String(120), nullable=False),
    Column("scores", Json, nullable=False),  # the live classifier's
    Column("at", UtcDateTime, nullable=False),
)
