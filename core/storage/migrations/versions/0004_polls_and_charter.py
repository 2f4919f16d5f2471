"""Answers of a form, one by one; the log of the charter.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("polls", sa.Column("answers", types.Json, nullable=True))
    op.create_table(
        "charter_log",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("figures", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_charter_log")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("charter_log")
    op.drop_column("polls", "answers")
