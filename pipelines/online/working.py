"""A worker's whole life: films, batches to judge, and webhooks. The same in a process and in a Ray actor."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.settings import Settings
from pipelines.online.queue import LEASE_S, make_worker, worker_name
from pipelines.online.rooms import Rooms, open_rooms
from pipelines.online.safety_batches import BatchWorker
from pipelines.online.webhooks import deliver_due, keep_delivering

_LOOK_EVERY_S = 1.0


@dataclass(slots=True)
class Working:
    """Makes films until told to stop, or with ``once`` until none waits. ``stop`` may be called from anywhere."""

    rooms: Rooms
    lease_s: float = LEASE_S
    _stopping: threading.Event = field(default_factory=threading.Event)
    _stop_worker: Callable[[], None] = lambda: None

    def stop(self) -> None:
        """Ask it to stop: a job in hand goes back to the queue."""
        self._stopping.set()
        self._stop_worker()

    def run(self, *, once: bool = False) -> int:
        """Work; return how many times films were taken from the queue (with ``once``).

        Of processes that make each film together (``torchrun``), the first works, and the others follow it.
        """
        if self.rooms.generation.follow():
            return 0
        try:
            return self._run(once=once)
        finally:
            self.rooms.generation.dismiss()

    def _run(self, *, once: bool) -> int:
        worker = make_worker(self.rooms, lease_s=self.lease_s)
        batches = BatchWorker(self.rooms, worker_name(), lease_s=self.lease_s, stopping=self._stopping)
        self._stop_worker = worker.stop
        if self._stopping.is_set():
            return 0
        if once:
            taken = 0
            while not self._stopping.is_set() and worker.run_once():
                taken += 1
            while not self._stopping.is_set() and batches.run_once():
                pass
            deliver_due(self.rooms)
            return taken
        postman = threading.Thread(target=keep_delivering, args=(self.rooms, self._stopping), name="webhooks")
        judge = threading.Thread(target=batches.run_forever, name="safety-batches")
        postman.start()
        judge.start()
        try:
            worker.run_forever()
        finally:
            self._stopping.set()
            postman.join()
            judge.join()
        return 0


class RayWorker:
    """``Working`` as an actor: it opens its rooms where it runs, from settings that hold on every machine."""

    def __init__(self, settings: Settings, lease_s: float) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._working = Working(open_rooms(settings), lease_s)

    def run(self, once: bool) -> int:
        """Work until told to stop, or until none waits."""
        return self._working.run(once=once)

    def stop(self) -> None:
        """Ask it to stop."""
        self._working.stop()


def run_on_ray(
    settings: Settings, *, actors: int, gpus: float, lease_s: float, once: bool, stopping: threading.Event
) -> int:
    """Run ``actors`` workers on a Ray cluster until ``stopping`` is set; return what they took from the queue.

    The cluster is ``settings.ray_address``; without one, Ray starts on this machine. An actor that dies is started
    again, and the film it held goes to whoever is free when its lease is over, as with processes.
    """
    import ray

    ray.init(
        address=settings.ray_address or "local",
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    try:
        kind: Any = ray.remote(RayWorker)
        kind = kind.options(num_cpus=1, num_gpus=gpus, max_concurrency=2, max_restarts=-1, max_task_retries=-1)
        everywhere = settings.model_copy(update={"home": settings.home.absolute()})
        workers = [kind.remote(everywhere, lease_s) for _ in range(actors)]
        running = [worker.run.remote(once) for worker in workers]
        waiting = list(running)
        while waiting and not stopping.is_set():
            _, waiting = ray.wait(waiting, num_returns=len(waiting), timeout=_LOOK_EVERY_S)
        ray.get([worker.stop.remote() for worker in workers])
        return sum(ray.get(running))
    finally:
        ray.shutdown()
