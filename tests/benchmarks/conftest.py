"""The small world of ranking's tests."""

from tests.ranking.conftest import small_world, sqlite_database, world

__all__ = ["small_world", "sqlite_database", "world"]
