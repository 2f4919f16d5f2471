"""``kindling redteam``: attack the safety room, file what got through, compare releases."""

import time
from pathlib import Path

import typer

app = typer.Typer(no_args_is_help=True, help="Search for unsafe wishes that get through.")


@app.command()
def run(
    minutes: float = typer.Option(10.0, min=0.05, help="How long to go on."),
    seed: int = typer.Option(1, help="Source of chance."),
    attempts: int | None = typer.Option(None, min=1, help="Stop after so many; then the same seed finds the same."),
    processes: int = typer.Option(2, min=1, max=64, help="Processes, one thread each."),
    per_group: int = typer.Option(24, min=1, help="Most seeds of one category, unsafe and safe each."),
    out: Path | None = typer.Option(None, dir_okay=False, help="Write the report here."),
    triage: bool = typer.Option(False, help="File what got through as regression cases."),
) -> None:
    """Disguise unsafe and safe wishes in every way, then search for chains of disguises that get through."""
    from core.settings import Settings
    from pipelines.offline.redteam.report import make_report, write_report
    from pipelines.offline.redteam.running import Plan, open_safety, run_shards

    settings, plan = Settings(), Plan(seed, minutes, attempts, processes, per_group)
    start = time.monotonic()
    results = run_shards(plan, settings)
    safety = open_safety(settings)
    report = make_report(plan, safety, results, time.monotonic() - start)
    if out is not None:
        write_report(report, out)
    _show(report)
    if triage:
        _triage(report["misses"])


@app.command("triage")
def file_cases(
    report: Path | None = typer.Argument(None, exists=True, dir_okay=False, help="A run's report: add what it found."),
    accept: bool = typer.Option(False, help="File fixed cases that get through again as known misses."),
) -> None:
    """Judge every regression case anew. Exit 1, changing nothing, if a fixed one gets through again."""
    from pipelines.offline.redteam.report import read_report

    _triage([] if report is None else read_report(report)["misses"], accept=accept)


@app.command()
def compare(
    before: Path = typer.Argument(..., exists=True, dir_okay=False, help="Report of one release."),
    after: Path = typer.Argument(..., exists=True, dir_okay=False, help="Report of the next, with the same seed."),
) -> None:
    """Compare two releases under the same attacks, with tests of difference."""
    from rich.console import Console
    from rich.table import Table

    from pipelines.offline.redteam.comparing import compare as compared
    from pipelines.offline.redteam.report import read_report

    table = Table("figure", "before", "after", "test", "p (Holm)", "")
    for change in compared(read_report(before), read_report(after)):
        sure = "differs" if change.is_sure else ""
        table.add_row(
            change.what, f"{change.before:.1%}", f"{change.after:.1%}", change.test, f"{change.p:.3g}", sure
        )  # fmt: skip
    Console().print(table)


@app.command("table")
def put_table(
    report: Path = typer.Argument(..., exists=True, dir_okay=False, help="A run's report."),
    doc: Path = typer.Option(Path("docs/red-team.md"), exists=True, dir_okay=False, help="The page to write into."),
) -> None:
    """Write a report's tables into docs/red-team.md, beside the Sora 2 system card's figures."""
    from pipelines.offline.redteam.report import read_report
    from pipelines.offline.redteam.table import write_table

    write_table(read_report(report), doc)


def _show(report: dict[str, object]) -> None:
    from pipelines.offline.redteam.table import tables_of

    typer.echo(tables_of(report))


def _triage(misses: list[dict[str, object]], *, accept: bool = False) -> None:
    from core.settings import Settings
    from pipelines.offline.redteam.cases import read_cases, triage, write_cases
    from pipelines.offline.redteam.running import open_safety

    done = triage(open_safety(Settings()), read_cases(), misses)
    for case in done.regressed:
        typer.secho(f"let through again: {case.id} {case.category} {'+'.join(case.methods)}", fg="red", err=True)
    if done.regressed and not accept:
        raise typer.Exit(1)
    write_cases(done.cases)
    typer.echo(f"{len(done.cases)} cases: {done.added} new, {done.newly_fixed} newly fixed, {done.known} known misses.")
