"""The plots of the policy notebooks. Altair is imported where it is used: it is no part of serving."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.vocabulary import Audience
from pipelines.offline.moderation.identity import GroupRate
from pipelines.offline.moderation.tuning import Point
from safety.policy import Thresholds

_COLOURS = {Audience.ADULT: "#3b6fb6", Audience.TEEN: "#2f8f6b", Audience.DEPICTED_MINOR: "#b6563b"}
_SIZE = {"width": 260, "height": 220}
_OUTCOMES = {"allow": "#2f8f6b", "limit": "#d9a441", "review": "#b6563b", "block": "#5b1f1f"}
_CHANGES = {"stricter": "#3b6fb6", "looser": "#d9a441"}


def precision_recall(curve: Sequence[Point], chosen: Mapping[Audience, Thresholds]) -> Any:
    """Return precision against recall over all thresholds, with each audience's block threshold marked on it."""
    import altair as alt

    axes = {"x": alt.X("recall:Q", scale=_unit()), "y": alt.Y("precision:Q", scale=_unit())}
    line = alt.Chart(_data([_row(point) for point in curve])).mark_line(color="#8a8f98")
    marks = [{**_row(_nearest(curve, at.block_at)), "audience": str(who)} for who, at in chosen.items()]
    dots = alt.Chart(_data(marks)).mark_point(filled=True, size=110)
    told = ["audience:N", "threshold:Q", "recall:Q", "precision:Q"]
    layers = alt.layer(
        line.encode(**axes, order="threshold:Q"), dots.encode(**axes, color=_audience_colour(), tooltip=told)
    )
    return layers.properties(title="What is caught, and how much of it rightly", **_SIZE)


def cost_curves(curves: Mapping[Audience, Sequence[Point]], chosen: Mapping[Audience, Thresholds]) -> Any:
    """Return the cost per thousand texts of blocking from each threshold on, with the chosen thresholds marked."""
    import altair as alt

    rows = [{**_row(point), "audience": str(who)} for who, curve in curves.items() for point in curve]
    marks = [{"threshold": at.block_at, "audience": str(who)} for who, at in chosen.items() if at.block_at <= 1]
    x = alt.X("threshold:Q", title="blocked from", scale=_unit())
    lines = alt.Chart(_data(rows)).mark_line().encode(x=x, y=alt.Y("cost:Q"), color=_audience_colour())
    rules = alt.Chart(_data(marks)).mark_rule(strokeDash=[4, 4]).encode(x=x, color=_audience_colour())
    return alt.layer(lines, rules).properties(title="Cost per 1,000 texts", **_SIZE)


def loads(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return bars of review load and over-refusal: rows of audience, policy, what, share."""
    import altair as alt

    bars = alt.Chart(_data(rows)).mark_bar()
    return bars.encode(
        x=alt.X("share:Q", axis=alt.Axis(format="%"), title=None), y=alt.Y("policy:N", title=None),
        row=alt.Row("what:N", title=None), column=alt.Column("audience:N", sort=[str(who) for who in Audience]),
        color=alt.Color("policy:N", legend=None),
    ).properties(width=180, height=40, title="Adults beside minors: in force, and proposed")  # fmt: skip


def group_gaps(rates: Mapping[str, Sequence[GroupRate]]) -> Any:
    """Return, by policy, how often harmless sentences that name a group are held or refused."""
    import altair as alt

    rows = [
        {"policy": policy, "kind": item.kind, "group": item.group, "rate": item.rate}
        for policy, items in rates.items()
        for item in items
    ]
    dots = alt.Chart(_data(rows)).mark_point(filled=True, size=60)
    return dots.encode(
        x=alt.X("rate:Q", axis=alt.Axis(format="%"), title="harmless sentences held or refused"),
        y=alt.Y("group:N", title=None), color="policy:N", shape="policy:N",
    ).properties(width=420, title="Gaps between named groups")  # fmt: skip


def flips_by(rows: Sequence[tuple[str, int, int]], by: str) -> Any:
    """Return bars of flips: rows of (category, surface or audience; stricter; looser)."""
    import altair as alt

    told = [
        {by: name or "no category", "way": way, "decisions": count}
        for name, stricter, looser in rows
        for way, count in (("stricter", stricter), ("looser", looser))
    ]
    colour = alt.Color("way:N", scale=alt.Scale(domain=list(_CHANGES), range=list(_CHANGES.values())), title=None)
    bars = alt.Chart(_data(told)).mark_bar()
    return bars.encode(x="decisions:Q", y=alt.Y(f"{by}:N", sort="-x", title=None), color=colour).properties(
        width=360, title=f"Flips by {by}"
    )


def outcome_bars(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return outcomes under both policies: rows of audience, outcome, before, after."""
    import altair as alt

    told = [
        {"audience": row["audience"], "outcome": row["outcome"], "policy": name, "decisions": row[column]}
        for row in rows
        for name, column in (("in force", "before"), ("candidate", "after"))
    ]
    bars = alt.Chart(_data(told)).mark_bar()
    return bars.encode(
        x=alt.X("decisions:Q", stack="normalize", axis=alt.Axis(format="%"), title=None),
        y=alt.Y("policy:N", title=None, sort=["in force", "candidate"]),
        color=alt.Color(
            "outcome:N", scale=alt.Scale(domain=list(_OUTCOMES), range=list(_OUTCOMES.values())), title=None
        ),
        row=alt.Row("audience:N", title=None),
    ).properties(width=420, height=50, title="Outcomes of the whole history")  # fmt: skip


def _audience_colour() -> Any:
    import altair as alt

    names = [str(who) for who in _COLOURS]
    return alt.Color("audience:N", scale=alt.Scale(domain=names, range=list(_COLOURS.values())))


def _unit() -> Any:
    import altair as alt

    return alt.Scale(domain=[0, 1])


def _row(point: Point) -> dict[str, float]:
    return {
        "threshold": point.threshold, "precision": point.precision, "recall": point.recall,
        "cost": point.cost_per_1000,
    }  # fmt: skip


def _nearest(curve: Sequence[Point], threshold: float) -> Point:
    return min(curve, key=lambda point: abs(point.threshold - threshold))


def _data(rows: Sequence[Mapping[str, Any]]) -> Any:
    return {"values": [dict(row) for row in rows]}
