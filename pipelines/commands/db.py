"""``kindling db``: bring the database to the newest schema, or look where it stands."""

import typer

from core.settings import Settings
from core.storage.database import Database
from core.storage.migrate import current_revision, newest_revision
from core.storage.migrate import upgrade as run_upgrade

app = typer.Typer(no_args_is_help=True, help="The database's schema.")


@app.command()
def upgrade() -> None:
    """Run every migration that the database has not seen."""
    database = Database(Settings().resolved_database_url)
    run_upgrade(database)
    typer.echo(f"The database is at {current_revision(database)}.")


@app.command()
def status() -> None:
    """Say which schema the database has, and which this program writes."""
    database = Database(Settings().resolved_database_url)
    typer.echo(f"database: {current_revision(database) or 'empty'}\nprogram:  {newest_revision()}")
