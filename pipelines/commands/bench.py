"""``kindling bench``: measure the demo city on this machine and print each figure beside its goal and a peer."""

from collections.abc import Iterable

import typer

from core.settings import Settings
from pipelines.offline.bench.figures import Figure, machine

app = typer.Typer(no_args_is_help=True, help="Measure speed against the goals.")


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""


@app.command("all")
def run_all() -> None:
    """Feed, moderation, rendering, cold start and memory, for the demo city in KINDLING_HOME."""
    from core.encoder import TextEncoder
    from generation.room import Generation
    from pipelines.offline.bench import measures
    from safety.room import Safety

    settings = Settings()
    typer.echo(f"On {machine()}.")
    encoder = TextEncoder(settings.models / "encoder", threads=1)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies)
    _show(measures.feed_over_http(settings))
    _show(measures.moderation(safety, encoder.encode_one))
    _show(measures.rendering(Generation.open(settings)))


def _show(figures: Iterable[Figure]) -> None:
    for figure in figures:
        goal = "" if figure.goal is None else f"  goal <= {figure.goal:g} {'met' if figure.met else 'MISSED'}"
        ratio = "" if figure.ratio is None else f"  {figure.ratio:.2f}x {figure.peer} ({figure.peer_value:.3g})"
        typer.echo(f"{figure.name:38} {figure.value:8.3g} {figure.unit:3}{goal}{ratio}")
