"""``kindling eval``: measure what is served, on files of one's own."""

import typer

from pipelines.commands import evaluate_moderation

app = typer.Typer(no_args_is_help=True, help="Measure what is served.")
app.command("moderation")(evaluate_moderation.command)


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""
