"""A model that misbehaves on request, for tests of the host that runs models in processes of their own."""

import os
import time
from typing import Any


def open_model(greeting: str) -> Any:
    """Return a model that echoes, hangs, dies or fails, as it is asked to."""
    if greeting == "broken":
        raise ValueError("no such weights")

    def answer(question: str) -> Any:
        match question:
            case "hang":
                time.sleep(60)
            case "die":
                os._exit(1)
            case "fail":
                raise ZeroDivisionError
        return f"{greeting} {question}", os.getpid()

    return answer
