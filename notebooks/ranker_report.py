"""How good the ranker's heads are: discrimination, calibration, what they go by, and for which parts of the traffic.

As an app: ``marimo run notebooks/ranker_report.py``; it reads KINDLING_HOME. As a script (what CI does):
``python notebooks/ranker_report.py -- --home FOLDER --out FOLDER``. Figures are of days that no head has learned from.
"""

import marimo

app = marimo.App(width="full", app_title="Ranker report")


@app.cell
def _():
    import json
    from pathlib import Path

    import marimo as mo

    from core.encoder import TextEncoder
    from core.settings import Settings
    from core.storage.database import Database
    from pipelines.offline.head_report import calibration_plot, importance_plot
    from pipelines.offline.head_rows import head_rows
    from pipelines.offline.head_segments import segment_figures, segment_plot
    from pipelines.offline.ranking_data import load_ranking_data
    from ranking.heads import Heads
    from ranking.snapshot import current_folder

    return (
        Database,
        Heads,
        Path,
        Settings,
        TextEncoder,
        calibration_plot,
        current_folder,
        head_rows,
        importance_plot,
        json,
        load_ranking_data,
        mo,
        segment_figures,
        segment_plot,
    )


@app.cell
def _(Path, Settings, mo):
    arguments = mo.cli_args()
    settings = Settings() if not arguments.get("home") else Settings(home=Path(arguments["home"]))
    out_folder = Path(arguments.get("out") or settings.home / "reports")
    return out_folder, settings


@app.cell
def _(Heads, current_folder, mo, settings):
    snapshot = current_folder(settings.snapshots)
    heads = Heads.open(snapshot / "heads")
    lacking = ", ".join(sorted(heads.untrained)) or "none"
    mo.md(f"# Ranker report\nSnapshot **{snapshot.name}**. Not trained for want of data: {lacking}.")
    return heads, snapshot


@app.cell
def _(heads, mo):
    figures = [
        {
            "head": name,
            "AUC": found["auc"],
            "ECE": found["ece"],
            "ECE, 95 %": f"{found['ece_low']:.4f} to {found['ece_high']:.4f}",
            "ECE of a perfect head": found["ece_floor"],
            "base rate": found["base_rate"],
            "later rows": found["rows"],
            "trained on": found["trained_on"],
        }
        for name, found in heads.metrics.items()
    ]
    mo.vstack(
        [
            mo.ui.table(figures, selection=None) if figures else mo.md("No head is trained."),
            mo.md("AUC: how well a head tells yes from no; 0.5 is a coin. ECE: how far its probabilities are off."),
        ]
    )
    return (figures,)


@app.cell
def _(heads, mo):
    names = sorted(heads.metrics, key=lambda name: (name not in heads.trained, name))  # what serves comes first
    head = mo.ui.dropdown(names, value=names[0] if names else None, label="Head")
    head
    return head, names


@app.cell
def _(calibration_plot, head, heads, importance_plot, mo):
    def drawn(name):
        found = heads.metrics[name]
        return {
            f"{name}_calibration": calibration_plot(name, found["bins"]),
            f"{name}_importance": importance_plot(name, found["gain"]),
        }

    shown = drawn(head.value) if head.value else {}
    mo.hstack(list(shown.values()), justify="start") if shown else mo.md("Nothing to draw.")
    return drawn, shown


@app.cell
def _(Database, TextEncoder, head_rows, heads, load_ranking_data, segment_figures, settings):
    # The very rows that heads are trained and judged on: facts as they stood when each video was shown.
    database = Database(settings.resolved_database_url)
    rows = head_rows(load_ranking_data(database, TextEncoder(settings.models / "encoder")))
    database.close()
    segments = segment_figures(rows, heads)
    return (segments,)


@app.cell
def _(head, mo, segment_plot, segments):
    mine = [row for row in segments if row["head"] == head.value]
    by_segment = segment_plot(mine)
    mo.vstack(
        [
            mo.md("## Parts of the traffic"),
            by_segment if mine else mo.md("Too few rows, or a head that is only measured and never serves."),
            mo.ui.table(mine, selection=None) if mine else mo.md(""),
        ]
    )
    return (by_segment,)


@app.cell
def _(drawn, figures, json, mo, names, out_folder, segment_plot, segments):
    # Every head's figures and plots, as a script only.
    if mo.app_meta().mode == "script":
        out_folder.mkdir(parents=True, exist_ok=True)
        plots = {key: chart for name in names for key, chart in drawn(name).items()}
        for name in {row["head"] for row in segments}:
            plots[f"{name}_segments"] = segment_plot([row for row in segments if row["head"] == name])
        for name, chart in plots.items():
            chart.save(out_folder / f"{name}.svg")
        kept = {"heads": figures, "segments": segments}
        (out_folder / "ranker.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return


if __name__ == "__main__":
    app.run()
