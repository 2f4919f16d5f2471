"""``kindling policy``: check, compare and try the moderation policy, and change what holds."""

from collections.abc import Iterator
from pathlib import Path

import typer

from core.errors import InvalidInput
from core.settings import Settings
from core.vocabulary import Audience, Surface
from pipelines.commands import policy_life, policy_trials
from pipelines.commands.policy_sources import named_policy
from safety.film.policy import load_film_policy
from safety.likeness import load_likeness_policy
from safety.policy import JUDGED, ModerationPolicy, Rule, load_moderation_policy, read_moderation_policy
from safety.policy_diff import cell_changes, effect_on_minors, other_changes, told

app = typer.Typer(no_args_is_help=True, help="Check, compare and try policies, and change what holds.")
app.command()(policy_life.activate)
app.command()(policy_life.rollback)
app.command()(policy_life.history)
app.command()(policy_trials.backtest)
app.add_typer(policy_trials.shadow, name="shadow")


@app.command()
def check(
    path: Path | None = typer.Argument(
        None, help="A moderation policy file, or a folder of policy files; what KINDLING_POLICIES says if left out."
    ),
) -> None:
    """Load every safety policy and prove its invariants; exit 2 with file, key and remedy if one does not hold."""
    if path is not None and path.is_file():
        _sound(read_moderation_policy(path))
    else:
        overrides = path or Settings().policies
        for load in (load_likeness_policy, load_film_policy):
            policy = load(overrides)
            typer.echo(f"{policy.policy.name} {policy.version}: sound")
        _sound(load_moderation_policy(overrides))


def _sound(policy: ModerationPolicy) -> None:
    typer.echo(f"{policy.policy.name} {policy.version}: sound")
    cells = len(JUDGED) * len(Surface) * len(Audience)
    typer.echo(f"All {cells} cells are covered; no minor is judged more loosely than an adult.")


@app.command()
def diff(
    before: str = typer.Argument(help="A file, a version, the start of a revision, 'live' or 'file'."),
    after: str = typer.Argument(help="Likewise."),
) -> None:
    """Say in words what changes from one policy to another, with the effect on people under 18 first."""
    old, new = named_policy(before), named_policy(after)
    changes = cell_changes(old, new)
    typer.echo(f"{old.version} ({old.threshold_revision}) -> {new.version} ({new.threshold_revision})")
    typer.echo(effect_on_minors(changes))
    for line in (*told(changes), *other_changes(old, new)):
        typer.echo(f"  {line}")
    if not changes:
        typer.echo("No threshold differs.")


@app.command()
def show(
    category: str = typer.Option("", help="Only this category."),
    surface: Surface | None = typer.Option(None, help="Only this surface."),
    audience: Audience | None = typer.Option(None, help="Only this audience."),
    policy: str = typer.Option("live", help="A file, a version, the start of a revision, 'live' or 'file'."),
) -> None:
    """Print thresholds, cell by cell."""
    from rich.console import Console
    from rich.table import Table

    if category and category not in JUDGED:
        raise InvalidInput("unknown_category", f"There is no category {category!r}.", expected=", ".join(JUDGED))
    shown = named_policy(policy)
    table = Table(
        "category", "surface", "audience", "limit", "review", "block", "rule", "owner", title=f"{shown.version}"
    )
    for cell_category, cell_surface, cell_audience, rule in _cells(shown, category, surface, audience):
        row = (cell_category, cell_surface, cell_audience, *_numbers(rule), rule.id, shown.owner_of(rule))
        table.add_row(*row)
    Console().print(table)


def _cells(
    policy: ModerationPolicy, category: str, surface: Surface | None, audience: Audience | None
) -> Iterator[tuple[str, Surface, Audience, Rule]]:
    for (name, where, who), rule in sorted(policy.cells.items()):
        if category in {"", name} and surface in {None, where} and audience in {None, who}:
            yield name, where, who, rule


def _numbers(rule: Rule) -> tuple[str, ...]:
    return tuple("never" if at > 1 else f"{at:.2f}" for at in (rule.limit_at, rule.review_at, rule.block_at))
