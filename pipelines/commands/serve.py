"""``kindling serve``: the API on one event loop, and the generation workers beside it."""

from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on; empty: KINDLING_HOST.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: KINDLING_PORT.")] = 0,
    workers: Annotated[int, typer.Option(min=-1, max=64, help="Generation workers; -1: KINDLING_WORKERS.")] = -1,
) -> None:
    """Serve the API and the pages, and start generation workers."""
    from core.settings import Settings
    from pipelines.commands.serving import serve

    settings = Settings()
    serve(host or settings.host, port or settings.port, settings.workers if workers < 0 else workers)
