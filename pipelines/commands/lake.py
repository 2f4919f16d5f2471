"""``kindling lake``: the event log as Parquet."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The event log as Parquet, for DuckDB and polars.")


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""


@app.command()
def export(
    to: Annotated[Path | None, typer.Option(help="Folder of the lake; by default `lake` inside KINDLING_HOME.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Write settled days again too.")] = False,
) -> None:
    """Write events and impressions as Parquet, one folder a day. Repeat it as often as you like."""
    from core.clock import SystemClock
    from core.settings import Settings
    from core.storage.database import Database
    from pipelines.offline.lake import export_lake, lake_days
    from pipelines.offline.stages import Stages

    settings = Settings()
    lake = to or settings.home / "lake"
    database = Database(settings.resolved_database_url)
    stages = Stages()
    try:
        with stages.shown(), stages.stage("Days", len(lake_days(database))) as advance:
            exported = export_lake(database, lake, SystemClock().now(), again=again, done=lambda: advance(1))
    finally:
        database.close()
    typer.echo(
        f"{lake}: wrote {exported.rows} rows of {exported.days} days; {exported.already} days were there already."
    )
