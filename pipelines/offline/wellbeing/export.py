"""Cells for others to work with: no ids, nothing about a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from wellbeing.outcomes.reports import Cell, ReportsPolicy, plain_rows

_SCHEMA = {
    "instrument": pl.String, "from": pl.Date, "to": pl.Date, "age_band": pl.String, "people": pl.Int64,
    "answers": pl.Int64, "effective_answers": pl.Float64, "imbalance_before": pl.Float64,
    "imbalance_after": pl.Float64, "counted": pl.String, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
_ABOUT = """Shares of people, one row a cell and a way of counting. Policy {version}.

Each row: an instrument, a period, an age band; how many people were there and how many of them answered. `share` with
`low` and `high` (95 %): `raw` as answered; `raking` and `inverse_propensity` corrected for silence, if people alike in
age, use and making who kept silent would have answered like those who did; `worst_case` assumes nothing: all who kept
silent said no (low), or yes (high).

A cell needs {least} people and {least} answers that are not all alike, and so does what is left beside the cells shown.
Nothing here is about one person, and nothing here shows what caused what.
"""


@dataclass(frozen=True, slots=True)
class ExportedCells:
    """How many cells were written, and how many held back."""

    shown: int
    held_back: int


def export_cells(cells: Sequence[Cell], policy: ReportsPolicy, folder: Path) -> ExportedCells:
    """Write ``cells.csv``, ``cells.parquet`` and ``README.txt`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pl.DataFrame(plain_rows(cells), schema=_SCHEMA)
    table.write_csv(folder / "cells.csv")
    table.write_parquet(folder / "cells.parquet")
    about = _ABOUT.format(version=policy.version, least=policy.report.least_people)
    (folder / "README.txt").write_text(about, encoding="utf-8")
    shown = sum(cell.is_shown for cell in cells)
    return ExportedCells(shown, len(cells) - shown)
