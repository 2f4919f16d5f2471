"""A real server on a copy of the demo city, so that a benchmark leaves the city as it was."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from core.errors import NotFound
from core.settings import Settings

_START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server process, its address and how long it took until the first answer."""

    url: str
    pid: int
    cold_start_s: float
    home: Path


@contextmanager
def copy_of_city(settings: Settings) -> Iterator[Path]:
    """Give a copy of the demo city's home without its media. Raises ``NotFound`` if no city is built."""
    source = settings.home / "kindling.db"
    if not source.exists():
        raise NotFound(code="no_city", detail="There is no demo city here.", expected="Run `make demo` first.")
    with TemporaryDirectory() as folder:
        home = Path(folder)
        with sqlite3.connect(source) as old, sqlite3.connect(home / "kindling.db") as new:
            old.backup(new)
        for part in ("models", "snapshots", "keys"):
            shutil.copytree(settings.home / part, home / part)
        yield home


@contextmanager
def running_server(home: Path, media_url: str) -> Iterator[RunningServer]:
    """Start one server worker without generation workers, wait for its first answer, stop it afterwards."""
    port = _free_port()
    environment = os.environ | {
        "KINDLING_HOME": str(home),
        "KINDLING_MEDIA_URL": media_url,
        "KINDLING_PORT": str(port),
        "KINDLING_WORKERS": "0",
        "KINDLING_LOG_LEVEL": "WARNING",
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.commands.main", "serve"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, process)
        yield RunningServer(url, process.pid, time.perf_counter() - start, home)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + _START_TIMEOUT_S
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            told = process.stderr.read().decode() if process.stderr else ""
            raise RuntimeError(f"the server stopped at once:\n{told}")
        try:
            httpx.get(f"{url}/healthz", timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"no answer from the server in {_START_TIMEOUT_S:.0f} s")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
