"""Hears of every denoising step: tells the progress, and stops the pipeline when nobody wants the film any more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from generation.backends import GenerationCancelled, Take
from generation.diffusion.face import Face


class Steps:
    """Counts the steps of all calls of a film, or of several films that are made side by side.

    ``agree`` makes one answer of all processes that make them together: after every step, whether to stop.
    """

    def __init__(self, calls: int, steps: int, agree: Callable[[bool], bool] = bool) -> None:
        self._agree = agree
        self._calls, self._steps = max(1, calls), max(1, steps)
        self._takes: Sequence[Take] = ()
        self._call = 0
        self._in_call = 0

    def told(self, takes: Sequence[Take]) -> None:
        """Say whose films the next calls make: they hear of its steps, and may stop it."""
        self._takes = takes

    def begin_call(self) -> None:
        """Note that a call begins. Raises ``GenerationCancelled`` when none of its films is wanted any more."""
        if self._is_unwanted():
            raise GenerationCancelled

    def end_call(self) -> None:
        """Note that a call is over."""
        self._call += 1
        self._in_call = 0

    def _is_unwanted(self) -> bool:
        return bool(self._takes) and all(take.cancelled() for take in self._takes)

    def after(self, pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """Handle the end of a step, as diffusers' ``callback_on_step_end``."""
        if self._agree(self._is_unwanted()):
            # The flag is the pipeline's own way to stop; raising as well spares decoding what nobody will see.
            pipeline._interrupt = True
            raise GenerationCancelled
        self._tell(step + 1)
        return tensors

    def _tell(self, steps: int) -> None:
        self._in_call = min(self._steps, max(self._in_call, steps))
        share = min(99, int(100 * (self._call + self._in_call / self._steps) / self._calls))
        for take in self._takes:
            take.progress(share)

    @contextmanager
    def heard(self, pipeline: Any, face: Face) -> Iterator[dict[str, Callable[..., Any]]]:
        """Listen for the time of one call; yields the arguments that make the pipeline tell.

        A pipeline without ``callback_on_step_end`` is heard through its progress bar, which every pipeline moves.
        """
        if face.takes("callback_on_step_end"):
            yield {"callback_on_step_end": self.after}
            return
        pipeline.progress_bar = lambda iterable=None, **_: _Bar(self, pipeline, iterable)
        try:
            yield {}
        finally:
            del pipeline.progress_bar


class _Bar:
    """Stands where a pipeline has its progress bar."""

    def __init__(self, steps: Steps, pipeline: Any, iterable: Iterable[Any] | None) -> None:
        self._steps, self._pipeline, self._iterable = steps, pipeline, iterable
        self._done = 0

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        for item in self._iterable or ():
            yield item
            self.update()

    def update(self, count: int = 1) -> None:
        """Handle steps that are done."""
        self._done += count
        self._steps.after(self._pipeline, self._done - 1, None, {})

    def set_postfix(self, *_: object, **__: object) -> None:
        """Do nothing: nobody looks at the bar."""
