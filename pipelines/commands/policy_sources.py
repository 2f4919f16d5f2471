"""What the policy commands call a policy: a file, a version, the start of a revision, ``live`` or ``file``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import Settings
from core.storage.database import Database
from core.storage.migrate import current_revision
from pipelines.online.policy_life import find_policy, policy_in_force
from safety.policy import ModerationPolicy, load_moderation_policy, read_moderation_policy


@contextmanager
def opened() -> Iterator[tuple[Settings, Database, ModerationPolicy]]:
    """Open the settings, the database, and the policy of the file."""
    settings = Settings()
    database = Database(settings.resolved_database_url)
    try:
        yield settings, database, load_moderation_policy(settings.policies)
    finally:
        database.close()


def named_policy(called: str) -> ModerationPolicy:
    """Return a policy by what it is called. Raises ``BrokenPolicy``, ``NotFound``."""
    if called == "file":
        return load_moderation_policy(Settings().policies)
    if called != "live" and Path(called).is_file():
        return read_moderation_policy(Path(called))
    with opened() as (settings, database, filed):
        if called == "live" and not _has_tables(settings, database):
            return filed  # nothing was ever activated where there is no database yet
        with database.read() as tx:
            return policy_in_force(tx, filed) if called == "live" else find_policy(tx, called)


def _has_tables(settings: Settings, database: Database) -> bool:
    embedded = settings.home / "kindling.db"
    return (bool(settings.database_url) or embedded.exists()) and current_revision(database) is not None
