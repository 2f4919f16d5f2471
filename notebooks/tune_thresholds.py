"""Tune moderation thresholds on past traffic, see what would change and for whom, and write a proposed policy file.

As an app: ``marimo run notebooks/tune_thresholds.py -- --traffic FILE.jsonl``. As a script (what CI does):
``python notebooks/tune_thresholds.py -- --traffic FILE.jsonl --encoder FOLDER --out FOLDER``. Lines of traffic are
``{"text", "labels": [...], "group"?}``; without a file, authored texts that the classifier never learned from.
"""

import marimo

app = marimo.App(width="full", app_title="Tune moderation thresholds")


@app.cell
def _():
    import json
    from datetime import UTC, datetime
    from pathlib import Path

    import marimo as mo

    from core.encoder import TextEncoder
    from core.settings import Settings
    from core.vocabulary import Audience, Surface
    from pipelines.commands.policy_sources import named_policy
    from pipelines.offline.moderation import tuning, tuning_plots
    from pipelines.offline.moderation.authored import authored_texts
    from pipelines.offline.moderation.identity import group_rates, identity_sentences, widest_gap
    from safety.policy import Thresholds
    from safety.policy_diff import cell_changes, effect_on_minors
    from safety.taxonomy import CATEGORIES, TAXONOMY
    from safety.text.classifier import ANY, TextClassifier

    return (
        ANY,
        Audience,
        CATEGORIES,
        Path,
        Settings,
        Surface,
        TAXONOMY,
        TextClassifier,
        TextEncoder,
        Thresholds,
        UTC,
        authored_texts,
        cell_changes,
        datetime,
        effect_on_minors,
        group_rates,
        identity_sentences,
        json,
        mo,
        named_policy,
        tuning,
        tuning_plots,
        widest_gap,
    )


@app.cell
def _(Path, Settings, mo):
    arguments = mo.cli_args()
    settings = Settings()
    encoder_folder = Path(arguments.get("encoder") or settings.models / "encoder")
    out_folder = Path(arguments.get("out") or settings.home / "proposals")
    traffic_file = arguments.get("traffic")
    return arguments, encoder_folder, out_folder, settings, traffic_file


@app.cell
def _(mo):
    mo.md(
        """
        # Tune moderation thresholds
        Pick a category and a surface, move the thresholds, and see at once what would be caught, what would be
        refused by mistake, how much people would have to review, and which texts would flip. Nothing changes until
        the proposed file has been reviewed and activated.
        """
    )
    return


@app.cell
def _(
    ANY,
    Path,
    TextClassifier,
    TextEncoder,
    authored_texts,
    encoder_folder,
    identity_sentences,
    json,
    traffic_file,
    tuning,
):
    # Past traffic with its labels, scored once; and harmless sentences that name groups of people.
    if traffic_file:
        lines = Path(traffic_file).read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line) for line in lines if line.strip()]
    else:
        held_out = [item for item in authored_texts() if item.is_held_out]
        picked = held_out[:: max(1, len(held_out) // 400)]
        texts = [{"text": item.text, "labels": item.labels, "group": item.group} for item in picked]
    classifier = TextClassifier(TextEncoder(encoder_folder))

    def _scored(many):
        return [{name: score for name, score in found.items() if name != ANY} for found in classifier.scores(many)]

    items = [
        tuning.Labelled(line["text"], scores, frozenset(line["labels"]), line.get("group", ""))
        for line, scores in zip(texts, _scored([line["text"] for line in texts]), strict=True)
    ]
    sentences = identity_sentences()
    sentence_scores = _scored([sentence.text for sentence in sentences])
    return items, sentence_scores, sentences


@app.cell
def _(CATEGORIES, Surface, arguments, items, mo, named_policy):
    policy = named_policy(arguments.get("policy") or "live")
    present = [name for name in CATEGORIES if any(name in item.labels for item in items)] or list(CATEGORIES)
    category = mo.ui.dropdown(present, value=arguments.get("category") or present[0], label="Category")
    surface = mo.ui.dropdown(
        [str(item) for item in Surface], value=arguments.get("surface") or "prompt", label="Surface"
    )
    mo.hstack([category, surface, mo.md(f"In force: **{policy.version}** ({policy.threshold_revision})")])
    return category, policy, surface


@app.cell
def _(mo):
    miss_cost = mo.ui.slider(1, 50, value=10, label="Cost of harm that passes", show_value=True)
    minor_factor = mo.ui.slider(1, 10, value=3, label="... times this where minors look", show_value=True)
    alarm_cost = mo.ui.slider(1, 50, value=2, label="Cost of refusing the harmless", show_value=True)
    texts_per_day = mo.ui.number(1, 100_000_000, value=100_000, label="Texts a day")
    seconds_each = mo.ui.slider(5, 300, value=45, label="Seconds a review takes", show_value=True)
    mo.vstack([mo.hstack([miss_cost, minor_factor, alarm_cost]), mo.hstack([texts_per_day, seconds_each])])
    return alarm_cost, minor_factor, miss_cost, seconds_each, texts_per_day


@app.cell
def _(Surface, TAXONOMY, category, mo, surface):
    where = Surface(surface.value)
    meaning = TAXONOMY[category.value]
    mo.md(f"**{category.value}**: {meaning.means} *Not: {meaning.is_not}*")
    return (where,)


@app.cell
def _(Audience, category, mo, policy, where):
    def _sliders(audience):
        rule = policy.at(category.value, where, audience)
        numbers = {"limit_at": rule.limit_at, "review_at": rule.review_at, "block_at": rule.block_at}
        return mo.ui.dictionary(
            {
                name: mo.ui.slider(0, 1.01, step=0.01, value=round(at, 2), label=name, show_value=True)
                for name, at in numbers.items()
            }
        )

    sliders = mo.ui.dictionary({str(audience): _sliders(audience) for audience in Audience})

    def _column(audience):
        mine = sliders[str(audience)]
        return mo.vstack([mo.md(f"**{audience.replace('_', ' ')}**"), *(mine[name] for name in mine)])

    mo.hstack([_column(audience) for audience in Audience])
    return (sliders,)


@app.cell
def _(mo):
    reason = mo.ui.text(value="Tuned on past traffic.", label="Reason", full_width=True)
    reason
    return (reason,)


@app.cell
def _(Audience, Thresholds, UTC, category, datetime, items, policy, reason, sliders, tuning, where):
    problem, proposal, chosen, effect = "", None, {}, ""
    try:
        chosen = {audience: Thresholds(**sliders.value[str(audience)]) for audience in Audience}
        words = {
            "owner": policy.policy.owner,
            "reason": f"{category.value} on {where}: {reason.value}",
            "effective": datetime.now(UTC).date(),
        }
        proposal = tuning.propose(policy, category.value, where, chosen, **words)
        effect = tuning.effect_in_words(items, policy, proposal, where)
        proposal = tuning.propose(policy, category.value, where, chosen, **words, expected_effect=effect)
    except ValueError as error:
        problem = str(error)
    return chosen, effect, problem, proposal


@app.cell
def _(cell_changes, effect, effect_on_minors, mo, policy, problem, proposal):
    if problem:
        verdict = mo.callout(problem, kind="danger")
    else:
        on_minors = effect_on_minors(cell_changes(policy, proposal))
        verdict = mo.callout(
            f"The proposal is sound. {on_minors} {effect}", kind="warn" if "LOOSER" in on_minors else "success"
        )
    verdict
    return


@app.cell
def _(Audience, alarm_cost, category, chosen, items, minor_factor, miss_cost, mo, tuning, tuning_plots):
    def _curve(audience):
        factor = 1 if audience == Audience.ADULT else minor_factor.value
        costs = {"miss_cost": miss_cost.value * factor, "alarm_cost": alarm_cost.value}
        return tuning.threshold_curve(items, category.value, **costs)

    curves = {audience: _curve(audience) for audience in Audience}
    precision_recall = tuning_plots.precision_recall(curves[Audience.ADULT], chosen)
    cost = tuning_plots.cost_curves(curves, chosen)
    cheapest = {
        audience: min(curve, key=lambda point: point.cost_per_1000).threshold for audience, curve in curves.items()
    }
    said = ", ".join(f"{audience} **{at:.2f}**" for audience, at in cheapest.items())
    mo.vstack([mo.hstack([precision_recall, cost]), mo.md(f"Cheapest block threshold on this traffic: {said}.")])
    return cheapest, cost, precision_recall


@app.cell
def _(Audience, items, mo, policy, proposal, seconds_each, texts_per_day, tuning, tuning_plots, where):
    compared = {"in force": policy, "proposed": proposal or policy}
    shares = {
        (name, audience): tuning.outcome_shares(items, judged, where, audience)
        for name, judged in compared.items()
        for audience in Audience
    }
    load = tuning_plots.loads(
        [
            {"policy": name, "audience": str(audience), "what": what, "share": share}
            for (name, audience), found in shares.items()
            for what, share in found.items()
        ]
    )
    hours = [
        {
            "audience": str(audience),
            **{
                f"review hours a day, {name}": round(
                    tuning.review_hours_per_day(shares[name, audience], texts_per_day.value, seconds_each.value), 1
                )
                for name in compared
            },
            **{f"over-refusal, {name}": f"{shares[name, audience]['over_refused']:.1%}" for name in compared},
        }
        for audience in Audience
    ]
    mo.vstack([load, mo.ui.table(hours, selection=None), mo.md("If all of the traffic were of one audience.")])
    return compared, hours, load


@app.cell
def _(Audience, compared, group_rates, mo, sentence_scores, sentences, tuning_plots, where, widest_gap):
    rates = {
        name: group_rates(sentences, sentence_scores, judged, where, Audience.TEEN) for name, judged in compared.items()
    }
    gaps = {name: widest_gap(found) for name, found in rates.items()}
    groups = tuning_plots.group_gaps(rates)
    said_of_gaps = ", ".join(f"{name}: **{gap:.1%}**" for name, gap in gaps.items())
    mo.vstack([groups, mo.md(f"Widest gap between two groups, as teens are judged: {said_of_gaps}.")])
    return gaps, groups


@app.cell
def _(Audience, items, mo, policy, proposal, tuning, where):
    show_texts = mo.ui.switch(label="Show the texts (they may upset)", value=False)
    changed = {str(audience): tuning.flips(items, policy, proposal or policy, where, audience) for audience in Audience}
    show_texts
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
    mo.ui.table(table, selection=None) if table else mo.md("No text would flip.")
    return (table,)


@app.cell
def _(mo, out_folder):
    write = mo.ui.run_button(label="Write the proposed policy file")
    mo.hstack(
        [
            write,
            mo.md(f"to `{out_folder / 'moderation.toml'}`, to be checked with `kindling policy check` and reviewed."),
        ]
    )
    return (write,)


@app.cell
def _(mo, out_folder, proposal, tuning, write):
    proposed_path = out_folder / "moderation.toml"
    # As a script there is no one to press the button: the file is what the run is for.
    if proposal is not None and (write.value or mo.app_meta().mode == "script"):
        tuning.write_policy(proposal, proposed_path)
        done = mo.md(f"Written: version {proposal.version}. Next: `kindling policy backtest --policy {proposed_path}`.")
    else:
        done = mo.md("Not written.")
    done
    return (proposed_path,)


@app.cell
def _(cost, groups, load, mo, out_folder, precision_recall):
    # Plots for a report, as a script only.
    if mo.app_meta().mode == "script":
        out_folder.mkdir(parents=True, exist_ok=True)
        plots = {"precision_recall": precision_recall, "cost": cost, "load": load, "groups": groups}
        for name, chart in plots.items():
            chart.save(out_folder / f"{name}.svg")
    return


if __name__ == "__main__":
    app.run()
