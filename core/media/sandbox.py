"""Work on bytes that nobody vouches for, in a process of its own that can be spared.

A decoder that a file makes crash, spin or swell takes that process with it and nothing else. The process gets a bound
on memory, processor time, written bytes and wall-clock time, and an environment without our settings or secrets.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, Unavailable

_ANSWER_BYTES = 65_536
_WAIT_FOR_TURN_S = 20.0
# What numeric libraries read to decide on threads, each of which reserves address space.
_SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


class SandboxLimits(BaseModel):
    """What one process may use before it is ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_s: float = Field(default=30.0, gt=0, description="Longest that we wait.")
    cpu_s: int = Field(default=30, gt=0, description="Most processor time.")
    memory_bytes: int = Field(default=1_500_000_000, gt=0, description="Most address space.")
    file_bytes: int = Field(default=300_000_000, gt=0, description="Largest file that it may write.")


def run_apart(module: str, task: Mapping[str, Any], limits: SandboxLimits) -> dict[str, Any]:
    """Run ``python -m module`` on ``task`` (JSON) and return its answer; ``module`` calls ``answer``.

    Raises the ``InvalidInput`` that the process found, ``InvalidInput`` ``too_costly`` when it went past a limit or
    crashed, ``Unavailable`` when too many are at work already.
    """
    with _turn(), tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, json.dumps({"task": task, "limits": limits.model_dump()})],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(limits.wall_s)
        except subprocess.TimeoutExpired:
            raise _too_costly(f"Reading it took longer than {limits.wall_s:g} s.") from None
        finally:
            _end(process)
        out.seek(0)
        return _answer_of(out.read(_ANSWER_BYTES), process.returncode)


def answer(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Be the process: take the task from the command line, bound ourselves, do ``work``, print the answer."""
    given = json.loads(sys.argv[1])
    _bound(SandboxLimits.model_validate(given["limits"]))
    try:
        said: dict[str, Any] = {"done": work(given["task"])}
    except InvalidInput as error:
        said = {"refused": {name: getattr(error, name) for name in ("code", "detail", "field", "expected")}}
    except MemoryError:
        said = {"spent": "Reading it took more memory than we give."}
    sys.stdout.write(json.dumps(said))


def _bound(limits: SandboxLimits) -> None:
    for name, most in (
        (resource.RLIMIT_AS, limits.memory_bytes), (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_bytes), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        _, hard = resource.getrlimit(name)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(name, (allowed, allowed))


def _answer_of(out: bytes, returncode: int) -> dict[str, Any]:
    try:
        said = json.loads(out) if returncode == 0 else {}
    except ValueError:
        said = {}
    if "refused" in said:
        raise InvalidInput(**said["refused"])
    if "done" not in said:
        raise _too_costly(said.get("spent", "Reading it broke the reader, or used more than we give."))
    return dict(said["done"])


def _too_costly(why: str) -> InvalidInput:
    return InvalidInput(
        code="too_costly", detail=f"The file cannot be read within our limits. {why}", field="video",
        expected="A shorter or smaller file in a usual format (MP4 with H.264 and AAC).",
    )  # fmt: skip


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, **_SINGLE_THREADED, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and whatever it may have started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of a few places: reading uploads must not take the whole machine."""
    if not _turns.acquire(timeout=_WAIT_FOR_TURN_S):
        raise Unavailable(
            code="too_many_uploads", detail="Many uploads are being read just now.", expected="Try again in a moment."
        )
    try:
        yield
    finally:
        _turns.release()
