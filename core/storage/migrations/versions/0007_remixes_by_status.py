"""Published remixes of a video are counted from an index alone: the planner had passed over all published videos."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the status into the index."""
    op.create_index(op.f("ix_videos_remixed_from_status"), "videos", ["remixed_from", "status"])
    op.drop_index(op.f("ix_videos_remixed_from"), table_name="videos")


def downgrade() -> None:
    """Take it out again."""
    op.create_index(op.f("ix_videos_remixed_from"), "videos", ["remixed_from"])
    op.drop_index(op.f("ix_videos_remixed_from_status"), table_name="videos")
