"""What people say of their time, looked at closely: another threshold, another band, another way to weigh silence.

As an app: ``marimo edit notebooks/wellbeing_report.py``, or ``marimo run``; it reads ``KINDLING_DATABASE_URL``.
As a script (what CI does): ``python notebooks/wellbeing_report.py --out FOLDER [--database URL] [--now 2026-06-03]``.
Everything shown is cells that the policy allows to be shown; no row of a person is ever printed.
"""

import marimo

app = marimo.App(width="medium", app_title="Wellbeing report")


@app.cell
def _():
    from datetime import UTC, datetime
    from pathlib import Path

    import marimo as mo

    from core.settings import Settings
    from core.storage.database import Database
    from pipelines.offline.wellbeing.plots import as_svg, by_band, over_time
    from pipelines.offline.wellbeing.report import gather_report, report_page
    from pipelines.offline.wellbeing.samples import report_cells
    from wellbeing.outcomes.confidence import people_needed
    from wellbeing.outcomes.reports import plain_rows

    return (
        Database,
        Path,
        Settings,
        UTC,
        as_svg,
        by_band,
        datetime,
        gather_report,
        mo,
        over_time,
        people_needed,
        plain_rows,
        report_cells,
        report_page,
    )


@app.cell
def _(Database, Path, Settings, UTC, datetime, mo):
    arguments = mo.cli_args()
    settings = Settings()
    database = Database(arguments.get("database") or settings.resolved_database_url)
    asked_now = arguments.get("now")
    now = datetime.fromisoformat(asked_now).replace(tzinfo=UTC) if asked_now else datetime.now(UTC)
    out_folder = Path(arguments.get("out") or settings.home / "reports")
    mo.md(
        """
        # What people say of their time
        Shares of everyone who was there, whether or not they answered. None of this shows what caused what: for that
        there are experiments, further down.
        """
    )
    return database, now, out_folder, settings


@app.cell
def _(database, gather_report, mo, now, settings):
    report = gather_report(database, now, overrides=settings.policies)
    mo.callout(report.charter.says, kind="danger" if report.charter.is_frozen else "neutral")
    return (report,)


@app.cell
def _(mo, report):
    titles = {item.title: item.kind for item in report.policy.instrument}
    chosen = mo.ui.dropdown(titles, value=next(iter(titles)), label="Question")
    chosen
    return (chosen,)


@app.cell
def _(chosen, mo, report):
    standing = next(item for item in report.policy.instrument if item.kind == chosen.value)
    highest = 100 if standing.kind == "who5" else 5
    good_from = mo.ui.slider(1, highest, value=int(standing.good_from), label="Counts as good from", show_value=True)
    trim_at = mo.ui.slider(1, 20, value=int(report.policy.report.trim_at), label="Largest weight", show_value=True)
    mo.hstack([good_from, trim_at])
    return good_from, standing, trim_at


@app.cell
def _(database, good_from, mo, now, plain_rows, report, report_cells, standing, trim_at):
    # The same code as the report's, under a policy with other numbers: how much do the findings hang on them?
    tried = report.policy.model_copy(
        update={
            "instrument": (standing.model_copy(update={"good_from": float(good_from.value)}),),
            "report": report.policy.report.model_copy(update={"trim_at": float(trim_at.value)}),
        }
    )
    cells = report_cells(database, now, tried)
    rows = plain_rows(cells)
    mo.vstack(
        [
            mo.md(f"People who {standing.good_means} (from {good_from.value}); weights up to {trim_at.value}."),
            mo.ui.table(rows) if rows else mo.md("No cell may be shown: too few people, or too few answers."),
        ]
    )
    return cells, tried


@app.cell
def _(as_svg, by_band, cells, mo, over_time, tried):
    shown = [cell for cell in cells if cell.is_shown]
    instrument = tried.instrument[0]
    plots = {"over_time": over_time(shown, instrument), "by_band": by_band(shown, instrument)} if shown else {}
    drawn = {name: as_svg(chart, place) for place, (name, chart) in enumerate(plots.items())}
    mo.vstack([mo.Html(svg) for svg in drawn.values()])
    return (drawn,)


@app.cell
def _(mo, report):
    said = [
        f"**{reading.name}, {reading.arm}: {reading.answer}.** {reading.why} "
        f"{reading.difference.estimate:+.3f} [{reading.difference.low:+.3f}, {reading.difference.high:+.3f}]"
        for _, readings in report.experiments
        for reading in readings
        if min(reading.difference.people) >= report.policy.report.least_people
    ]
    mo.md("## Experiments\n" + ("\n\n".join(said) or "None has enough people yet."))
    return


@app.cell
def _(mo):
    harm = mo.ui.slider(0.02, 0.5, step=0.01, value=0.05, label="Harm to find (deviations)", show_value=True)
    power = mo.ui.slider(0.5, 0.99, step=0.01, value=0.9, label="Power", show_value=True)
    mo.hstack([harm, power])
    return harm, power


@app.cell
def _(harm, mo, people_needed, power):
    needed = people_needed(harm.value, power=power.value)
    mo.md(f"A new experiment needs **{needed:,} people in each arm** for that, before CUPED saves any.")
    return


@app.cell
def _(drawn, mo, out_folder, report, report_page):
    # The page and the plots, as a script only.
    if mo.app_meta().mode == "script":
        out_folder.mkdir(parents=True, exist_ok=True)
        (out_folder / "report.html").write_text(report_page(report), encoding="utf-8")
        for name, svg in drawn.items():
            (out_folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    return


if __name__ == "__main__":
    app.run()
