"""``kindling audit``: prove the audit log whole."""

import typer

app = typer.Typer(no_args_is_help=True, help="The append-only, hash-chained audit log.")


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""


@app.command()
def verify() -> None:
    """Walk the whole chain; exit 1 naming the first entry that is missing, out of place or changed."""
    from core.audit import first_break
    from core.settings import Settings
    from core.storage.audit import AuditLog
    from core.storage.database import Database

    database = Database(Settings().resolved_database_url)
    try:
        with database.read() as tx:
            log = AuditLog(tx)
            problem, count = first_break(log.entries()), log.count()
    finally:
        database.close()
    if problem is not None:
        typer.secho(f"The audit log is broken: {problem}.", fg="red", err=True)
        raise typer.Exit(1)
    typer.echo(f"The audit log is whole: {count} entries.")
