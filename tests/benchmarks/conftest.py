"""The small world of ranking's tests."""

from tests.ranking.conftest import small_world, sqlite_database, world, world_on_sqlite

__all__ = ["small_world", "sqlite_database", "world", "world_on_sqlite"]
