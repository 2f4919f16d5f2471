"""Work that misbehaves, for the sandbox's tests: ``python -m tests.core.unruly``."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from core.media.sandbox import answer


def _work(task: dict[str, Any]) -> dict[str, Any]:
    match task["way"]:
        case "sleep":
            time.sleep(60)
        case "spin":
            while True:
                pass
        case "swell":
            kept = bytearray(2_000_000_000)
            return {"size": len(kept)}
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "flood":
            Path(task["path"]).write_bytes(b"x" * 50_000_000)
        case "babble":
            print("not json" * 20_000)  # noqa: T201
        case "refuse":
            raise InvalidInput("bad_thing", "It is bad.", "video", "A good one.")
        case "raise":
            raise ZeroDivisionError
    return {"environment": sorted(os.environ)}


if __name__ == "__main__":
    answer(_work)
