"""Brings a database to the newest schema. Asking where it stands needs no Alembic, so that a server starts fast."""

from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from core.errors import Unavailable
from core.storage.database import Database

_HERE = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Run every migration that this database has not seen. Safe to repeat."""
    from alembic import command

    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def require_current(database: Database) -> None:
    """Raise ``Unavailable`` when the database is not at the newest schema, saying what to run."""
    if current_revision(database) != newest_revision():
        raise Unavailable(
            code="database_schema",
            detail="The database is not at this program's schema.",
            expected="Run `kindling db upgrade`, then start again.",
        )


def current_revision(database: Database) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest_revision() -> str:
    """Return the revision that this program writes: scripts are named by theirs, as in ``0001_first_schema.py``."""
    return max(path.name.split("_", 1)[0] for path in (_HERE / "versions").glob("[0-9]*.py"))


def _config(connection: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
