"""The queue's turns, plans and previews; how videos come from one another; webhooks."""

import sqlalchemy as sa
from alembic import op

from core.storage import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NEW_INDEXES = (("status", "priority", "turn"), ("status", "lease_until"), ("person_id", "created_at"), ("started_at",))
_OLD_INDEXES = (("status", "priority", "created_at"), ("person_id",))


def upgrade() -> None:
    """Add columns and tables."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)  # in place: on SQLite a batch would drop the table that others refer to
    op.execute("UPDATE videos SET derived = 'remix' WHERE remixed_from IS NOT NULL")
    _swap_indexes(_OLD_INDEXES, _NEW_INDEXES)
    _make_small_tables()
    _make_webhooks()


def downgrade() -> None:
    """Take them away again."""
    for name in ("webhook_deliveries", "webhook_endpoints", "plans", "previews"):
        op.drop_table(name)
    _swap_indexes(_NEW_INDEXES, _OLD_INDEXES)
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)


def _columns() -> dict[str, list[sa.Column[object]]]:
    return {
        "jobs": [
            sa.Column("plan", sa.String(length=40), server_default="free", nullable=False),
            sa.Column("share", sa.Float(), server_default="1", nullable=False),
            sa.Column("turn", sa.Float(), server_default="0", nullable=False),
            sa.Column("batch_key", sa.String(length=160), server_default="", nullable=False),
            sa.Column("not_before", types.UtcDateTime(), nullable=True),
        ],
        "videos": [
            sa.Column("derived", sa.String(length=16), server_default="", nullable=False),
            sa.Column("remixable", sa.String(length=16), server_default="everyone", nullable=False),
            sa.Column("has_sound", sa.Boolean(), server_default=sa.true(), nullable=False),
        ],
    }


def _swap_indexes(old: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...]) -> None:
    for columns in old:
        op.drop_index(op.f(f"ix_jobs_{'_'.join(columns)}"), table_name="jobs")
    for columns in new:
        op.create_index(op.f(f"ix_jobs_{'_'.join(columns)}"), "jobs", list(columns))


def _make_small_tables() -> None:
    op.create_table(
        "previews",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_previews_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_previews")),
    )
    op.create_table(
        "plans",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("until", types.UtcDateTime(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_plans_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_plans")),
    )


def _make_webhooks() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("event_types", types.Json, nullable=False),
        sa.Column("secret_number", sa.Integer(), nullable=False),
        sa.Column("old_secret_until", types.UtcDateTime(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_webhook_endpoints_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    for name in ("owner", "person_id"):
        op.create_index(op.f(f"ix_webhook_endpoints_{name}"), "webhook_endpoints", [name])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("endpoint_id", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.UtcDateTime(), nullable=True),
        sa.Column("delivered_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_endpoint_id_webhook_endpoints"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    for columns in (["next_at"], ["endpoint_id", "created_at"]):
        op.create_index(op.f(f"ix_webhook_deliveries_{'_'.join(columns)}"), "webhook_deliveries", columns)
