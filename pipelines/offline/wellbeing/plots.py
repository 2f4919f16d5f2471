"""The report's plots, as SVG."""

import re
from collections.abc import Sequence
from typing import Any

from wellbeing.outcomes.reports import ALL, Cell, Instrument, plain_rows

_WORDS = {
    "raw": "as answered", "raking": "corrected (raking)", "inverse_propensity": "corrected (propensity)",
    "worst_case": "worst case",
}  # fmt: skip
_COLOURS = ["#8a8f98", "#3b6fb6", "#2f8f6b", "#d9a441"]
_BANDS = {ALL: "everyone", "adult": "18 and over", "older_teen": "16 and 17", "younger_teen": "13 to 15"}


def band_words(band: str) -> str:
    """Return an age band in words."""
    return _BANDS.get(band, band)


def over_time(cells: Sequence[Cell], instrument: Instrument) -> Any:
    """Return a chart of the share of everyone, period by period, by each way of counting, with intervals."""
    rows = [row | {"counted": _WORDS[row["counted"]]} for row in _plain(cells) if row["age_band"] == ALL]
    order = list(_WORDS.values())
    return _dots(rows, "counted", order, _COLOURS, f"{instrument.title}: everyone")


def by_band(cells: Sequence[Cell], instrument: Instrument) -> Any:
    """Return a chart of the corrected share (raking) by age band."""
    rows = [
        row | {"age_band": band_words(row["age_band"])}
        for row in _plain(cells)
        if row["age_band"] != ALL and row["counted"] == "raking"
    ]
    return _dots(rows, "age_band", list(_BANDS.values())[1:], _COLOURS[1:], f"{instrument.title}: by age, corrected")


def as_svg(chart: Any, number: int) -> str:
    """Return a chart as SVG to stand in a page; ``number`` keeps its ids apart from other charts'."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(chart.to_json())
    return re.sub(r"\b(clip|gradient)_?(\d+)", rf"chart{number}_\1\2", svg)


def _plain(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    return [row | {"from": str(row["from"]), "to": str(row["to"])} for row in plain_rows(cells)]


def _dots(rows: list[dict[str, Any]], by: str, order: list[str], colours: list[str], title: str) -> Any:
    import altair as alt

    base = alt.Chart({"values": rows}, title=title).encode(
        x=alt.X("to:O", title="period's end", axis=alt.Axis(labelAngle=-35)),
        xOffset=alt.XOffset(f"{by}:N", sort=order),
        color=alt.Color(f"{by}:N", sort=order, title=None, scale=alt.Scale(domain=order, range=colours)),
    )
    scale = alt.Scale(domain=[0, 1])
    intervals = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", scale=scale, title="share of people", axis=alt.Axis(format="%")), y2="high:Q"
    )
    points = base.transform_filter(f"datum.{by} != 'worst case'").mark_point(filled=True, size=45)
    return alt.layer(intervals, points.encode(y=alt.Y("share:Q", scale=scale))).properties(width=560, height=240)
