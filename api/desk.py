"""Judgements wait and run apart from everything else, so that a slow one delays no other request.

They have a few threads of their own. Of those that must wait there are at most so many: whoever comes after is told at
once to come back, rather than being answered when nobody listens any more.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.errors import LimitReached

T = TypeVar("T")
_RETRY_AFTER_S = 1


class JudgingDesk:
    """Runs at most ``threads`` judgements at once and lets ``waiting`` more wait; the rest get ``LimitReached``."""

    def __init__(self, *, threads: int, waiting: int) -> None:
        self._most = threads + waiting
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="judging")
        self._lock = threading.Lock()
        self._inside = 0

    async def judge(self, work: Callable[[], T]) -> T:
        """Return ``work()`` from one of the desk's threads, without holding up the event loop."""
        self._enter()
        future = self._pool.submit(contextvars.copy_context().run, work)
        # Counted until the work is over, even when nobody waits for it any longer.
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Take no more work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _enter(self) -> None:
        with self._lock:
            if self._inside >= self._most:
                raise LimitReached(
                    code="judging_busy",
                    detail="More is waiting to be judged than can be judged soon.",
                    expected="Send it again a little later; POST /v1/safety/batches takes what need not be judged now.",
                    retry_after_s=_RETRY_AFTER_S,
                )
            self._inside += 1

    def _leave(self, _done: "Future[T]") -> None:
        with self._lock:
            self._inside -= 1
