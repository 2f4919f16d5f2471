"""Models that need torch, each in a process of its own: loaded there once, asked over a pipe, ended when they hang.

So no process that serves or renders ever imports torch for them, and a crash in a model is a failed detector.
"""

import multiprocessing
import threading
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from safety.guard import DetectorFault

_BYE = None
_END_S = 5.0


class ModelHost:
    """Runs one model: ``factory`` (``module:function``) is called with ``arguments`` there, and makes what answers.

    One question at a time; the process starts with the first, and ends with ours. After a fault the next question
    starts a new one.
    """

    def __init__(
        self, name: str, factory: str, arguments: Mapping[str, Any], *, timeout_s: float, load_timeout_s: float = 300.0
    ) -> None:
        self.name = name
        self._factory = factory
        self._arguments = dict(arguments)
        self._timeout_s = timeout_s
        self._load_timeout_s = load_timeout_s
        self._lock = threading.Lock()
        self._process: Any = None
        self._pipe: Connection | None = None

    def ask(self, question: Any) -> Any:
        """Return the model's answer. Raises ``DetectorFault`` when it fails, dies or does not answer in time."""
        with self._lock:
            try:
                pipe = self._opened()
                pipe.send(question)
                return self._answer(pipe, self._timeout_s, "did not answer within")
            except (EOFError, OSError) as error:
                self._end()
                raise DetectorFault("crashed", f"{self.name} died.") from error

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _opened(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(theirs, self._factory, self._arguments), name=self.name, daemon=True
            )
            self._process.start()
            theirs.close()
            self._pipe = ours
            self._answer(ours, self._load_timeout_s, "was not loaded within")
        return self._pipe

    def _answer(self, pipe: Connection, timeout_s: float, what: str) -> Any:
        if not pipe.poll(timeout_s):
            self._end()
            raise DetectorFault("timed out", f"{self.name} {what} {timeout_s:g} s.")
        worked, answer = pipe.recv()
        if not worked:
            raise DetectorFault("crashed", f"{self.name} failed: {answer}")
        return answer

    def _end(self) -> None:
        pipe, process, self._pipe, self._process = self._pipe, self._process, None, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(_END_S)


def _serve(pipe: Connection, factory: str, arguments: dict[str, Any]) -> None:
    """Be the process: load, say so, answer until nobody asks any more."""
    try:
        module, function = factory.split(":")
        model = getattr(import_module(module), function)(**arguments)
        pipe.send((True, None))
    except Exception as error:
        pipe.send((False, repr(error)))
        return
    while True:
        try:
            question = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            said = (True, model(question))
        except Exception as error:
            said = (False, repr(error))
        pipe.send(said)
