"""``kindling policy activate | rollback | history``: what holds, from the next request of every server on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.storage.database import Database
    from safety.policy import ModerationPolicy

By = Annotated[str, typer.Option(help="Who answers for this; it is audited.")]
Why = Annotated[str, typer.Option(help="Why; it is audited, and others will read it.")]


def activate(
    policy: Annotated[Path, typer.Argument(help="The policy file, reviewed.", exists=True, dir_okay=False)],
    by: By,
    reason: Why,
) -> None:
    """Let a policy file hold from the next request on; refused unless every proof holds."""
    from core.clock import SystemClock
    from pipelines.commands.policy_sources import opened
    from pipelines.online.policy_life import Signed
    from pipelines.online.policy_life import activate as let_hold

    with opened() as (_, database, filed):
        signed = Signed(by, reason, SystemClock().now())
        change = let_hold(database, filed, policy.read_text(encoding="utf-8"), str(policy), signed)
        typer.echo(f"Revision {change.revision[:16]} holds from the next request on.")
        _follow(database, filed)


def rollback(
    by: By,
    reason: Why,
    to: Annotated[str, typer.Option(help="A version or the start of a revision; the one before if left out.")] = "",
) -> None:
    """Let an earlier policy hold again, from the next request on."""
    from core.clock import SystemClock
    from pipelines.commands.policy_sources import opened
    from pipelines.online.policy_life import Signed
    from pipelines.online.policy_life import rollback as go_back

    with opened() as (_, database, filed):
        change = go_back(database, Signed(by, reason, SystemClock().now()), to)
        typer.echo(f"Revision {change.revision[:16]} holds again, from the next request on.")
        _follow(database, filed)


def _follow(database: "Database", filed: "ModerationPolicy") -> None:
    """Let what is published already follow, and say what that came to."""
    from pipelines.online.feed_policy import follow_policy

    done = follow_policy(database, filed)
    typer.echo(f"Of {done.looked_at:,} videos, {done.changed:,} may now be shown to fewer or more people.")
    if done.without_scores:
        typer.echo(f"{done.without_scores:,} have no stored scores: they follow when they are published anew.")


def history() -> None:
    """Show every change of what holds: who, when, why, and what it replaced."""
    from pipelines.commands.policy_sources import opened
    from pipelines.online.policy_life import history as changes_of

    with opened() as (_, database, filed), database.read() as tx:
        changes = changes_of(tx)
    if not changes:
        typer.echo(f"Nothing was ever activated: the policy file {filed.version} holds.")
    for change, version in changes:
        was = f", replacing {change.replaced[:16]}" if change.replaced else ""
        typer.echo(f"{change.at:%Y-%m-%d %H:%M} {change.act:11s} {version.version} ({change.revision[:16]}{was})")
        typer.echo(f"    {change.by}: {change.reason}")
