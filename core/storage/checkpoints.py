"""SQLite's write-ahead log is moved into the database file beside the requests, not by one in thirty of them."""

import sqlite3
import threading
from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.storage.database import Database

_EVERY_S = 0.25


class Checkpoints:
    """A thread that checkpoints a database a few times a second. On PostgreSQL, which does so itself, it does nothing.

    A process that dies loses nothing by it: the next one reads the log. Without this thread (or when it cannot keep
    up), writers checkpoint themselves once the log has some thousand pages.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        """Begin, if this database needs it."""
        if self._database.engine.dialect.name == "sqlite":
            self._thread.start()

    def stop(self) -> None:
        """End, and wait for a checkpoint that is under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY_S):
            with suppress(sqlite3.Error, DBAPIError, PoolTimeout):  # busy, full or gone: writers hear of it
                self._database.checkpoint()
