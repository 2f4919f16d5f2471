"""What a page costs the database: how many statements, counted, so that it cannot creep up unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from core.storage.database import Database, Transaction
from core.vocabulary import EventKind
from tests.ranking.conftest import World

# Of one ranked page for a person with follows, likes, a hide and a steer; BEGIN and COMMIT are not counted.
MOST_STATEMENTS = 24


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to a database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def with_a_past(world: World) -> None:
    """Give ada follows, likes, a hide, a steer and a page."""
    from core.ids import PersonId
    from pipelines.online.steering import add_steer

    made = world.populate()
    world.follow("ada", "bo", "cy")
    for video in made[:4]:
        world.did("ada", EventKind.LIKE, video)
    world.did("ada", EventKind.HIDE, made[5])
    add_steer(world.rooms, PersonId("per_ada"), "more ocean waves, no cars")
    world.page("ada")


def test_a_page_sends_no_more_statements_than_it_did(world: World) -> None:
    with_a_past(world)
    with statements(world.database) as sent:
        assert len(world.page("ada").items) == 8
    assert len(sent) <= MOST_STATEMENTS, "\n".join(statement[:160] for statement in sent)
    assert len(sent) > 5  # the listener listens


def test_no_statement_of_a_page_passes_over_a_whole_table(world_on_sqlite: World) -> None:
    """The counting of remixes once took every published video: 170 ms at a million.

    Plans follow from the schema on SQLite; PostgreSQL plans by the tables' sizes, and these are small.
    """
    world = world_on_sqlite
    with_a_past(world)
    with world.database.read() as tx, statements(world.database) as sent:
        world.page("ada")
        reads = sorted({statement for statement in sent if statement.startswith("SELECT")})
        plans = {read: _plan(tx, read) for read in reads}
    whole = {read: plan for read, plan in plans.items() if any(_is_whole(step) for step in plan)}
    assert not whole
    assert any("ix_videos_remixed_from_status" in step for plan in plans.values() for step in plan)


def _plan(tx: Transaction, read: str) -> list[str]:
    """Return the planner's steps; values do not change them, for the tables were never analysed."""
    given = tuple("x" for _ in range(read.count("?")))
    return [str(row[3]) for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {read}", given)]


def _is_whole(step: str) -> bool:
    """Whether a step reads all rows; the charter's log is an operator's few acts, read from its end."""
    return (step.startswith("SCAN") and step != "SCAN charter_log") or step.endswith("(status=?)")
