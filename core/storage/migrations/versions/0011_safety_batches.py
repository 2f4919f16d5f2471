"""Batches of things to judge, and their results."""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "safety_batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("viewer_id", sa.String(length=64)),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(length=120)),
        sa.Column("lease_until", types.UtcDateTime()),
        sa.Column("served_at", types.UtcDateTime()),
        sa.Column("error_code", sa.String(length=80)),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_batches")),
    )
    op.create_index(op.f("ix_safety_batches_created_at"), "safety_batches", ["created_at"])
    op.create_index(op.f("ix_safety_batches_owner_id_created_at"), "safety_batches", ["owner_id", "created_at"])
    op.create_index(op.f("ix_safety_batches_status_served_at"), "safety_batches", ["status", "served_at"])
    op.create_table(
        "safety_batch_items",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("custom_id", sa.String(length=64)),
        sa.Column("request", types.Json, nullable=False),
        sa.Column("result", types.Json),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["safety_batches.id"], name=op.f("fk_safety_batch_items_batch_id_safety_batches")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_safety_batch_items")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("safety_batch_items")
    op.drop_table("safety_batches")
