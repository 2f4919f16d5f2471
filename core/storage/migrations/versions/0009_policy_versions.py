"""Policies have versions that are activated while serving, and shadows; a likeness of a minor stays one."""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SHADOW = "policy_shadows.id"
_VERSION = "policy_versions.revision"


def upgrade() -> None:
    """Make the tables, and mark every likeness whose owner was, or may have been, under 18 when it was made."""
    _versions()
    _shadows()
    op.add_column("decisions", sa.Column("threshold_revision", sa.String(64), nullable=False, server_default=""))
    op.add_column("characters", sa.Column("depicts_minor", sa.Boolean(), nullable=False, server_default=sa.false()))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    grown = "date(p.birth_date, '+18 years')" if is_sqlite else "p.birth_date + interval '18 years'"
    yes = "1" if is_sqlite else "true"
    op.execute(
        f"UPDATE characters SET depicts_minor = {yes} WHERE EXISTS (SELECT 1 FROM people p "  # noqa: S608
        f"WHERE p.id = characters.owner_id AND (p.birth_date IS NULL OR characters.created_at < {grown}))"
    )


def _versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(64)),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_policy_versions")),
    )
    op.create_index(op.f("ix_policy_versions_name_version"), "policy_versions", ["name", "version"], unique=True)
    op.create_table(
        "policy_activations",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("replaced", sa.String(64)),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_policy_activations")),
        _refers("policy_activations", "revision", _VERSION),
    )
    op.create_table(
        "policy_heads",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("revision", sa.String(64)),
        sa.Column("shadow_id", sa.String(64)),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_policy_heads")),
        _refers("policy_heads", "revision", _VERSION),
    )


def _shadows() -> None:
    op.create_table(
        "policy_shadows",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("classifier", sa.String(400), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("stopped_at", types.UtcDateTime()),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_shadows")),
        _refers("policy_shadows", "revision", _VERSION),
    )
    names = ("surface", "audience", "live", "candidate")
    op.create_table(
        "policy_shadow_counts",
        sa.Column("shadow_id", sa.String(64), nullable=False),
        *_told(),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shadow_id", *names, name=op.f("pk_policy_shadow_counts")),
        _refers("policy_shadow_counts", "shadow_id", _SHADOW),
    )
    table = "policy_shadow_disagreements"
    op.create_table(
        table,
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("shadow_id", sa.String(64), nullable=False),
        *_told(),
        sa.Column("live_rule", sa.String(120), nullable=False),
        sa.Column("candidate_rule", sa.String(120), nullable=False),
        sa.Column("scores", types.Json, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _refers(table, "shadow_id", _SHADOW),
    )
    op.create_index(op.f(f"ix_{table}_shadow_id"), table, ["shadow_id"])


def _told() -> "list[sa.Column[str]]":
    lengths = {"surface": 20, "audience": 20, "live": 10, "candidate": 10}
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}_{to.split('.')[0]}"))


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("characters", "depicts_minor")
    op.drop_column("decisions", "threshold_revision")
    for table in ("policy_shadow_disagreements", "policy_shadow_counts", "policy_shadows"):
        op.drop_table(table)
    for table in ("policy_heads", "policy_activations", "policy_versions"):
        op.drop_table(table)
