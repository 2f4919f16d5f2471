"""The policy that is judged: its probability of every item in every logged round, read from a file.

Any of these will do (items are named as in the log; probabilities of one slot or round sum to one):

- a table of ``item_id, probability`` and, if it differs by position, ``position`` (CSV, Parquet, or JSON records);
- the same with ``round`` (0-based row of the log), for a policy that looks at the context;
- JSON ``{"items": [...], "positions": [...], "probabilities": [[...], ...]}``, a row per position;
- ``.npy`` action distributions as the Open Bandit Pipeline has them: (rounds, items, positions), (rounds, items),
  (positions, items) or (items,), items in sorted order;
- a log of the policy itself, with clicks and propensities (Open Bandit's other campaign file): how often it showed each
  item at each position is its distribution, and its own clicks tell how far off the estimate is.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.errors import InvalidInput
from pipelines.offline.ope.logs import NEEDED, Logged, logs_of, read_table

Array = NDArray[Any]
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Target:
    """Probabilities (n, A) of each item in each logged round; ``rewards`` of its own rounds where the file has them."""

    probabilities: Array
    rewards: Array | None = None
    origin: str = "a table of probabilities"


def read_target(path: Path, logs: Logged) -> Target:
    """Read the target policy for these logs. Raises ``InvalidInput`` with what is wrong and what would be right."""
    if path.suffix == ".npy":
        return Target(_checked(_of_array(np.load(path, allow_pickle=False), logs), path))
    if path.suffix == ".json":
        content = _json(path)
        if isinstance(content, dict) and "probabilities" in content:
            return Target(_checked(_of_matrix(content, logs), path))
        table = pl.DataFrame(content)
    else:
        table = read_table(path)
    if all(column in table.columns for column in NEEDED):
        own = logs_of(table, str(path))
        return Target(_checked(_frequencies(own, logs), path), own.reward, "how often its own log shows each item")
    return Target(_checked(_of_table(table, logs, path), path))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(code="unreadable_target", detail=f"{path} is no JSON: {error}") from error


def _of_array(values: Array, logs: Logged) -> Array:
    rounds, items, positions = logs.count, len(logs.items), len(logs.positions)
    if values.shape == (rounds, items, positions):
        return np.asarray(values[np.arange(rounds), :, logs.position])
    if values.shape == (rounds, items):
        return values
    if values.shape == (positions, items):
        return np.asarray(values[logs.position])
    if values.shape == (items,):
        return np.broadcast_to(values, (rounds, items)).copy()
    raise InvalidInput(
        code="target_shape",
        detail=f"The action distribution has shape {values.shape}.",
        expected=f"{(rounds, items, positions)}, {(rounds, items)}, {(positions, items)} or {(items,)}.",
    )


def _of_matrix(content: dict[str, Any], logs: Logged) -> Array:
    rows = np.atleast_2d(np.array(content["probabilities"], dtype=np.float64))
    items = np.array(content.get("items", logs.items.tolist()))
    positions = np.array(content.get("positions", logs.positions.tolist()))
    if rows.shape == (1, len(items)):
        rows = np.repeat(rows, len(positions), axis=0)
    if rows.shape != (len(positions), len(items)):
        raise InvalidInput(
            code="target_shape",
            detail=f"`probabilities` has shape {rows.shape}, for {len(positions)} positions and {len(items)} items.",
            expected="One row per position, one number per item.",
        )
    table = pl.DataFrame(
        {
            "position": np.repeat(positions, len(items)),
            "item_id": np.tile(items, len(positions)),
            "probability": rows.ravel(),
        }
    )
    return _of_table(table, logs, Path("the file"))


def _of_table(table: pl.DataFrame, logs: Logged, path: Path) -> Array:
    if not {"item_id", "probability"} <= set(table.columns):
        raise InvalidInput(
            code="not_a_policy",
            detail=f"{path} has the columns {', '.join(table.columns)}.",
            expected="item_id, probability, and position or round where it depends on them.",
        )
    action = _places(table["item_id"].to_numpy(), logs.items, "item_id")
    probability = table["probability"].cast(pl.Float64).to_numpy()
    by_round = "round" in table.columns
    owner = (
        _places(table["round"].to_numpy(), np.arange(logs.count), "round")
        if by_round
        else _places(table["position"].to_numpy(), logs.positions, "position")
        if "position" in table.columns
        else None
    )
    slots = np.zeros((logs.count if by_round else len(logs.positions), len(logs.items)))
    if owner is None:
        slots += np.bincount(action, weights=probability, minlength=len(logs.items))
    else:
        np.add.at(slots, (owner, action), probability)
    return slots if by_round else np.asarray(slots[logs.position])


def _frequencies(own: Logged, logs: Logged) -> Array:
    """How often each item stood at each position: for a policy blind to context, its distribution averaged over time.

    The clicks of that log are not looked at.
    """
    counts = np.zeros((len(logs.positions), len(logs.items)))
    items = _places(own.items[own.action], logs.items, "item_id")
    np.add.at(counts, (_places(own.positions[own.position], logs.positions, "position"), items), 1.0)
    counts[counts.sum(axis=1) == 0.0] = counts.sum(axis=0)
    return np.asarray((counts / counts.sum(axis=1, keepdims=True))[logs.position])


def _places(values: Array, known: Array, column: str) -> Array:
    try:
        values = values.astype(known.dtype)
    except ValueError as error:
        raise _unknown(values, known, column) from error
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    wrong = known[places] != values
    if wrong.any():
        raise _unknown(values[wrong], known, column)
    return places


def _unknown(values: Array, known: Array, column: str) -> InvalidInput:
    return InvalidInput(
        code="unknown_in_target",
        detail=f"The target names {column} {values[0]}, which the log does not have.",
        field=column,
        expected=f"One of the {len(known)} of the log, from {known[0]} to {known[-1]}.",
    )


def _checked(probabilities: Array, path: Path) -> Array:
    sums = probabilities.sum(axis=1)
    if (probabilities < 0).any() or not np.isfinite(probabilities).all() or (abs(sums - 1) > _SUM_TOLERANCE).any():
        worst = int(np.argmax(abs(sums - 1)))
        raise InvalidInput(
            code="not_probabilities",
            detail=f"{path}: the probabilities of round {worst} sum to {sums[worst]:.4f}.",
            expected="Numbers from 0 that sum to one over the items of each position (or round).",
        )
    return np.asarray(probabilities / sums[:, None], dtype=np.float64)
