"""The server as a process: what it imports, what stops its start, and that a kill loses nothing it has said yes to."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from core.clock import SystemClock
from core.settings import Settings
from core.storage.database import Database
from core.storage.events import Events
from core.tokens import TokenIssuer, open_key
from core.vocabulary import Scope
from tests.conftest import NOON, make_tables
from tests.town import ANN, settle

HEAVY = ("torch", "transformers", "diffusers", "sentence_transformers", "open_clip", "sklearn", "pandas", "ray")
SERVE = (sys.executable, "-m", "pipelines.commands.main", "serve", "--workers", "0")
ROOT = Path(__file__).parents[2]


@dataclass
class Home:
    """A home that a server process can start from."""

    folder: Path
    database_url: str

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KINDLING_")}
        ours = {"KINDLING_HOME": str(self.folder), "KINDLING_DATABASE_URL": self.database_url, "PYTHONPATH": str(ROOT)}
        return kept | ours | more

    def token(self) -> str:
        settings = Settings(home=self.folder)
        key = open_key(settings.keys)
        issuer = TokenIssuer(key, issuer=settings.issuer, audience=settings.audience, clock=SystemClock())
        return issuer.mint(ANN, [Scope.PERSON], 3600)


@pytest.fixture
def home(tmp_path: Path, town_home: Path, database: Database) -> Home:
    for name in ("models", "snapshots"):
        (tmp_path / name).symlink_to(town_home / name)
    settle(database)
    return Home(tmp_path, database.url)


@pytest.fixture
def sqlite_home(tmp_path: Path, town_home: Path) -> Home:
    for name in ("models", "snapshots"):
        (tmp_path / name).symlink_to(town_home / name)
    url = f"sqlite:///{tmp_path / 'kindling.db'}"
    database = Database(url)
    make_tables(database)
    database.close()
    return Home(tmp_path, url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Home) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process, ready."""
    port = free_port()
    process = subprocess.Popen(
        [*SERVE, "--port", str(port)], env=home.environment(KINDLING_LOG_LEVEL="ERROR"), cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Kindling is ready at http://127.0.0.1:{port}\n"
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_the_server_imports_no_heavy_library(sqlite_home: Home) -> None:
    program = (
        "import sys, json; from api.app import create_app; app = create_app();"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=sqlite_home.environment(), cwd=ROOT, capture_output=True)
    assert json.loads(done.stdout) == [], done.stderr.decode()


BROKEN = {
    "limits.toml": ("[policy]\nname = 'limits'\nversion = 'new'\n", ["limits.toml", "policy.version"]),
    "moderation.toml": ("this is no TOML", ["moderation.toml", "not valid TOML"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_stops_the_start_with_file_key_and_what_to_write(sqlite_home: Home, name: str) -> None:
    content, said = BROKEN[name]
    policies = sqlite_home.folder / "policies"
    policies.mkdir()
    (policies / name).write_text(content)
    done = subprocess.run(
        [*SERVE, "--port", str(free_port())], env=sqlite_home.environment(KINDLING_POLICIES=str(policies)), cwd=ROOT,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert all(words in done.stderr for words in said), done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_model_stops_the_start_and_says_how_to_get_it(sqlite_home: Home) -> None:
    (sqlite_home.folder / "snapshots").unlink()
    done = subprocess.run(
        [*SERVE, "--port", str(free_port())], env=sqlite_home.environment(), cwd=ROOT, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) >= 2, "what is wrong, and what would be right"


def test_a_server_that_is_asked_to_stop_does_so_in_peace(home: Home) -> None:
    with serving(home) as (process, url):
        assert httpx.get(f"{url}/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in {0, -signal.SIGTERM}


def test_a_killed_server_has_every_event_it_said_yes_to(home: Home, database: Database) -> None:
    accepted: list[str] = []
    lock = threading.Lock()
    with serving(home) as (process, url):
        senders = [
            threading.Thread(target=_send, args=(url, home.token(), number, accepted, lock)) for number in range(4)
        ]
        for sender in senders:
            sender.start()
        end = time.monotonic() + 60
        while len(accepted) < 150 and time.monotonic() < end:
            time.sleep(0.02)
        process.kill()
        for sender in senders:
            sender.join()
    assert len(accepted) >= 150
    with database.read() as tx:
        assert Events(tx).known(accepted) == set(accepted)


def _send(url: str, token: str, number: int, accepted: list[str], lock: threading.Lock) -> None:
    """Send small batches until the server is gone, noting what was answered 2xx."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for batch in range(10_000):
            ids = [f"s{number}-b{batch}-e{item}" for item in range(5)]
            events = [
                {"event_id": ident, "kind": "like", "video_id": "video_001", "occurred_at": NOON.isoformat()}
                for ident in ids
            ]
            try:
                answer = client.post("/v1/events", json={"events": events})
            except httpx.HTTPError:
                return
            if answer.is_success:
                with lock:
                    accepted.extend(ids)
