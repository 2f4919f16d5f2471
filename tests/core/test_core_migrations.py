"""Migrations make exactly the tables that the program uses, on both databases, and can be run again."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.errors import Unavailable
from core.storage.database import Database
from core.storage.migrate import current_revision, newest_revision, require_current, upgrade
from core.storage.tables import metadata


@pytest.fixture
def empty(database: Database) -> Database:
    metadata.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    return database


def test_an_empty_database_is_refused_with_what_to_run(empty: Database) -> None:
    with pytest.raises(Unavailable) as caught:
        require_current(empty)
    assert "kindling db upgrade" in (caught.value.expected or "")


def test_upgrading_makes_exactly_the_programs_tables(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    require_current(empty)


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert current_revision(empty) == newest_revision()
