"""Answers of a form, one by one.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("polls", sa.Column("answers", types.Json, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("polls", "answers")
