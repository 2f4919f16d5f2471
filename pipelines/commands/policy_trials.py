"""``kindling policy backtest | shadow``: try a policy on the past, and beside the present, without effect."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.offline.moderation.backtest import Backtest

_MOST_KINDS, _MOST_CREATORS = 40, 10


def backtest(
    policy: Annotated[str, typer.Option(help="The candidate: a file, a version, or the start of a revision.")],
    against: Annotated[str, typer.Option(help="What it is compared with.")] = "live",
    since: Annotated[datetime | None, typer.Option(help="Only decisions from this UTC day or moment on.")] = None,
    sample: Annotated[float, typer.Option(min=0.0001, max=1.0, help="Share of the history, the same each time.")] = 1.0,
) -> None:
    """Decide the whole stored history again under a candidate; exit 1 if any decision about a minor gets milder."""
    from rich.console import Console

    from core.storage.decision_history import DecisionHistory
    from pipelines.commands.policy_sources import named_policy, opened
    from pipelines.offline.moderation.backtest import backtest as decide_again

    before, after = named_policy(against), named_policy(policy)
    moment = None if since is None else since.replace(tzinfo=UTC)
    with opened() as (_, database, _filed):
        with database.read() as tx:
            total = DecisionHistory(tx).count(moment)
        with typer.progressbar(length=total, label="Deciding again") as bar:
            done = decide_again(database, before, after, since=moment, sample=sample, progress=bar.update)
    _show(Console(), done)
    if done.looser_for_minors:
        raise typer.Exit(1)


def _show(console: "Console", done: "Backtest") -> None:
    from rich.table import Table

    pace = done.decisions / max(done.seconds, 1e-9) * 60
    console.print(f"{done.before.version} -> {done.after.version}: {done.decisions:,} decisions, {pace:,.0f} a minute.")
    console.print(f"{done.flipped:,} flip; {done.looser_for_minors:,} about people under 18 get milder.")
    if done.stored_otherwise:
        console.print(f"{done.stored_otherwise:,} were decided otherwise at the time, under older policies.")
    for title, by in (("By category", "category"), ("By surface", "surface"), ("By audience", "audience")):
        table = Table(by, "stricter", "looser", title=title)
        for name, stricter, looser in done.by(by):
            table.add_row(name or "-", f"{stricter:,}", f"{looser:,}")
        console.print(table)
    kinds = Table("category", "surface", "audience", "change", "count", "examples", title="What flips")
    for row in done.flips.head(_MOST_KINDS).to_dicts():
        change, count = f"{row['before']} -> {row['after']}", f"{row['count']:,}"
        kinds.add_row(row["category"], row["surface"], row["audience"], change, count, " ".join(row["examples"][:2]))
    console.print(kinds)
    creators = Table("creator", "stricter", "looser", title="Whose work is touched most")
    for person, stricter, looser in done.creators.head(_MOST_CREATORS).iter_rows():
        creators.add_row(person, f"{stricter:,}", f"{looser:,}")
    console.print(creators)
