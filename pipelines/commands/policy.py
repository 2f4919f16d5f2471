"""``kindling policy``: check the moderation policy, and show what is in force."""

from collections.abc import Iterator
from pathlib import Path

import typer

from core.errors import InvalidInput
from core.settings import Settings
from core.vocabulary import Audience, Surface
from safety.film.check import load_film_policy
from safety.likeness import load_likeness_policy
from safety.policy import JUDGED, ModerationPolicy, Rule, load_moderation_policy

app = typer.Typer(no_args_is_help=True, help="Check policies, and show what is in force.")


@app.command()
def check(
    folder: Path | None = typer.Argument(None, help="Folder of policy files; what KINDLING_POLICIES says if left out."),
) -> None:
    """Load every safety policy and prove its invariants; exit 2 with file, key and remedy if one does not hold."""
    overrides = folder or Settings().policies
    for load in (load_moderation_policy, load_likeness_policy, load_film_policy):
        policy = load(overrides)
        typer.echo(f"{policy.policy.name} {policy.version}: sound")
    cells = len(JUDGED) * len(Surface) * len(Audience)
    typer.echo(f"All {cells} cells are covered; no minor is judged more loosely than an adult.")


@app.command()
def show(
    category: str = typer.Option("", help="Only this category."),
    surface: Surface | None = typer.Option(None, help="Only this surface."),
    audience: Audience | None = typer.Option(None, help="Only this audience."),
) -> None:
    """Print the thresholds in force, cell by cell."""
    from rich.console import Console
    from rich.table import Table

    if category and category not in JUDGED:
        raise InvalidInput("unknown_category", f"There is no category {category!r}.", expected=", ".join(JUDGED))
    policy = load_moderation_policy(Settings().policies)
    table = Table("category", "surface", "audience", "limit", "review", "block", "rule", title=f"{policy.version}")
    for cell_category, cell_surface, cell_audience, rule in _cells(policy, category, surface, audience):
        table.add_row(cell_category, cell_surface, cell_audience, *_numbers(rule), rule.id)
    Console().print(table)


def _cells(
    policy: ModerationPolicy, category: str, surface: Surface | None, audience: Audience | None
) -> Iterator[tuple[str, Surface, Audience, Rule]]:
    for (name, where, who), rule in sorted(policy.cells.items()):
        if category in {"", name} and surface in {None, where} and audience in {None, who}:
            yield name, where, who, rule


def _numbers(rule: Rule) -> tuple[str, ...]:
    return tuple("never" if at > 1 else f"{at:.2f}" for at in (rule.limit_at, rule.review_at, rule.block_at))
