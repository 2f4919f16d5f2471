"""Stages of a long piece of work: a progress bar and a timing for each."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]


class Stages:
    """Shows a bar a stage (unless quiet) and remembers how long each took, in seconds."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.timings: dict[str, float] = {}
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, disable=quiet or not self._console.is_terminal,
        )  # fmt: skip
        self._says = not quiet and not self._console.is_terminal

    @contextmanager
    def shown(self) -> Iterator["Stages"]:
        """Show the bars for the length of the block."""
        with self._progress:
            yield self

    @contextmanager
    def stage(self, name: str, steps: int = 1) -> Iterator[Advance]:
        """Time one stage; the block calls what it is given with the number of steps that were done."""
        bar = self._progress.add_task(name, total=max(steps, 1))
        started = time.perf_counter()

        def advance(done: int = 1) -> None:
            self._progress.advance(bar, done)

        yield advance
        self._progress.update(bar, completed=max(steps, 1))
        self.timings[name] = round(time.perf_counter() - started, 2)
        if self._says:  # a log file gets a line a stage instead of a bar
            self._console.print(f"{name}: {self.timings[name]} s")
