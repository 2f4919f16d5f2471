"""Migrations make exactly the tables that the program uses, on both databases, and can be run again."""

from datetime import UTC, date, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from core.errors import Unavailable
from core.ids import PersonId, VideoId
from core.storage.characters import Characters
from core.storage.database import Database
from core.storage.migrate import _config, current_revision, newest_revision, require_current, upgrade
from core.storage.tables import metadata
from core.storage.videos import Videos
from tests.conftest import NOON


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


def test_a_database_in_use_is_upgraded_with_what_it_holds(empty: Database) -> None:
    """A table that others refer to is changed in place; a likeness of someone young is known as one from then on."""
    with empty.engine.begin() as connection:
        command.upgrade(_config(connection), "0008")
        old = MetaData()
        old.reflect(connection)
        for name, rows in _OLD_ROWS.items():
            connection.execute(old.tables[name].insert(), rows)
    upgrade(empty)
    with empty.read() as tx:
        assert {item.id: item.depicts_minor for item in Characters(tx).owned_by(PersonId("per_old"))} == {
            "char_young": True, "char_grown": False,
        }  # fmt: skip
        assert [item.depicts_minor for item in Characters(tx).owned_by(PersonId("per_unknown"))] == [True]
        assert Videos(tx).find(VideoId("video_1")) is not None


_BORN = date(2000, 6, 1)
_PERSON = {"handle": "", "bio": "", "display_name": "", "jurisdiction": "ZZ", "timezone": "UTC", "created_at": NOON}
_CHARACTER = {"name": "A", "permission": "only_me", "clip_key": "c", "portrait_key": "p"}
_OLD_ROWS: dict[str, list[dict[str, object]]] = {
    "people": [
        _PERSON | {"id": "per_old", "handle": "old", "birth_date": _BORN, "is_private": False, "signals": {}},
        _PERSON | {"id": "per_unknown", "handle": "unknown", "birth_date": None, "is_private": False, "signals": {}},
    ],
    "characters": [
        _CHARACTER | {"id": "char_young", "owner_id": "per_old", "created_at": datetime(2018, 5, 31, tzinfo=UTC)},
        _CHARACTER | {"id": "char_grown", "owner_id": "per_old", "created_at": datetime(2018, 6, 2, tzinfo=UTC)},
        _CHARACTER | {"id": "char_unsure", "owner_id": "per_unknown", "created_at": NOON},
    ],
    "videos": [
        {
            "id": "video_1", "creator_id": "per_old", "status": "draft", "visibility": "only_me", "prompt": "p",
            "caption": "", "model": "world", "size": "360x640", "seconds": 4, "seed": 0, "style": "", "attributes": {},
            "teen_allowed": True, "adult_allowed": True, "limited": False, "created_at": NOON,
        }
    ],
    "video_characters": [{"video_id": "video_1", "character_id": "char_young", "owner_id": "per_old"}],
}  # fmt: skip
