"""Tune moderation thresholds on past traffic, see what would change, and write a proposed policy file.

As an app: ``marimo edit notebooks/tune_thresholds.py``. As a script (what CI does):
``python notebooks/tune_thresholds.py --traffic FILE.jsonl --encoder FOLDER --out FOLDER``.
"""

import marimo

app = marimo.App(width="medium", app_title="Tune moderation thresholds")


@app.cell
def _():
    import json
    from datetime import UTC, datetime
    from pathlib import Path

    import altair as alt
    import marimo as mo

    from core.encoder import TextEncoder
    from core.settings import Settings
    from core.vocabulary import Audience, Outcome, Surface
    from pipelines.offline.moderation.authored import authored_texts
    from pipelines.offline.moderation.tuning import (
        Labelled,
        flips,
        outcome_shares,
        propose,
        threshold_curve,
        write_policy,
    )
    from safety.policy import Thresholds, load_moderation_policy
    from safety.taxonomy import CATEGORIES, TAXONOMY
    from safety.text.classifier import ANY, TextClassifier

    return (
        ANY,
        Audience,
        CATEGORIES,
        Labelled,
        Outcome,
        Path,
        Settings,
        Surface,
        TAXONOMY,
        TextClassifier,
        TextEncoder,
        Thresholds,
        UTC,
        alt,
        authored_texts,
        datetime,
        flips,
        json,
        load_moderation_policy,
        mo,
        outcome_shares,
        propose,
        threshold_curve,
        write_policy,
    )


@app.cell
def _(Path, Settings, mo):
    arguments = mo.cli_args()
    settings = Settings()
    encoder_folder = Path(arguments.get("encoder") or settings.models / "encoder")
    out_folder = Path(arguments.get("out") or settings.home / "proposals")
    traffic_file = arguments.get("traffic")
    mo.md(
        """
        # Tune moderation thresholds
        Pick a category and a surface, move the thresholds, and see at once what would be caught, what would be
        refused by mistake, and which texts would flip. Nothing changes until the proposed file has been reviewed.
        """
    )
    return arguments, encoder_folder, out_folder, settings, traffic_file


@app.cell
def _(ANY, Labelled, Path, TextClassifier, TextEncoder, authored_texts, encoder_folder, json, traffic_file):
    # Past traffic: lines of {"text", "labels": [...], "group"?}. Without a file, the authored texts that were held out.
    if traffic_file:
        rows = [
            json.loads(line) for line in Path(traffic_file).read_text(encoding="utf-8").splitlines() if line.strip()
        ]
    else:
        held_out = [item for item in authored_texts() if item.is_held_out][::6]
        rows = [{"text": item.text, "labels": item.labels, "group": item.group} for item in held_out]
    classifier = TextClassifier(TextEncoder(encoder_folder))
    items = [
        Labelled(
            row["text"],
            {name: score for name, score in scores.items() if name != ANY},
            frozenset(row["labels"]),
            row.get("group", ""),
        )
        for row, scores in zip(rows, classifier.scores([row["text"] for row in rows]), strict=True)
    ]
    return classifier, items


@app.cell
def _(CATEGORIES, Surface, arguments, items, load_moderation_policy, mo, settings):
    policy = load_moderation_policy(settings.policies)
    present = [name for name in CATEGORIES if any(name in item.labels for item in items)] or list(CATEGORIES)
    category = mo.ui.dropdown(present, value=arguments.get("category") or present[0], label="Category")
    surface = mo.ui.dropdown([str(item) for item in Surface], value="prompt", label="Surface")
    miss_cost = mo.ui.slider(1, 50, value=10, label="Cost of harm that passes")
    alarm_cost = mo.ui.slider(1, 50, value=2, label="Cost of refusing the harmless")
    mo.vstack([mo.hstack([category, surface]), mo.hstack([miss_cost, alarm_cost])])
    return alarm_cost, category, miss_cost, policy, surface


@app.cell
def _(Audience, Surface, TAXONOMY, category, mo, policy, surface):
    where = Surface(surface.value)
    meaning = TAXONOMY[category.value]

    def _sliders(audience):
        rule = policy.at(category.value, where, audience)
        numbers = {"limit_at": rule.limit_at, "review_at": rule.review_at, "block_at": rule.block_at}
        return mo.ui.dictionary(
            {name: mo.ui.slider(0, 1.01, step=0.01, value=round(at, 2), label=name) for name, at in numbers.items()}
        )

    sliders = mo.ui.dictionary({str(audience): _sliders(audience) for audience in Audience})
    mo.vstack([mo.md(f"**{category.value}**: {meaning.means} *Not: {meaning.is_not}*"), sliders])
    return sliders, where


@app.cell
def _(alarm_cost, alt, category, items, miss_cost, mo, threshold_curve):
    curve = threshold_curve(items, category.value, miss_cost=miss_cost.value, alarm_cost=alarm_cost.value)
    points = alt.Data(
        values=[
            {"threshold": p.threshold, "precision": p.precision, "recall": p.recall, "cost": p.cost_per_1000}
            for p in curve
        ]
    )
    precision_recall = (
        alt.Chart(points, title="Precision and recall")
        .mark_line(point=True)
        .encode(x="recall:Q", y="precision:Q", order="threshold:Q", tooltip=["threshold:Q", "recall:Q", "precision:Q"])
    )
    cost = (
        alt.Chart(points, title="Cost per 1000 texts")
        .mark_line()
        .encode(x="threshold:Q", y="cost:Q", tooltip=["threshold:Q", "cost:Q"])
    )
    cheapest = min(curve, key=lambda point: point.cost_per_1000)
    mo.vstack(
        [mo.hstack([precision_recall, cost]), mo.md(f"Cheapest block threshold here: **{cheapest.threshold:.2f}**")]
    )
    return cheapest, cost, precision_recall


@app.cell
def _(category, mo, where):
    reason = mo.ui.text(value=f"Tuned {category.value} on {where} on past traffic.", label="Reason", full_width=True)
    write = mo.ui.run_button(label="Write the proposed policy file")
    mo.vstack([reason])
    return reason, write


@app.cell
def _(Audience, Thresholds, UTC, category, datetime, mo, policy, propose, reason, sliders, where):
    chosen = {audience: Thresholds(**sliders.value[str(audience)]) for audience in Audience}
    try:
        proposal = propose(
            policy, category.value, where, chosen,
            owner=policy.policy.owner, reason=reason.value, effective=datetime.now(UTC).date(),
        )  # fmt: skip
        problem = ""
    except ValueError as error:
        proposal, problem = None, str(error)
    mo.vstack([mo.callout(problem, kind="danger") if problem else mo.md("The proposal is sound.")])
    return problem, proposal


@app.cell
def _(Audience, alt, items, mo, outcome_shares, policy, proposal, where):
    shares = [
        {"audience": str(audience), "policy": name, "what": what, "share": share}
        for name, judged in (("in force", policy), ("proposed", proposal or policy))
        for audience in Audience
        for what, share in outcome_shares(items, judged, where, audience).items()
    ]
    load = (
        alt.Chart(alt.Data(values=shares), title="Review load and over-refusal, by audience")
        .mark_bar()
        .encode(
            x=alt.X("share:Q", axis=alt.Axis(format="%")),
            y="policy:N",
            row="what:N",
            column="audience:N",
            color="policy:N",
        )
    )
    mo.vstack([load])
    return (load,)


@app.cell
def _(Audience, flips, items, mo, policy, proposal, where):
    show_texts = mo.ui.switch(label="Show the texts (they may upset)", value=False)
    changed = {str(audience): flips(items, policy, proposal or policy, where, audience) for audience in Audience}
    return changed, show_texts


@app.cell
def _(changed, mo, show_texts):
    def _shown(text):
        return text if show_texts.value else "".join("•" if char.isalpha() else char for char in text)

    table = [
        {
            "audience": audience,
            "text": _shown(flip.text),
            "before": flip.before.name.lower(),
            "after": flip.after.name.lower(),
            "harmful": flip.is_harmful,
            "rule": flip.rule_id,
        }
        for audience, found in changed.items()
        for flip in found[:50]
    ]
    mo.vstack([show_texts, mo.ui.table(table) if table else mo.md("No text would flip.")])
    return (table,)


@app.cell
def _(changed, mo, out_folder, proposal, write, write_policy):
    proposed_path = out_folder / "moderation.toml"
    # As a script there is no one to press the button: the file is what the run is for.
    if proposal is not None and (write.value or mo.app_meta().mode == "script"):
        write_policy(proposal, proposed_path)
    expected = ", ".join(f"{audience}: {len(found)} flip" for audience, found in changed.items())
    mo.vstack(
        [
            write,
            mo.md(
                f"Writes `{proposed_path}`, to be checked with `kindling policy check {out_folder}` and reviewed like "
                f"any change. Expected effect on this traffic: {expected}."
            ),
        ]
    )
    return (proposed_path,)


@app.cell
def _(cost, load, mo, out_folder, precision_recall):
    # Plots for a report, as a script only.
    if mo.app_meta().mode == "script":
        out_folder.mkdir(parents=True, exist_ok=True)
        for name, chart in {"precision_recall": precision_recall, "cost": cost, "load": load}.items():
            chart.save(out_folder / f"{name}.svg")
    return


if __name__ == "__main__":
    app.run()
