"""Runs a ``kindling`` command as a child that never outlives its parent: ``python -m pipelines.commands.child worker``.

The parent holds the other end of standard input and never writes to it. However the parent ends, even killed, the end
of the pipe closes, and the child asks itself to stop as SIGTERM would.
"""

import os
import signal
import threading

from pipelines.commands.main import main


def _stop_with_parent() -> None:
    # Not through `sys.stdin`: its lock, held by a waiting thread, would stop the interpreter from ending.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_parent, name="parent-watch", daemon=True).start()
    main()
