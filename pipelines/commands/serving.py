"""The processes of one machine: a server, and generation workers that are started again when they die."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
import typer
import uvicorn

APP = "api.app:create_app"
WORKER = (sys.executable, "-m", "pipelines.commands.child", "worker")
_GRACE_S = 10.0
_LOOK_EVERY_S = 1.0
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_STEADY_AFTER_S = 120.0

_log = structlog.get_logger("kindling.serve")


def serve(host: str, port: int, workers: int) -> None:
    """Serve until SIGINT or SIGTERM. Policies and models are checked first; ``KindlingError`` if one is broken."""
    # Read when NumPy is first imported. A page's matrices are small: waking a second thread for each costs more than it
    # brings, and a page took 40 ms instead of 25 on two cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    config = uvicorn.Config(
        APP,
        factory=True,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(_GRACE_S),
    )
    config.load()
    pool = WorkerPool(workers)
    server = _Server(config, pool)
    server.run()
    if not server.started:
        raise typer.Exit(3)


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and has workers as long as it runs."""

    def __init__(self, config: uvicorn.Config, pool: "WorkerPool") -> None:
        super().__init__(config)
        self._pool = pool

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Listen, start the workers, and say where."""
        await super().startup(sockets)
        if self.started:
            self._pool.start()
            typer.echo(f"Kindling is ready at http://{self._address()}")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Let requests in flight finish, then stop the workers."""
        await super().shutdown(sockets)
        self._pool.stop()

    def _address(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(slots=True)
class _Slot:
    """One worker's place: its process, and how long to wait before another try."""

    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    not_before: float = 0.0


@dataclass(slots=True)
class WorkerPool:
    """Keeps ``size`` generation workers running; one that dies is started again, more slowly each time."""

    size: int
    command: tuple[str, ...] = WORKER
    _slots: list[_Slot] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    def start(self) -> None:
        """Start the workers and watch them."""
        if not self.size:
            return
        self._slots = [_Slot() for _ in range(self.size)]
        self._watcher = threading.Thread(target=self._watch, name="workers", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Ask the workers to stop, and end those that do not. What they were rendering is taken up later."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
        running = [slot.process for slot in self._slots if slot.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = monotonic() + _GRACE_S
        for process in running:
            _end(process, deadline)

    def _watch(self) -> None:
        while True:
            for slot in self._slots:
                self._look_after(slot, monotonic())
            if self._stopping.wait(_LOOK_EVERY_S):
                return

    def _look_after(self, slot: _Slot, now: float) -> None:
        if slot.process is not None and slot.process.poll() is not None:
            _log.warning("worker_died", code=slot.process.returncode, pid=slot.process.pid)
            _end(slot.process, now)
            steady = now - slot.started_at > _STEADY_AFTER_S
            slot.pause_s = _FIRST_PAUSE_S if steady else min(slot.pause_s * 2, _LONGEST_PAUSE_S)
            slot.process, slot.not_before = None, now + slot.pause_s
        if slot.process is None and now >= slot.not_before:
            # The pipe is never written to: its end tells the worker that this process is gone.
            slot.process, slot.started_at = subprocess.Popen(self.command, stdin=subprocess.PIPE), now


def _end(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0.0, deadline - monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()
