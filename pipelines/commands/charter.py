"""``kindling charter``: is life better for this? Check, see where it stands, sign."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from core.settings import Settings
    from core.storage.database import Database

app = typer.Typer(no_args_is_help=True, help="The charter: a majority looking back six months must be better off.")


@app.command()
def check() -> None:
    """Check the answers and write down what they show (run it daily). Exit 1 when this freezes ranking launches."""
    from core.records_charter import CharterAct
    from pipelines.offline.wellbeing.charter import check_charter

    with _open() as (settings, database, now):
        entry = check_charter(database, now, overrides=settings.policies)
    typer.echo(f"{entry.act}: {entry.reason}")
    for line in _lines(entry.figures):
        typer.echo(line)
    if entry.act == CharterAct.BROKEN:
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """Say where the charter stands, and show its log."""
    from core.storage.charter import CharterLog
    from pipelines.online.charter import standing_in
    from wellbeing.policy import load_charter

    with _open() as (settings, database, now), database.read() as tx:
        at_rest = standing_in(tx, load_charter(settings.policies), now)
        entries = CharterLog(tx).entries()
    typer.echo(f"{'FROZEN. ' if at_rest.is_frozen else ''}{at_rest.says}")
    for entry in entries[-20:]:
        typer.echo(f"{entry.at:%Y-%m-%d %H:%M} {entry.act:8s} {entry.by}: {entry.reason}")


@app.command()
def sign(
    token: Annotated[str, typer.Option(help="The signer's token with the scope charter:sign.")],
    reason: Annotated[str, typer.Option(help="Why launches may go on; others will read it.")],
) -> None:
    """Lift a freeze, in one's own name."""
    from core.clock import SystemClock
    from core.errors import NotAllowed
    from core.tokens import TokenVerifier, open_key
    from core.vocabulary import Scope
    from pipelines.online.charter import lift
    from wellbeing.policy import load_charter

    with _open() as (settings, database, now):
        verifier = TokenVerifier(
            open_key(settings.keys), issuer=settings.issuer, audience=settings.audience, clock=SystemClock()
        )
        claims = verifier.verify(token)
        if Scope.CHARTER_SIGN not in claims.scopes:
            raise NotAllowed(
                code="wrong_scope", detail="This token cannot sign.", expected=f"scope: {Scope.CHARTER_SIGN}"
            )
        policy = load_charter(settings.policies)
        lift(database, policy, by=claims.subject, reason=reason, now=now)
    typer.echo(f"Signed by {claims.subject}. Launches may go on for {policy.charter.lift_days} days.")


@contextmanager
def _open() -> "Iterator[tuple[Settings, Database, datetime]]":
    from core.clock import SystemClock
    from core.settings import Settings
    from core.storage.database import Database

    settings = Settings()
    database = Database(settings.resolved_database_url)
    try:
        yield settings, database, SystemClock().now()
    finally:
        database.close()


def _lines(figures: object) -> list[str]:
    if not isinstance(figures, dict):
        return []
    ways = {"as answered": figures["raw"], **figures["corrected"], "worst case": figures["worst_case"]}
    lines = [f"{figures['answers']} of {figures['people']} who could look back have answered."]
    for name, bound in ways.items():
        more = f"  worth {bound['effective_answers']} answers" if "effective_answers" in bound else ""
        lines.append(f"{name:20s} {bound['share']:.3f}  [{bound['low']:.3f}, {bound['high']:.3f}]{more}")
    return lines
