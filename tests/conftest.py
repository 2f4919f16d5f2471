"""Fixtures that every test may use: no network, both databases, a clock that stands still, small people."""

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="kindling-run-"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.ids import PersonId
from core.media.store import MediaStore
from core.records import Person
from core.storage.database import Database
from core.storage.migrate import newest_revision
from core.storage.tables import metadata

pytest_plugins = ("tests.fixtures_city",)  # the small demo city: `small_city` and `city_copy`

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}


# No test asserts on timings, and neither does hypothesis on our behalf. The suite tries the same examples each time, so
# that every change is judged alike; `make search` tries others, and what it finds becomes an `@example`.
settings.register_profile("kindling", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=300)
settings.load_profile("kindling")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that rewrites golden files."""
    parser.addoption("--rewrite-golden", action="store_true", help="Write golden files anew instead of comparing.")


class Golden:
    """Compares JSON values with the files in ``tests/golden``; rewrites them only when asked to."""

    def __init__(self, rewrite: bool) -> None:
        self._rewrite = rewrite

    def check(self, name: str, value: object) -> None:
        """Fail unless ``value`` is what ``tests/golden/<name>.json`` holds."""
        path = GOLDEN / f"{name}.json"
        text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if self._rewrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == kept, f"{path.name} differs: if that is meant, run the test with --rewrite-golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Golden files."""
    return Golden(request.config.getoption("--rewrite-golden"))


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    real_connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0] if isinstance(address, tuple) else address
            if host not in _LOOPBACK:
                raise RuntimeError(f"a test tried to reach {host!r}: tests use no network")
        return real_connect(self, address)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, started from the pgserver wheel.

    In a folder of its own: as root it runs as another user, from whom a second pytest run locks pytest's folders away.
    """
    import pgserver

    with tempfile.TemporaryDirectory(prefix="kindling-postgres-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


def make_tables(database: Database) -> None:
    """Empty a database and give it every table, as migrating would (their own tests show that)."""
    metadata.drop_all(database.engine)
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{newest_revision()}')")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables, on each of the two engines."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'kindling.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Database(url)
    make_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at noon, UTC, until the test moves it."""
    return ManualClock(NOON)


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    """An empty local media store."""
    return MediaStore(f"file://{tmp_path / 'media'}")


@pytest.fixture(scope="session")
def encoder_folder() -> Path:
    """The exported text encoder: made once per checkout, in the folder that `make test` uses."""
    folder = Path(os.environ.get("KINDLING_TEST_MODELS", ".kindling/models")) / "encoder"
    from core.clock import SystemClock
    from pipelines.offline.encoder import export_what_is_missing

    export_what_is_missing(folder, SystemClock())
    return folder


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> TextEncoder:
    """The text encoder itself."""
    return TextEncoder(encoder_folder)


def make_person(name: str, *, born: date | None = date(1990, 5, 1), **values: object) -> Person:
    """Return a person called ``name``; adults unless ``born`` says otherwise."""
    fields: dict[str, object] = {
        "id": PersonId(f"per_{name}"),
        "handle": name,
        "display_name": name.title(),
        "birth_date": born,
        "jurisdiction": "ZZ",
        "timezone": "UTC",
        "created_at": NOON,
    }
    return Person(**(fields | values))  # type: ignore[arg-type]
