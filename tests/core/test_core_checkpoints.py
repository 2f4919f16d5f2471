"""Checkpoints: what was written reaches the database file by itself, and nobody's request carries it there."""

import shutil
import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy import text

from core.storage.checkpoints import Checkpoints
from core.storage.database import Database


def words_in_the_file_alone(file: Path, aside: Path) -> list[str]:
    """What the database file holds without its write-ahead log."""
    shutil.copyfile(file, aside)
    with sqlite3.connect(aside) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words")]


def test_what_was_written_reaches_the_file_beside_the_writers(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'words.db'}")
    with database.write() as tx:
        tx.connection.execute(text("CREATE TABLE words (word TEXT)"))
    database.checkpoint()
    checkpoints = Checkpoints(database)
    with database.write() as tx:
        tx.connection.execute(text("INSERT INTO words VALUES ('kept')"))
    assert words_in_the_file_alone(tmp_path / "words.db", tmp_path / "before.db") == []
    checkpoints.start()
    found: list[str] = []
    deadline = time.monotonic() + 20
    while not found and time.monotonic() < deadline:
        time.sleep(0.05)
        found = words_in_the_file_alone(tmp_path / "words.db", tmp_path / "after.db")
    checkpoints.stop()
    assert found == ["kept"]
    database.close()


def threads() -> set[threading.Thread]:
    """The checkpoint threads there are: a server that other tests share may have one of its own."""
    return {thread for thread in threading.enumerate() if thread.name == "checkpoints"}


def test_a_thread_runs_where_the_database_needs_it_until_it_is_stopped(database: Database) -> None:
    before = threads()
    checkpoints = Checkpoints(database)
    checkpoints.stop()  # what never began
    checkpoints = Checkpoints(database)
    checkpoints.start()
    assert len(threads() - before) == (1 if database.engine.dialect.name == "sqlite" else 0)
    checkpoints.stop()
    assert threads() == before


def test_a_database_that_is_gone_ends_no_thread(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'folder' / 'words.db'}")
    before = threads()
    checkpoints = Checkpoints(database)
    checkpoints.start()
    shutil.rmtree(tmp_path / "folder")
    time.sleep(0.6)  # two turns of the thread
    assert threads() - before
    (tmp_path / "folder").mkdir()
    with database.write() as tx:
        tx.connection.execute(text("CREATE TABLE words (word TEXT)"))
    checkpoints.stop()
    database.close()
