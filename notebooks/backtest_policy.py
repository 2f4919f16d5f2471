"""Try a candidate policy on everything that was ever decided: what flips, where, whose work, and for which audience.

As an app: ``marimo run notebooks/backtest_policy.py -- --policy FILE``; it reads ``KINDLING_DATABASE_URL``. As a script
(what CI does): ``python notebooks/backtest_policy.py -- --policy FILE --out FOLDER [--database URL]``. The same code as
``kindling policy backtest``; no words are shown, only ids of decisions.
"""

import marimo

app = marimo.App(width="full", app_title="Backtest a policy")


@app.cell
def _():
    import json
    from pathlib import Path

    import marimo as mo

    from core.settings import Settings
    from core.storage.database import Database
    from pipelines.commands.policy_sources import named_policy
    from pipelines.offline.moderation import tuning_plots
    from pipelines.offline.moderation.backtest import backtest
    from pipelines.online.policy_life import policy_in_force
    from safety.policy import load_moderation_policy
    from safety.policy_diff import cell_changes, effect_on_minors, told

    return (
        Database,
        Path,
        Settings,
        backtest,
        cell_changes,
        effect_on_minors,
        json,
        load_moderation_policy,
        mo,
        named_policy,
        policy_in_force,
        told,
        tuning_plots,
    )


@app.cell
def _(Database, Path, Settings, mo):
    arguments = mo.cli_args()
    settings = Settings()
    database = Database(arguments.get("database") or settings.resolved_database_url)
    out_folder = Path(arguments.get("out") or settings.home / "reports")
    return arguments, database, out_folder, settings


@app.cell
def _(mo):
    mo.md(
        """
        # Backtest a policy
        Every stored decision is decided again from its scores, under the policy in force and under the candidate.
        What differs is the policy's doing alone.
        """
    )
    return


@app.cell
def _(arguments, mo, settings):
    proposals = sorted(str(path) for path in (settings.home / "proposals").glob("*.toml"))
    asked = str(arguments.get("policy") or (proposals[0] if proposals else "file"))
    candidate = mo.ui.text(value=asked, label="Candidate: a file, a version, or 'file'", full_width=True)
    sample = mo.ui.slider(0.01, 1.0, step=0.01, value=1.0, label="Share of the history", show_value=True)
    mo.vstack([candidate, sample])
    return candidate, sample


@app.cell
def _(
    candidate,
    cell_changes,
    database,
    effect_on_minors,
    load_moderation_policy,
    mo,
    named_policy,
    policy_in_force,
    settings,
    told,
):
    with database.read() as _tx:
        in_force = policy_in_force(_tx, load_moderation_policy(settings.policies))
    after = named_policy(candidate.value)
    changes = cell_changes(in_force, after)
    said = effect_on_minors(changes)
    mo.vstack(
        [
            mo.md(f"**{in_force.version}** in force, **{after.version}** tried. {after.policy.reason}"),
            mo.callout(said, kind="danger" if "LOOSER" in said else "neutral"),
            mo.md("\n".join(f"- {line}" for line in told(changes)[:12]) or "No threshold differs."),
        ]
    )
    return after, in_force


@app.cell
def _(after, backtest, database, in_force, mo, sample):
    done = backtest(database, in_force, after, sample=sample.value)
    pace = done.decisions / max(done.seconds, 1e-9) * 60
    mo.vstack(
        [
            mo.hstack(
                [
                    mo.stat(f"{done.decisions:,}", label="decisions", caption=f"{pace:,.0f} a minute"),
                    mo.stat(f"{done.flipped:,}", label="flip"),
                    mo.stat(f"{done.looser_for_minors:,}", label="milder for minors"),
                    mo.stat(f"{done.stored_otherwise:,}", label="decided otherwise at the time"),
                ]
            ),
            mo.callout("Nothing about a minor gets milder.", kind="success")
            if not done.looser_for_minors
            else mo.callout("Decisions about minors get milder: this needs a second look.", kind="danger"),
        ]
    )
    return (done,)


@app.cell
def _(done, mo, tuning_plots):
    plots = {f"flips_by_{by}": tuning_plots.flips_by(done.by(by), by) for by in ("category", "surface", "audience")}
    plots["outcomes"] = tuning_plots.outcome_bars(done.outcomes.to_dicts())
    flips_beside = mo.hstack([plots["flips_by_category"], plots["flips_by_surface"]], justify="start")
    mo.vstack([flips_beside, plots["flips_by_audience"], plots["outcomes"]])
    return (plots,)


@app.cell
def _(done, mo):
    flips = [row | {"examples": " ".join(row["examples"])} for row in done.flips.to_dicts()]
    creators = done.creators.to_dicts()
    mo.vstack(
        [
            mo.md("## What flips"),
            mo.ui.table(flips, selection=None) if flips else mo.md("Nothing flips."),
            mo.md("## Whose work is touched most"),
            mo.ui.table(creators, selection=None) if creators else mo.md("Nobody's."),
        ]
    )
    return creators, flips


@app.cell
def _(done, flips, json, mo, out_folder, plots):
    # A summary and the plots, as a script only.
    if mo.app_meta().mode == "script":
        out_folder.mkdir(parents=True, exist_ok=True)
        summary = {
            "before": done.before.version, "after": done.after.version, "decisions": done.decisions,
            "flipped": done.flipped, "looser_for_minors": done.looser_for_minors, "flips": flips,
        }  # fmt: skip
        (out_folder / "backtest.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        for name, chart in plots.items():
            chart.save(out_folder / f"{name}.svg")
    return


if __name__ == "__main__":
    app.run()
