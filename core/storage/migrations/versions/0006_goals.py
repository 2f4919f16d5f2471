"""Goals that people stated, and topics read from chats that they handed over."""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "goals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_goals_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
    )
    op.create_index(op.f("ix_goals_person_id_created_at"), "goals", ["person_id", "created_at"])
    op.create_table(
        "chat_topics",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("imported_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_chat_topics_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_chat_topics")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("chat_topics")
    op.drop_table("goals")
