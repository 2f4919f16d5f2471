"""``kindling policy backtest | shadow``: try a policy on the past, and beside the present, without effect."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.policy_life import By, Why

if TYPE_CHECKING:
    from rich.console import Console

    from core.storage.shadows import Shadow, Shadows
    from pipelines.offline.moderation.backtest import Backtest

_MOST_KINDS, _MOST_CREATORS = 40, 10


shadow = typer.Typer(no_args_is_help=True, help="A candidate beside the policy in force, without effect.")


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


@shadow.command()
def start(
    policy: Annotated[Path, typer.Argument(help="The candidate's file.", exists=True, dir_okay=False)],
    by: By,
    reason: Why,
    classifier: Annotated[
        Path | None, typer.Option(help="Folder of a candidate text classifier; every server must have it.")
    ] = None,
) -> None:
    """Let a candidate judge beside the policy in force, from the next request on."""
    from core.artifacts import open_artifact
    from core.clock import SystemClock
    from pipelines.commands.policy_sources import opened
    from pipelines.online.policy_life import Signed
    from pipelines.online.policy_shadow import start_shadow
    from safety.text.classifier import ARTIFACT_NAME, ARTIFACT_SCHEMA

    if classifier is not None:
        open_artifact(classifier, name=ARTIFACT_NAME, schema_version=ARTIFACT_SCHEMA)
    folder = "" if classifier is None else str(classifier.absolute())
    with opened() as (_, database, filed):
        text, signed = policy.read_text(encoding="utf-8"), Signed(by, reason, SystemClock().now())
        begun = start_shadow(database, filed, text, str(policy), signed, folder)
    typer.echo(f"{begun.id}: revision {begun.revision[:16]} judges beside, without effect.")


@shadow.command()
def stop(by: By) -> None:
    """Stop the candidate that runs beside."""
    from core.clock import SystemClock
    from pipelines.commands.policy_sources import opened
    from pipelines.online.policy_shadow import stop_shadow

    with opened() as (_, database, _filed):
        typer.echo(f"{stop_shadow(database, by, SystemClock().now())} has stopped.")


@shadow.command()
def report(
    ident: Annotated[str, typer.Argument(help="Which shadow; the newest if left out.")] = "",
) -> None:
    """Show how often a candidate would have said something else, where, and by which rules."""
    from rich.console import Console

    from core.errors import not_found
    from core.storage.shadows import Shadows
    from pipelines.commands.policy_sources import opened

    with opened() as (_, database, _filed), database.read() as tx:
        found = Shadows(tx).find(ident) if ident else Shadows(tx).newest()
        if found is None:
            raise not_found("shadow", ident or "at all")
        _show_shadow(Console(), found, Shadows(tx))


def _show_shadow(console: "Console", found: "Shadow", shadows: "Shadows") -> None:
    from collections import Counter

    from rich.table import Table

    from core.vocabulary import Outcome

    counts = shadows.counts(found.id)
    apart = {key: count for key, count in counts.items() if key[2] != key[3]}
    until = "still running" if found.stopped_at is None else f"until {found.stopped_at:%Y-%m-%d %H:%M}"
    console.print(f"{found.id}: {found.revision[:16]}, from {found.started_at:%Y-%m-%d %H:%M}, {until}.")
    total = sum(counts.values())
    console.print(f"{total:,} judged, {sum(apart.values()):,} of them otherwise.", end=" ")
    console.print(f"{found.dropped:,} dropped for want of time, {found.failed:,} the candidate could not judge.")
    table = Table("surface", "audience", "live -> candidate", "", "count")
    for (surface, audience, live, candidate), count in sorted(apart.items(), key=lambda item: -item[1]):
        way = "stricter" if Outcome[candidate.upper()] > Outcome[live.upper()] else "looser"
        table.add_row(surface, audience, f"{live} -> {candidate}", way, f"{count:,}")
    console.print(table)
    rules = Counter((item.live_rule or "-", item.candidate_rule or "-") for item in shadows.disagreements(found.id))
    by_rule = Table("live rule", "candidate's rule", "of those kept")
    for (old, new), count in rules.most_common(20):
        by_rule.add_row(old, new, f"{count:,}")
    console.print(by_rule)
