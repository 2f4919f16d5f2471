"""Workers live as long as their server: started again when they die, and never left behind."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.commands.serving import WorkerPool

# Adds a line with its process id to a file, and waits for its end.
NOTES = "import os,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
# Dies with its parent in the way that `pipelines.commands.child` does.
CHILD = "import pipelines.commands.child as c; c._stop_with_parent()"


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def lines(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_workers_are_started_again_when_they_die_and_stopped_with_the_pool(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    pool = WorkerPool(2, (sys.executable, "-c", NOTES, str(notes)))
    pool.start()
    try:
        until(lambda: len(lines(notes)) == 2, "two workers start")
        subprocess.run(["kill", "-9", str(lines(notes)[0])], check=True)
        until(lambda: len(lines(notes)) == 3, "the dead one is replaced")
    finally:
        pool.stop()
    assert not any(is_running(pid) for pid in lines(notes))


def test_a_pool_of_none_starts_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    pool = WorkerPool(0, ("touch", str(started)))
    pool.start()
    time.sleep(0.5)
    pool.stop()
    assert not started.exists()


def test_a_child_stops_when_its_parent_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(30) == -15
