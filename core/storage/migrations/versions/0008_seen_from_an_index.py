"""What a person was last shown is read from an index alone, in its order: 1,500 rows for every page."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_impressions_person_id_served_at", "ix_impressions_person_id_served_at_position_video_id"


def upgrade() -> None:
    """Put position and video into the index."""
    op.create_index(op.f(_NEW), "impressions", ["person_id", "served_at", "position", "video_id"])
    op.drop_index(op.f(_OLD), table_name="impressions")


def downgrade() -> None:
    """Take them out again."""
    op.create_index(op.f(_OLD), "impressions", ["person_id", "served_at"])
    op.drop_index(op.f(_NEW), table_name="impressions")
