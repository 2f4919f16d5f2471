"""The heads' report: for each head its figures on the later week, a calibration plot and what it goes by."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ranking.heads import HEADS, MEASURED

_MOST_FEATURES = 12
_COLUMNS = (
    ("auc", "AUC"), ("ece", "ECE"), ("ece_low", "from"), ("ece_high", "to"), ("ece_floor", "ECE of a perfect head"),
    ("calibration_rms", "RMS gap, debiased"), ("base_rate", "base rate"), ("rows", "later rows"),
    ("trained_on", "trained on"), ("positives", "positives"),
)  # fmt: skip


def write_report(metrics: Mapping[str, Mapping[str, Any]], revision: str, folder: Path) -> Path:
    """Write ``index.html`` and two SVG files for each head below ``folder``; return the page.

    ``metrics``: a snapshot manifest's, by head.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, figures in metrics.items():
        calibration_plot(name, figures["bins"]).save(str(folder / f"{name}-calibration.svg"))
        importance_plot(name, figures["gain"]).save(str(folder / f"{name}-importance.svg"))
    page = folder / "index.html"
    page.write_text(_page(metrics, revision), encoding="utf-8")
    return page


def calibration_plot(name: str, bins: list[list[float]]) -> Any:
    """Return observed against predicted rates with 95 % Wilson intervals; the diagonal is a perfect head."""
    import altair as alt
    from statsmodels.stats.proportion import proportion_confint

    rows = []
    for said, seen, count in bins:
        low, high = proportion_confint(round(seen * count), round(count), method="wilson")
        rows.append({"predicted": said, "observed": seen, "low": float(low), "high": float(high)})
    top = max([row["high"] for row in rows] + [row["predicted"] for row in rows]) * 1.05
    scale = alt.Scale(domain=[0, top])
    x = alt.X("predicted:Q", scale=scale, title="predicted")
    points = alt.Chart(_table(rows)).encode(x=x)
    diagonal = alt.Chart(_table([{"predicted": 0, "observed": 0}, {"predicted": top, "observed": top}]))
    layers = alt.layer(
        diagonal.mark_line(strokeDash=[4, 4], color="#888").encode(x=x, y=alt.Y("observed:Q", scale=scale)),
        points.mark_rule(color="#3b6fb6").encode(y="low:Q", y2="high:Q"),
        points.mark_point(filled=True, size=60, color="#3b6fb6").encode(y=alt.Y("observed:Q", title="observed")),
    )
    return layers.properties(width=300, height=300, title=f"{name}: calibration on the later week")


def importance_plot(name: str, gain: Mapping[str, float]) -> Any:
    """Return bars of the features that a head's trees gained most from."""
    import altair as alt

    largest = sorted(gain.items(), key=lambda item: -item[1])[:_MOST_FEATURES]
    rows = [{"feature": feature, "share": share} for feature, share in largest]
    bars = alt.Chart(_table(rows)).mark_bar(color="#3b6fb6")
    return bars.encode(
        x=alt.X("share:Q", title="share of the trees' gain"), y=alt.Y("feature:N", sort="-x", title=None)
    ).properties(width=300, height=300, title=f"{name}: what it goes by")


def _table(rows: list[dict[str, Any]]) -> Any:
    return {"values": rows}


def _page(metrics: Mapping[str, Mapping[str, Any]], revision: str) -> str:
    header = "".join(f"<th>{label}</th>" for _, label in _COLUMNS)
    rows = "".join(
        f"<tr><th scope=row><a href='#{name}'>{name}</a></th>"
        + "".join(f"<td>{_shown(figures[key])}</td>" for key, _ in _COLUMNS)
        + "</tr>"
        for name, figures in metrics.items()
    )
    parts = "".join(_section(name) for name in metrics)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Ranking heads</title>"
        "<style>body{font:16px system-ui;margin:2rem auto;max-width:72rem;padding:0 1rem}"
        "table{border-collapse:collapse;display:block;overflow-x:auto}"
        "th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #ddd}img{max-width:100%}</style>"
        f"<h1>Ranking heads</h1><p>Snapshot {escape(revision)}; figures on the latest week, which no head learned"
        " from. ECE: mean gap between predicted and observed rates over 15 bins of equal size, with its 95&nbsp;%"
        " bootstrap interval, beside what a perfect head would show on as many rows.</p>"
        f"<table><thead><tr><th>head</th>{header}</tr></thead><tbody>{rows}</tbody></table>{parts}</html>\n"
    )


def _section(name: str) -> str:
    said = (HEADS | MEASURED)[name]
    aside = " Measured only: it is never loaded for serving." if name in MEASURED else ""
    return (
        f"<h2 id={name}>{name}</h2><p>The probability that {said}.{aside}</p>"
        f"<img src={name}-calibration.svg alt='Calibration of {name}'>"
        f"<img src={name}-importance.svg alt='Features that {name} goes by'>"
    )


def _shown(value: Any) -> str:
    return "-" if value is None else f"{value:.4f}" if isinstance(value, float) else f"{value:,}"
