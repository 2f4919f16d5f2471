"""``kindling worker``: make the films that people asked for."""

import signal
from types import FrameType
from typing import Annotated

import typer


def command(
    once: Annotated[bool, typer.Option("--once", help="Make the films that wait now, then stop.")] = False,
    lease_s: Annotated[
        float, typer.Option(min=2, max=3600, help="Seconds without a sign of life after which a job goes to another.")
    ] = 30.0,
) -> None:
    """Take generation jobs from the queue. Stops cleanly on Ctrl-C or SIGTERM: a job in hand goes back."""
    import cv2

    from core.settings import Settings
    from pipelines.online.queue import make_worker
    from pipelines.online.rooms import open_rooms

    # One film is drawn by one core; more workers use more cores.
    cv2.setNumThreads(1)
    rooms = open_rooms(Settings())
    worker = make_worker(rooms, lease_s=lease_s)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        if once:
            while worker.run_once():
                pass
        else:
            typer.echo("Waiting for films to make. Ctrl-C stops.")
            worker.run_forever()
    finally:
        rooms.database.close()
