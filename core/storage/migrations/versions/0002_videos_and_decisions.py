"""Videos, likenesses, jobs, impressions, and decisions about them.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _decisions()
    _review_cases()
    _appeals()
    _videos()
    _characters()
    _character_grants()
    _video_characters()
    _jobs()
    _impressions()


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "impressions",
        "jobs",
        "video_characters",
        "character_grants",
        "characters",
        "videos",
        "appeals",
        "review_cases",
        "decisions",
    ):
        op.drop_table(name)


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("surface", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("model_revision", sa.String(length=40), nullable=False),
        sa.Column("scores", types.Json, nullable=False),
        sa.Column("evidence", types.Json, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_created_at"), "decisions", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_decisions_subject_kind_subject_id"), "decisions", ["subject_kind", "subject_id"], unique=False
    )


def _review_cases() -> None:
    op.create_table(
        "review_cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reviewer_id", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("resolved_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_review_cases_decision_id_decisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_cases")),
    )
    op.create_index(op.f("ix_review_cases_status_opened_at"), "review_cases", ["status", "opened_at"], unique=False)


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["review_cases.id"], name=op.f("fk_appeals_case_id_review_cases")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_appeals_decision_id_decisions")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appeals_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeals_decision_id")),
    )
    op.create_index(op.f("ix_appeals_person_id"), "appeals", ["person_id"], unique=False)


def _videos() -> None:
    op.create_table(
        "videos",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("creator_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("size", sa.String(length=16), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("style", sa.String(length=40), nullable=False),
        sa.Column("remixed_from", sa.String(length=64), nullable=True),
        sa.Column("attributes", types.Json, nullable=False),
        sa.Column("film_key", sa.String(length=200), nullable=True),
        sa.Column("poster_key", sa.String(length=200), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("teen_allowed", sa.Boolean(), nullable=False),
        sa.Column("adult_allowed", sa.Boolean(), nullable=False),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("completed_at", types.UtcDateTime(), nullable=True),
        sa.Column("published_at", types.UtcDateTime(), nullable=True),
        sa.Column("expires_at", types.UtcDateTime(), nullable=True),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name=op.f("fk_videos_creator_id_people")),
        sa.ForeignKeyConstraint(["remixed_from"], ["videos.id"], name=op.f("fk_videos_remixed_from_videos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
    )
    op.create_index(op.f("ix_videos_creator_id_created_at"), "videos", ["creator_id", "created_at"], unique=False)
    op.create_index(op.f("ix_videos_remixed_from"), "videos", ["remixed_from"], unique=False)
    op.create_index(op.f("ix_videos_status_published_at"), "videos", ["status", "published_at"], unique=False)


def _characters() -> None:
    op.create_table(
        "characters",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("permission", sa.String(length=16), nullable=False),
        sa.Column("clip_key", sa.String(length=200), nullable=False),
        sa.Column("portrait_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_characters_owner_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characters")),
    )
    op.create_index(op.f("ix_characters_owner_id"), "characters", ["owner_id"], unique=False)


def _character_grants() -> None:
    op.create_table(
        "character_grants",
        sa.Column("character_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_character_grants_character_id_characters")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_character_grants_person_id_people")),
        sa.PrimaryKeyConstraint("character_id", "person_id", name=op.f("pk_character_grants")),
    )


def _video_characters() -> None:
    op.create_table(
        "video_characters",
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("character_id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_video_characters_character_id_characters")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_video_characters_owner_id_people")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_video_characters_video_id_videos")),
        sa.PrimaryKeyConstraint("video_id", "character_id", name=op.f("pk_video_characters")),
    )
    op.create_index(op.f("ix_video_characters_character_id"), "video_characters", ["character_id"], unique=False)
    op.create_index(op.f("ix_video_characters_owner_id"), "video_characters", ["owner_id"], unique=False)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("request", types.Json, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(length=120), nullable=True),
        sa.Column("lease_until", types.UtcDateTime(), nullable=True),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("cost_s", sa.Float(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_jobs_person_id_people")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_jobs_video_id_videos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("video_id", name=op.f("uq_jobs_video_id")),
    )
    op.create_index(op.f("ix_jobs_person_id"), "jobs", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_jobs_status_priority_created_at"), "jobs", ["status", "priority", "created_at"], unique=False
    )


def _impressions() -> None:
    op.create_table(
        "impressions",
        sa.Column("page_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("propensity", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("heads", types.Json, nullable=False),
        sa.Column("served_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_impressions_page_id_pages")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_impressions_person_id_people")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_impressions_video_id_videos")),
        sa.PrimaryKeyConstraint("page_id", "position", name=op.f("pk_impressions")),
    )
    op.create_index(op.f("ix_impressions_person_id_served_at"), "impressions", ["person_id", "served_at"], unique=False)
    op.create_index(op.f("ix_impressions_video_id"), "impressions", ["video_id"], unique=False)
