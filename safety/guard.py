"""Detectors run on threads of their own: one that crashes, hangs or answers nonsense is a finding, never a pass.

Python cannot end a thread, so one whose work hangs is given up and another takes its place. After ``MOST_STUCK`` of
them the detector is out of order: it is not asked again until one of them comes back.
"""

import contextvars
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
MOST_STUCK = 4
_EACH_TEXT_S = 0.25  # a storyboard is read in some hundred ways


class TextDetector(Protocol):
    """What scores texts."""

    @property
    def revision(self) -> str:
        """Which model, for verdicts to record."""
        ...

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return a probability per category for each text."""
        ...

    def is_word(self, text: str) -> bool:
        """Return whether a lower-case word is known: what a cut between two texts may have split."""
        ...


@dataclass(slots=True)
class DetectorFault(Exception):
    """A detector gave no answer that can be used. ``kind`` is ``timed out``, ``out of order`` or ``bad answer``."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return self.detail


@dataclass(slots=True, eq=False)
class _Task(Generic[T]):
    work: Callable[[], T]
    done: threading.Event = field(default_factory=threading.Event)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    result: T | None = None
    error: BaseException | None = None
    running: bool = False
    given_up: bool = False

    def begin(self) -> bool:
        """Whether someone still waits for this; from now on it runs."""
        self.running = not self.given_up
        return self.running

    def run(self) -> None:
        try:
            self.result = self.context.run(self.work)
        except BaseException as error:  # handed to whoever waits
            self.error = error


class Guard:
    """Runs one kind of detector on at most ``threads`` threads, none for longer than its time."""

    def __init__(self, name: str, *, threads: int = 2, most_stuck: int = MOST_STUCK) -> None:
        self.name = name
        self._threads = threads
        self._most_stuck = most_stuck
        self._tasks: SimpleQueue[_Task[Any]] = SimpleQueue()
        self._lock = threading.Lock()
        self._alive = 0  # threads that take work
        self._open = 0  # calls that wait or run
        self._stuck = 0  # threads that were given up

    def call(self, work: Callable[[], T], timeout_s: float) -> T:
        """Return ``work()``, or raise what it raised.

        Raises ``DetectorFault`` when it takes longer than ``timeout_s`` (waiting included), or when too many before it
        never came back.
        """
        task: _Task[T] = _Task(work)
        self._enter(task)
        if not task.done.wait(timeout_s):
            self._give_up(task)
            raise DetectorFault("timed out", f"{self.name} did not answer within {timeout_s:g} s.")
        if task.error is not None:
            raise task.error
        return task.result  # type: ignore[return-value]

    def _enter(self, task: _Task[Any]) -> None:
        with self._lock:
            if self._stuck >= self._most_stuck:
                raise DetectorFault("out of order", f"{self.name} is out of order: {self._stuck} calls never returned.")
            self._open += 1
            self._tasks.put(task)
            self._staff()

    def _staff(self) -> None:
        """Start a thread if there is more to do than threads, up to the bound."""
        if self._alive < min(self._threads, self._open):
            self._start()

    def _start(self) -> None:
        self._alive += 1
        threading.Thread(target=self._serve, name=f"detector-{self.name}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            task = self._tasks.get()
            with self._lock:
                if not task.begin():
                    continue
            task.run()
            with self._lock:
                if task.given_up:  # it came back after all; its place is taken
                    self._stuck -= 1
                    return
                self._open -= 1
                task.done.set()

    def _give_up(self, task: _Task[Any]) -> None:
        with self._lock:
            if task.done.is_set():
                return
            task.given_up = True
            self._open -= 1
            if task.running:
                self._stuck += 1
                self._alive -= 1
            self._staff()


class GuardedTexts:
    """A text detector behind a guard: every answer has a finite probability for every category, or is a fault."""

    def __init__(
        self, detector: Callable[[], TextDetector], categories: Collection[str], *, timeout_s: float, threads: int = 2
    ) -> None:
        self._detector = detector
        self._categories = frozenset(categories)
        self._timeout_s = timeout_s
        self._guard = Guard("The text check", threads=threads)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return the detector's scores. Raises ``DetectorFault``, or what the detector raised."""
        detector = self._detector()
        timeout_s = self._timeout_s + _EACH_TEXT_S * (len(texts) - 1)
        answer = self._guard.call(lambda: detector.scores(texts), timeout_s)
        if len(answer) != len(texts):
            raise DetectorFault("bad answer", f"The text check answered {len(answer)} of {len(texts)} texts.")
        for scores in answer:
            check_scores(scores, self._categories)
        return answer


def check_scores(scores: Mapping[str, float], categories: Collection[str]) -> None:
    """Raise ``DetectorFault`` unless every category has a probability."""
    missing = sorted(set(categories) - scores.keys())
    if missing:
        raise DetectorFault("bad answer", f"The text check said nothing of {', '.join(missing[:3])}.")
    broken = sorted(name for name, score in scores.items() if not (isfinite(score) and 0 <= score <= 1))
    if broken:
        raise DetectorFault("bad answer", f"The text check's score for {', '.join(broken[:3])} is no probability.")
