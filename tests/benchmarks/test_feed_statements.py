"""What a page costs the database: how many statements, counted, so that it cannot creep up unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from core.storage.database import Database
from core.vocabulary import EventKind
from tests.ranking.conftest import World

# Of one ranked page for a person with follows, likes, a hide and a steer; BEGIN and COMMIT are not counted.
MOST_STATEMENTS = 25


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


def test_a_page_sends_no_more_statements_than_it_did(world: World) -> None:
    from core.ids import PersonId
    from pipelines.online.steering import add_steer

    made = world.populate()
    world.follow("ada", "bo", "cy")
    for video in made[:4]:
        world.did("ada", EventKind.LIKE, video)
    world.did("ada", EventKind.HIDE, made[5])
    add_steer(world.rooms, PersonId("per_ada"), "more ocean waves, no cars")
    world.page("ada")
    with statements(world.database) as sent:
        assert len(world.page("ada").items) == 8
    assert len(sent) <= MOST_STATEMENTS, "\n".join(statement[:160] for statement in sent)
    assert len(sent) > 5  # the listener listens
