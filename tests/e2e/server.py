"""Starting the server as its own process, as an operator would."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

_READY_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server process and its address."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop it, and wait until it and its worker are gone."""
        self.process.terminate()
        self.process.wait(30)


def start(home: Path) -> RunningServer:
    """Start a server with one worker on a free port, and return it once it answers."""
    port = _free_port()
    url = f"http://localhost:{port}"  # a name, not a number: passkeys belong to a name
    env = {
        **os.environ, "KINDLING_HOME": str(home), "KINDLING_DEMO": "true", "KINDLING_LOG_LEVEL": "WARNING",
        "KINDLING_PUBLIC_URL": url,
    }  # fmt: skip
    command = [sys.executable, "-m", "pipelines.commands.main", "serve", "--port", str(port), "--workers", "1"]
    running = RunningServer(url, subprocess.Popen(command, env=env))
    _wait_until_ready(running)
    return running


def _wait_until_ready(running: RunningServer) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if running.process.poll() is not None:
            raise RuntimeError(f"the server stopped at once, with code {running.process.returncode}")
        try:
            with urllib.request.urlopen(f"{running.url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    running.stop()
    raise RuntimeError(f"the server did not answer within {_READY_WITHIN_S} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
