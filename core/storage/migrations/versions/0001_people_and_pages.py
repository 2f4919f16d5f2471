"""People, families, what they do and what they were handed out.

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
    """Make the tables, those that others refer to first."""
    _people()
    _follows()
    _blocks()
    _idempotency()
    _audit_log()
    _family_links()
    _family_controls()
    _family_log()
    _viewing()
    _polls()
    _steers()
    _events()
    _hides()
    _likes()
    _pages()


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "pages",
        "likes",
        "hides",
        "events",
        "steers",
        "polls",
        "viewing",
        "family_log",
        "family_controls",
        "family_links",
        "audit_log",
        "idempotency",
        "blocks",
        "follows",
        "people",
    ):
        op.drop_table(name)


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


def _viewing() -> None:
    op.create_table(
        "viewing",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("state", types.Json, nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_viewing_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_viewing")),
    )


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
