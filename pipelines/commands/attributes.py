"""``kindling attributes``: what is kept of videos' mood, topics, pace and more."""

import typer

app = typer.Typer(no_args_is_help=True, help="Read videos' attributes again.")


@app.callback()
def group() -> None:
    """Read videos' attributes again."""


@app.command("recompute")
def recompute(
    everything: bool = typer.Option(False, "--all", help="Those that the heads in force have read, too."),
) -> None:
    """Read mood, topics, pace and more off every published video that other heads read, or none."""
    from core.settings import Settings
    from pipelines.online.rooms import open_rooms
    from pipelines.online.understanding import recompute_attributes

    rooms = open_rooms(Settings())
    count = recompute_attributes(rooms, everything=everything)
    typer.echo(f"Read {count} videos with attribute heads {rooms.ranking.attributes.revision}.")
    rooms.database.close()
