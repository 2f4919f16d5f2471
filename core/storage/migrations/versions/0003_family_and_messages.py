"""Families ask, are told and consent; ages are checked; passkeys, follow requests, messages.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    "age_checks",
    "consents",
    "family_asks",
    "family_grants",
    "family_notices",
    "follow_requests",
    "messages",
    "passkey_challenges",
    "passkeys",
    "sign_outs",
)


def upgrade() -> None:
    """Make the tables."""
    _age_checks()
    _consents()
    _family_asks()
    _family_grants()
    _family_notices()
    _follow_requests()
    _messages()
    _passkey_challenges()
    _passkeys()
    _sign_outs()


def downgrade() -> None:
    """Drop the tables."""
    for name in _TABLES:
        op.drop_table(name)


def _age_checks() -> None:
    op.create_table(
        "age_checks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("method_version", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("at_least_years", sa.Integer(), nullable=True),
        sa.Column("at_most_years", sa.Integer(), nullable=True),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("checked_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_age_checks_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_age_checks")),
    )
    op.create_index(op.f("ix_age_checks_person_id"), "age_checks", ["person_id"], unique=False)


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("method_version", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("given_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_consents_given_by_people")),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_consents_teen_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_teen_id_purpose"), "consents", ["teen_id", "purpose"], unique=False)


def _family_asks() -> None:
    op.create_table(
        "family_asks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("control", sa.String(length=40), nullable=True),
        sa.Column("value", types.Json, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("lapses_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_asks_teen_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_asks")),
    )
    op.create_index(op.f("ix_family_asks_teen_id_asked_at"), "family_asks", ["teen_id", "asked_at"], unique=False)


def _family_grants() -> None:
    op.create_table(
        "family_grants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("granted_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_family_grants_granted_by_people")),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_grants_teen_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_grants")),
    )
    op.create_index(
        op.f("ix_family_grants_teen_id_expires_at"), "family_grants", ["teen_id", "expires_at"], unique=False
    )


def _family_notices() -> None:
    op.create_table(
        "family_notices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("teen_id", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", types.Json, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_family_notices_person_id_people")),
        sa.ForeignKeyConstraint(["teen_id"], ["people.id"], name=op.f("fk_family_notices_teen_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_notices")),
    )
    op.create_index(op.f("ix_family_notices_person_id_at"), "family_notices", ["person_id", "at"], unique=False)


def _follow_requests() -> None:
    op.create_table(
        "follow_requests",
        sa.Column("follower_id", sa.String(length=64), nullable=False),
        sa.Column("followee_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["followee_id"], ["people.id"], name=op.f("fk_follow_requests_followee_id_people")),
        sa.ForeignKeyConstraint(["follower_id"], ["people.id"], name=op.f("fk_follow_requests_follower_id_people")),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follow_requests")),
    )
    op.create_index(op.f("ix_follow_requests_followee_id"), "follow_requests", ["followee_id"], unique=False)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sender_id", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["recipient_id"], ["people.id"], name=op.f("fk_messages_recipient_id_people")),
        sa.ForeignKeyConstraint(["sender_id"], ["people.id"], name=op.f("fk_messages_sender_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_recipient_id_sent_at"), "messages", ["recipient_id", "sent_at"], unique=False)
    op.create_index(
        op.f("ix_messages_sender_id_recipient_id_sent_at"),
        "messages",
        ["sender_id", "recipient_id", "sent_at"],
        unique=False,
    )


def _passkey_challenges() -> None:
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkey_challenges_person_id_people")),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_passkey_challenges")),
    )
    op.create_index(op.f("ix_passkey_challenges_expires_at"), "passkey_challenges", ["expires_at"], unique=False)


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )
    op.create_index(op.f("ix_passkeys_person_id"), "passkeys", ["person_id"], unique=False)


def _sign_outs() -> None:
    op.create_table(
        "sign_outs",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("before", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_outs_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_sign_outs")),
    )
