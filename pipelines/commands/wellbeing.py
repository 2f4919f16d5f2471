"""``kindling wellbeing``: did it help? Reports, experiments, exports without identities."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from core.settings import Settings
    from core.storage.database import Database
    from wellbeing.outcomes.experiments import ExperimentReading

app = typer.Typer(no_args_is_help=True, help="Did it help? What people say of their time, and what that shows.")


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="HTML file to write; it needs nothing beside it.")],
) -> None:
    """Write a report: every question over time, corrected for silence, the charter, experiments, limits and nudges."""
    from pipelines.offline.wellbeing.report import gather_report, report_page

    with _open() as (settings, database, now):
        page = report_page(gather_report(database, now, overrides=settings.policies))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    typer.echo(f"{out}: {len(page) // 1024} KiB")


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
) -> None:
    """Write the report's cells as CSV and Parquet: no ids, nothing about fewer people than the policy allows."""
    from pipelines.offline.wellbeing.export import export_cells
    from pipelines.offline.wellbeing.samples import report_cells
    from wellbeing.outcomes.reports import load_reports

    with _open() as (settings, database, now):
        policy = load_reports(settings.policies)
        done = export_cells(report_cells(database, now, policy), policy, out)
    typer.echo(f"{done.shown} cells of at least {policy.report.least_people} people; {done.held_back} held back.")


@app.command()
def experiment(
    name: Annotated[str, typer.Argument(help="Which experiment; by default all of them.")] = "",
) -> None:
    """Say what experiments show now: better, worse or inconclusive. Looking every day does no harm."""
    from pipelines.offline.wellbeing.experiments import run_experiment
    from wellbeing.outcomes.experiments import load_experiments

    with _open() as (settings, database, now):
        policy = load_experiments(settings.policies)
        for chosen in [policy.find(name)] if name else policy.experiment:
            typer.echo(f"{chosen.name}: {chosen.question}")
            for reading in run_experiment(database, chosen, now):
                _print_reading(reading)


@app.command()
def simulate(
    runs: Annotated[int, typer.Option(min=200, help="A/A experiments to simulate.")] = 2000,
    days: Annotated[int, typer.Option(min=5, max=365, help="Days of each, with a look every day.")] = 60,
    a_day: Annotated[int, typer.Option(min=10, help="People who join each day, in both arms.")] = 80,
    power_runs: Annotated[int, typer.Option(min=100, help="Experiments with a harm to simulate.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Decides the draws.")] = 1,
) -> None:
    """Measure how often the reading of experiments is wrong: false alarms under daily looks, and harms found."""
    from pipelines.offline.wellbeing.simulation import false_alarms, power

    alarms = false_alarms(runs=runs, days=days, a_day=a_day, seed=seed)
    typer.echo(f"{alarms.runs} experiments without an effect, {alarms.people} people each, {days} daily looks; ever:")
    typer.echo(f"  better or worse (CUPED)      {alarms.false_alarms:.4f}   at most 0.05 is promised")
    typer.echo(f"  better or worse (no CUPED)   {alarms.false_alarms_plain:.4f}   at most 0.05 is promised")
    typer.echo(f"  split is off                 {alarms.split_alarms:.4f}   at most 0.001 is promised")
    typer.echo(f"  an ordinary 95 % test        {alarms.ordinary_test:.4f}")
    found = power(runs=power_runs, seed=seed + 1)
    typer.echo(
        f"{found.runs} experiments with a harm of {found.harm_sd} SD, {found.people_each_arm} people in each arm:"
    )
    typer.echo(f"  worse, one look at the end   {found.at_the_end:.4f}   theory: {found.theory:.2f}")
    typer.echo(f"  worse, daily looks till then {found.by_then:.4f}")
    typer.echo(f"  better                       {found.benefit_claimed:.4f}")


@app.command()
def bias() -> None:
    """Compare the demo city's answers with its truth: how far correction helps. Nothing here feeds anything else."""
    from pipelines.offline.city.manifest import read_manifest
    from pipelines.offline.wellbeing.bias import city_bias
    from wellbeing.outcomes.reports import load_reports

    with _open() as (settings, database, now):
        manifest = read_manifest(settings.home)
        ended = now if manifest is None else manifest.config.now
        found = city_bias(database, settings.home / "city" / "truth", ended, load_reports(settings.policies))
    typer.echo(f"{'':18s}{'periods':>8s}{'truth':>8s}{'raw':>9s}{'raking':>9s}{'propensity':>12s}{'worst case':>12s}")
    for row in found:
        typer.echo(
            f"{row.kind:18s}{row.periods:8d}{row.truth:8.3f}{row.raw:+9.3f}{row.raking:+9.3f}"
            f"{row.inverse_propensity:+12.3f}{row.inside_worst_case:12d}/{row.periods}"
        )


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


def _print_reading(reading: "ExperimentReading") -> None:
    found = reading.difference
    typer.echo(f"  {reading.arm}: {reading.answer}. {reading.why}")
    typer.echo(f"    met it: {reading.exposed[0]} and {reading.exposed[1]} (control); compared: {found.people}")
    typer.echo(f"    difference {found.estimate:+.4f}  [{found.low:+.4f}, {found.high:+.4f}]  (more is better)")
    for item in reading.guardrails:
        state = "holds" if item.holds else "broken" if item.is_broken else "not shown yet"
        gap = item.difference
        typer.echo(f"    guardrail {item.outcome}: {state}; {gap.estimate:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}], "
                   f"margin {item.margin:g}")  # fmt: skip
