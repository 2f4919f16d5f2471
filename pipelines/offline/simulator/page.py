"""What a study is shown as: a plot, a JSON file with every run, and the tables of ``docs/trade-off.md``."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.offline.simulator.engines import Arm
from pipelines.offline.simulator.study import (
    EVEN,
    MEASURES,
    RESPONDENTS,
    Estimate,
    Run,
    StudyConfig,
    difference,
    values_of,
)

_NAMES = {Arm.KINDLING: "Kindling", Arm.WATCH_TIME: "watch time", Arm.CHRONOLOGICAL: "newest first"}
_COLOURS = ["#2f7d4f", "#b5472f", "#5b6b8c"]
_BEGIN, _END = "<!-- figures: written by `kindling eval tradeoff` -->", "<!-- end of figures -->"


def write_study(runs: Sequence[Run], config: StudyConfig, folder: Path) -> list[Path]:
    """Write ``trade-off.svg`` and ``trade-off.json``, and put the tables into ``trade-off.md``; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    plot, data, page = (folder / f"trade-off.{kind}" for kind in ("svg", "json", "md"))
    _plot(runs).save(str(plot))
    told = {"config": config.model_dump(), "runs": [asdict(run) for run in runs]}
    data.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    text = page.read_text(encoding="utf-8") if page.exists() else f"# The trade-off\n\n{_BEGIN}\n{_END}\n"
    before, rest = text.split(_BEGIN, 1)
    page.write_text(f"{before}{_BEGIN}\n{tables(runs, config)}{_END}{rest.split(_END, 1)[1]}", encoding="utf-8")
    return [plot, data, page]


def tables(runs: Sequence[Run], config: StudyConfig) -> str:
    """Return both tables in Markdown."""
    lines = [
        f"{config.seeds} towns of {config.people} people and {config.videos} videos; {config.history_days} days of"
        f" randomised pages, then {config.loop_days} days in the loop, trained again every"
        f" {config.retrain_every_days} days. Means with 95 % intervals over towns.",
        "",
        "| | " + " | ".join(_NAMES.values()) + " | Kindling less watch time | Kindling less newest first |",
        "|---|" + "---|" * (len(_NAMES) + 2),
    ]
    for measured, said in MEASURES.items():
        means = [_said(Estimate.of(values_of(runs, arm, measured))) for arm in Arm]
        differences = [_signed(difference(runs, measured, arm)) for arm in (Arm.WATCH_TIME, Arm.CHRONOLOGICAL)]
        lines.append(f"| {said} | {' | '.join(means + differences)} |")
    lines += [
        "",
        "Who answers polls, and what it does to Kindling, which learns from the answers:",
        "",
        "| who answers | poll answer: Kindling | less watch time | less newest first | true satisfaction: Kindling |"
        " less watch time | less newest first | creations: less watch time | less newest first |",
        "|---|" + "---|" * 8,
    ]
    lines += [_sensitivity(runs, asked.name) for asked in RESPONDENTS]
    return "\n".join(lines) + "\n"


def _sensitivity(runs: Sequence[Run], asked: str) -> str:
    cells = []
    for measured in ("poll", "satisfaction", "creations"):
        if measured != "creations":
            cells.append(_said(Estimate.of(values_of(runs, Arm.KINDLING, measured, asked))))
        cells += [_signed(difference(runs, measured, arm, asked)) for arm in (Arm.WATCH_TIME, Arm.CHRONOLOGICAL)]
    return f"| {asked} | {' | '.join(cells)} |"


def _said(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _signed(estimate: Estimate) -> str:
    return f"{estimate.mean:+.3f} ({estimate.low:+.3f} to {estimate.high:+.3f})"


def _plot(runs: Sequence[Run]) -> Any:
    """One panel for each measure: an interval for each engine over its towns' dots; below, by who answers polls."""
    import altair as alt

    panels = [_panel(runs, measured, said) for measured, said in MEASURES.items()]
    answering = [_panel(runs, "poll", f"poll answer, {asked.name} answer", asked.name) for asked in RESPONDENTS]
    rows = [alt.hconcat(*panels[:3]), alt.hconcat(*panels[3:]), alt.hconcat(*answering)]
    return alt.vconcat(*rows).configure_axis(labelFontSize=12, titleFontSize=12).configure_title(fontSize=13)


def _panel(runs: Sequence[Run], measured: str, said: str, asked: str = EVEN.name) -> Any:
    import altair as alt

    means, dots = [], []
    for arm, name in _NAMES.items():
        values = values_of(runs, arm, measured, asked)
        means.append({"engine": name} | asdict(Estimate.of(values)))
        dots += [{"engine": name, "value": value} for value in values]
    x = alt.X("engine:N", sort=list(_NAMES.values()), title=None, axis=alt.Axis(labelAngle=0))
    colour = alt.Color("engine:N", scale=alt.Scale(domain=list(_NAMES.values()), range=_COLOURS), legend=None)
    scale = alt.Scale(zero=False, padding=8)
    base, table = alt.Chart(_table(means)).encode(x=x, color=colour), _table(dots)
    return alt.layer(
        alt.Chart(table).mark_point(filled=True, size=18, opacity=0.45).encode(
            x=x, y=alt.Y("value:Q", scale=scale, title=None), color=colour
        ),
        base.mark_rule(strokeWidth=2.5).encode(y=alt.Y("low:Q", scale=scale, title=None), y2="high:Q"),
        base.mark_point(filled=True, size=90).encode(y=alt.Y("mean:Q", scale=scale, title=None)),
    ).properties(width=230, height=170, title=said)  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> Any:
    return {"values": rows}
