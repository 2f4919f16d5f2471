"""What the diffusers backend adds to the bare pipeline, as a ratio: ``python -m tests.benchmarks.diffusers_overhead``.

Tiny random weights on one thread: the pipeline's own share is as small as it can be, so no ratio is worse.
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any
from unittest.mock import patch

from tests.generation.diffusion_kit import LTX2, SHORT, backend_of, made, small_board
from tests.generation.tiny_ltx2 import tiny_pipeline
from tests.generation.tiny_pipelines import tiny_cogvideox, tiny_wan

_KINDS: tuple[tuple[Callable[[], Any], dict[str, Any]], ...] = (
    (tiny_pipeline, LTX2),
    (tiny_wan, SHORT),
    (tiny_cogvideox, SHORT),
)


def ratios(times: int = 9, steps: int = 8) -> Iterator[tuple[str, float, float]]:
    """Yield each pipeline's class, the processor seconds of a film by the bare pipeline, and ours as a multiple.

    The best of each counts, and the two take turns: whatever else the machine does weighs little.
    """
    import torch

    torch.set_num_threads(1)
    board = small_board()
    for build, call in _KINDS:
        pipeline = build()
        backend = backend_of(pipeline, steps=steps, call=call)
        given = _recorded(pipeline, partial(made, backend, board))
        bare = ours = float("inf")
        for _ in range(times):
            bare = min(bare, _seconds(partial(pipeline, **given)))
            ours = min(ours, _seconds(partial(made, backend, board)))
        yield type(pipeline).__name__, bare, ours / bare


def _recorded(pipeline: Any, make: Callable[[], object]) -> dict[str, Any]:
    """Return what the backend gives the pipeline for a film; nobody listens to the steps of the bare call."""
    kind = type(pipeline)
    given: dict[str, Any] = {}
    call = kind.__call__

    @wraps(call)
    def noting(self: Any, **arguments: Any) -> Any:
        given.update(arguments)
        return call(self, **arguments)

    with patch.object(kind, "__call__", noting):
        make()
    return {name: value for name, value in given.items() if name != "callback_on_step_end"}


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name, seconds, ratio in ratios():
        sys.stdout.write(f"{name}: {seconds * 1000:.0f} ms by the bare pipeline, {ratio:.2f} times that by ours\n")
