"""``kindling worker``: make the films that people asked for."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

from core.settings import Settings


def command(
    once: Annotated[bool, typer.Option("--once", help="Make the films that wait now, then stop.")] = False,
    lease_s: Annotated[
        float, typer.Option(min=2, max=3600, help="Seconds without a sign of life after which a job goes to another.")
    ] = 30.0,
    ray: Annotated[
        bool,
        typer.Option("--ray", help="Work in actors on the Ray cluster at KINDLING_RAY_ADDRESS, or one started here."),
    ] = False,
    actors: Annotated[int, typer.Option(min=1, max=1024, help="Actors, with --ray.")] = 1,
    gpus: Annotated[float, typer.Option(min=0, max=8, help="GPUs of each actor, with --ray.")] = 0.0,
) -> None:
    """Take films to make and batches to judge from their queues. Stops cleanly on Ctrl-C or SIGTERM: work goes back."""
    from pipelines.online.working import run_on_ray

    settings = Settings()
    if not ray:
        _here(settings, once=once, lease_s=lease_s)
        return
    stopping = threading.Event()
    _when_told(stopping.set)
    taken = run_on_ray(settings, actors=actors, gpus=gpus, lease_s=lease_s, once=once, stopping=stopping)
    typer.echo(f"{taken} films were taken from the queue.")


def _here(settings: Settings, *, once: bool, lease_s: float) -> None:
    import cv2

    from pipelines.online.rooms import open_rooms
    from pipelines.online.working import Working

    # One film is drawn by one core; more workers use more cores.
    cv2.setNumThreads(1)
    rooms = open_rooms(settings)
    working = Working(rooms, lease_s)
    _when_told(working.stop)
    try:
        if not once:
            typer.echo("Waiting for films to make. Ctrl-C stops.")
        working.run(once=once)
    finally:
        rooms.database.close()


def _when_told(stop: Callable[[], None]) -> None:
    def told(_number: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
