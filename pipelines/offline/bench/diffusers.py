"""What the diffusers backend adds to the bare pipeline, as a ratio.

Tiny random weights on one thread: the pipeline's own share is as small as it can be, so no ratio is worse.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from importlib.util import find_spec
from typing import Any

from generation.backends import Take
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import DiffusersConfig
from generation.parsing import parse
from generation.storyboard import Storyboard
from pipelines.offline.bench.figures import Figure
from pipelines.offline.bench.tiny_ltx2 import tiny_pipeline
from pipelines.offline.bench.tiny_wan import LTX2, SHORT, tiny_cogvideox, tiny_wan

NEEDS = ("torch", "diffusers", "transformers")
_KINDS: tuple[tuple[Callable[[], Any], dict[str, Any]], ...] = (
    (tiny_pipeline, LTX2),
    (tiny_wan, SHORT),
    (tiny_cogvideox, SHORT),
)


def is_installed() -> bool:
    """Whether what the diffusers backend needs is there. Imports nothing."""
    return all(find_spec(name) is not None for name in NEEDS)


def overhead(*, steps: int, times: int = 9) -> Iterator[Figure]:
    """Yield for each pipeline the processor seconds of a film of ours, beside those of the same bare call.

    The best of ``times`` counts, and the two take turns: whatever else the machine does weighs little.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for build, call in _KINDS:
                yield _beside_bare(build(), call, steps, times)
    finally:
        torch.set_num_threads(threads)


def _beside_bare(pipeline: Any, call: dict[str, Any], steps: int, times: int) -> Figure:
    backend = DiffusersBackend(DiffusersConfig(model="tiny", steps=steps, call=call), read=lambda _: pipeline)
    make = partial(_made, backend, _board())
    with _noted(type(pipeline)) as given:
        make()
    # Nobody listens to the steps of the bare call.
    arguments = {name: value for name, value in given.items() if name != "callback_on_step_end"}
    bare = ours = float("inf")
    for _ in range(times):
        bare = min(bare, _seconds(partial(pipeline, **arguments)))
        ours = min(ours, _seconds(make))
    name = f"diffusers {type(pipeline).__name__}, tiny, a film"
    return Figure(name, ours, "s", peer="the bare pipeline", peer_value=bare)


def _board() -> Storyboard:
    board = parse("a ball on the sea", seconds=1, width=64, height=66, seed=5, style="cinematic")
    return board.model_copy(update={"fps": 8})


def _made(backend: DiffusersBackend, board: Storyboard) -> None:
    film = backend.generate_take(Take(board, {}, lambda _: None, lambda: False), "tiny")
    for _ in film.frames:
        pass


@contextmanager
def _noted(kind: Any) -> Iterator[dict[str, Any]]:
    """Give the arguments that pipelines of this class were last called with inside the block."""
    given: dict[str, Any] = {}
    call = kind.__call__

    @wraps(call)
    def noting(self: Any, **arguments: Any) -> Any:
        given.update(arguments)
        return call(self, **arguments)

    kind.__call__ = noting
    try:
        yield given
    finally:
        kind.__call__ = call


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
