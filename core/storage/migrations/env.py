"""Alembic's entry: runs migrations on the connection that ``core.storage.migrate`` hands over."""

from alembic import context

from core.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    user_module_prefix="types.",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
