"""Logged bandit feedback in the columns of the Open Bandit Dataset (Saito et al., 2021), from CSV or Parquet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.errors import InvalidInput

Array = NDArray[Any]
NEEDED = ("item_id", "click", "propensity_score")
_AFFINITY, _FEATURE = "user-item_affinity_", "user_feature_"


@dataclass(frozen=True, slots=True)
class Logged:
    """n rounds: ``action`` and ``position`` are row numbers into ``items`` and ``positions``."""

    items: Array  # (A,) item ids, sorted
    positions: Array  # (P,) position labels, sorted
    action: Array  # (n,)
    position: Array  # (n,)
    reward: Array  # (n,) 0 or 1
    propensity: Array  # (n,) probability of the action, given context and position
    features: Array  # (n, f) str: what is known of the user
    affinity: Array  # (n, A): user-item affinity; zero columns where the log has none

    @property
    def count(self) -> int:
        """How many rounds there are."""
        return len(self.action)


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV or Parquet file, by its ending."""
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=10_000)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput(
            code="unreadable_table",
            detail=f"{path} cannot be read as a table: {error}",
            expected="A CSV file with a header, or a .parquet file.",
        ) from error


def read_logs(path: Path) -> Logged:
    """Read logged feedback: item_id, click, propensity_score; position, user features and affinities if there."""
    return logs_of(read_table(path), str(path))


def logs_of(table: pl.DataFrame, name: str) -> Logged:
    """Return logged feedback from a table. Raises ``InvalidInput`` naming the column at fault."""
    missing = [column for column in NEEDED if column not in table.columns]
    if missing or table.is_empty():
        raise InvalidInput(
            code="not_a_log",
            detail=f"{name} has {'no rows' if not missing else 'no column ' + ', '.join(missing)}.",
            expected=f"Logged rounds with the columns {', '.join(NEEDED)} and, if known, position.",
        )
    affinities = sorted((c for c in table.columns if c.startswith(_AFFINITY)), key=lambda c: int(c.rsplit("_", 1)[1]))
    labels = table["item_id"].to_numpy()
    whole = np.arange(len(affinities)) if affinities else np.zeros(0, dtype=labels.dtype)
    items = np.union1d(labels, whole)  # an affinity column for an item that was never shown makes it an action too
    positions, position = np.unique(_position_labels(table), return_inverse=True)
    affinity = table.select(affinities).to_numpy() if len(affinities) == len(items) else np.zeros((table.height, 0))
    features = table.select([c for c in table.columns if c.startswith(_FEATURE)]).to_numpy().astype(str)
    return Logged(
        items=items,
        positions=positions,
        action=np.searchsorted(items, labels),
        position=position,
        reward=_within(table, "click", name, low=0.0),
        propensity=_within(table, "propensity_score", name, low=1e-12),
        features=features,
        affinity=affinity.astype(np.float64),
    )


def _position_labels(table: pl.DataFrame) -> Array:
    if "position" not in table.columns:
        return np.ones(table.height, dtype=np.int64)
    labels: Array = table["position"].to_numpy()
    return labels


def _within(table: pl.DataFrame, column: str, name: str, *, low: float) -> Array:
    values = table[column].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    wrong = ~((values >= low) & (values <= 1.0))
    if wrong.any():
        raise InvalidInput(
            code="bad_log_value",
            detail=f"{name}: {column} is {values[wrong][0]} in data row {int(np.argmax(wrong)) + 1}.",
            field=column,
            expected="A number from 0 to 1; a propensity is above 0.",
        )
    return np.asarray(values, dtype=np.float64)
