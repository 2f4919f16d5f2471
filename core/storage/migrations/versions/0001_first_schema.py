"""The first schema.

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, those that others refer to first."""
    _audit_log()
    _decisions()
    _idempotency()
    _people()
    _blocks()
    _characters()
    _events()
    _family_controls()
    _family_links()
    _family_log()
    _follows()
    _hides()
    _likes()
    _pages()
    _polls()
    _review_cases()
    _steers()
    _videos()
    _viewing()
    _appeals()
    _character_grants()
    _impressions()
    _jobs()
    _video_characters()


def downgrade() -> None:
    """Drop every table."""
    for name in (
        "video_characters",
        "jobs",
        "impressions",
        "character_grants",
        "appeals",
        "viewing",
        "videos",
        "steers",
        "review_cases",
        "polls",
        "pages",
        "likes",
        "hides",
        "follows",
        "family_log",
        "family_links",
        "family_controls",
        "events",
        "characters",
        "blocks",
        "people",
        "idempotency",
        "decisions",
        "audit_log",
    ):
        op.drop_table(name)


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", types.Json, nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )


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


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("response", types.Json, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("signals", types.Json, nullable=False),
        sa.Column("reset_at", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("handle", name=op.f("uq_people_handle")),
    )


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("blocker_id", sa.String(length=64), nullable=False),
        sa.Column("blocked_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["blocked_id"], ["people.id"], name=op.f("fk_blocks_blocked_id_people")),
        sa.ForeignKeyConstraint(["blocker_id"], ["people.id"], name=op.f("fk_blocks_blocker_id_people")),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_blocked_id"), "blocks", ["blocked_id"], unique=False)


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


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=True),
        sa.Column("target_person_id", sa.String(length=64), nullable=True),
        sa.Column("page_id", sa.String(length=64), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("occurred_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_events_person_id_people")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_person_id_received_at"), "events", ["person_id", "received_at"], unique=False)
    op.create_index(op.f("ix_events_received_at"), "events", ["received_at"], unique=False)
    op.create_index(op.f("ix_events_video_id_kind"), "events", ["video_id", "kind"], unique=False)


def _family_controls() -> None:
    op.create_table(
        "family_controls",
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("control", sa.String(length=40), nullable=False),
        sa.Column("is_temporary", sa.Boolean(), nullable=False),
        sa.Column("value", types.Json, nullable=False),
        sa.Column("set_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_family_controls_set_by_people")),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_controls_teen_id_people")),
        sa.PrimaryKeyConstraint("teen_id", "set_by", "control", "is_temporary", name=op.f("pk_family_controls")),
    )


def _family_links() -> None:
    op.create_table(
        "family_links",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("guardian_id", sa.String(length=64), nullable=False),
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("invited_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["guardian_id"], ["people.id"], name=op.f("fk_family_links_guardian_id_people")),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_links_teen_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_links")),
    )
    op.create_index(op.f("ix_family_links_guardian_id_status"), "family_links", ["guardian_id", "status"], unique=False)
    op.create_index(op.f("ix_family_links_teen_id_status"), "family_links", ["teen_id", "status"], unique=False)


def _family_log() -> None:
    op.create_table(
        "family_log",
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", types.Json, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_log_teen_id_people")),
        sa.PrimaryKeyConstraint("teen_id", "seq", name=op.f("pk_family_log")),
    )


def _follows() -> None:
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.String(length=64), nullable=False),
        sa.Column("followee_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["followee_id"], ["people.id"], name=op.f("fk_follows_followee_id_people")),
        sa.ForeignKeyConstraint(["follower_id"], ["people.id"], name=op.f("fk_follows_follower_id_people")),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follows")),
    )
    op.create_index(op.f("ix_follows_followee_id"), "follows", ["followee_id"], unique=False)


def _hides() -> None:
    op.create_table(
        "hides",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hides_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "video_id", name=op.f("pk_hides")),
    )


def _likes() -> None:
    op.create_table(
        "likes",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_likes_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "video_id", name=op.f("pk_likes")),
    )
    op.create_index(op.f("ix_likes_video_id"), "likes", ["video_id"], unique=False)


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("response", types.Json, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pages_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
    )
    op.create_index(op.f("ix_pages_person_id_created_at"), "pages", ["person_id", "created_at"], unique=False)
    op.create_index("uq_pages_idempotency", "pages", ["person_id", "idempotency_key"], unique=True)


def _polls() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("video_id", sa.String(length=64), nullable=True),
        sa.Column("offered_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answer", sa.Float(), nullable=True),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_polls_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index(op.f("ix_polls_person_id_offered_at"), "polls", ["person_id", "offered_at"], unique=False)


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


def _steers() -> None:
    op.create_table(
        "steers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parsed", types.Json, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=True),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_steers_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steers")),
    )
    op.create_index(op.f("ix_steers_person_id_created_at"), "steers", ["person_id", "created_at"], unique=False)


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


def _viewing() -> None:
    op.create_table(
        "viewing",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("state", types.Json, nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_viewing_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_viewing")),
    )


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
