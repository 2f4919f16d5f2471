"""How each head does for parts of the traffic: a head may be right on the whole and wrong for newcomers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.head_metrics import auc, expected_calibration_error
from pipelines.offline.head_rows import HeadRows
from ranking.features import PairFacts, matrix
from ranking.heads import Heads

Mask = NDArray[np.bool_]
_DAY_S = 86_400.0
_LEAST_ROWS = 50


def segments(facts: PairFacts) -> dict[str, Mask]:
    """Return, for every impression, which parts of the traffic it belongs to."""
    follows, fresh = facts.follows_creator > 0, facts.age_s < _DAY_S
    quiet = facts.activity < np.median(facts.activity)
    return {
        "everyone": np.ones(len(follows), bool),
        "creator followed": follows, "creator not followed": ~follows,
        "published within a day": fresh, "published before": ~fresh,
        "quiet viewers": quiet, "active viewers": ~quiet,
        "first on the page": facts.position == 0, "further down": facts.position > 0,
    }  # fmt: skip


def segment_figures(rows: HeadRows, heads: Heads) -> list[dict[str, Any]]:
    """Return AUC and calibration error of every served head on the later days, by segment.

    Rows of head, segment, rows, observed and predicted rates, auc (None without both outcomes) and ece. Segments of
    fewer than 50 impressions are left out.
    """
    later = rows.split.parts(rows.at)[2]
    predicted = heads.probabilities(matrix(rows.facts))
    parts = segments(rows.facts)
    return [
        figures
        for head in sorted(heads.trained)
        for name, mask in parts.items()
        if (figures := _figures(head, name, rows.labels, predicted, mask & later)) is not None
    ]


def _figures(
    head: str, segment: str, labels: Mapping[str, NDArray[Any]], predicted: Mapping[str, Any], mask: Mask
) -> dict[str, Any] | None:
    chosen = mask & ~np.isnan(labels[head])
    if int(chosen.sum()) < _LEAST_ROWS:
        return None
    observed, said = labels[head][chosen], predicted[head][chosen]
    return {
        "head": head, "segment": segment, "rows": len(observed),
        "observed": float(observed.mean()), "predicted": float(said.mean()),
        "auc": auc(observed, said), "ece": expected_calibration_error(observed, said),
    }  # fmt: skip


def segment_plot(figures: Sequence[Mapping[str, Any]]) -> Any:
    """Return predicted beside observed rates, segment by segment, for rows of one head from ``segment_figures``."""
    import altair as alt

    rows = [
        {"segment": row["segment"], "what": what, "rate": row[what], "rows": row["rows"]}
        for row in figures
        for what in ("observed", "predicted")
    ]
    dots = alt.Chart({"values": rows}).mark_point(filled=True, size=70)
    return dots.encode(
        x=alt.X("rate:Q", axis=alt.Axis(format="%"), title=None),
        y=alt.Y("segment:N", sort=None, title=None),
        color=alt.Color("what:N", title=None), shape="what:N", tooltip=["segment:N", "what:N", "rate:Q", "rows:Q"],
    ).properties(width=420, title="Predicted and observed, by part of the traffic")  # fmt: skip
