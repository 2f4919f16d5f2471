"""Stored scores, as JSON texts, into arrays: DuckDB parses them, many times faster than Python would."""

import json
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from safety.decide_many import NOT_MEASURED, scores_array
from safety.policy import JUDGED

_SHAPE = json.dumps(dict.fromkeys(JUDGED, "DOUBLE"))
_NULL = "null"


class ScoreParser:
    """Parses on ``threads`` threads. One is opened for a whole run."""

    def __init__(self, threads: int = 2) -> None:
        self._connection = duckdb.connect(config={"threads": threads})

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the scores (N, C) of N texts, one JSON object each; categories that no policy judges are left out."""
        rows = pa.table({"scores": pa.array(texts, pa.string())})
        self._connection.register("stored", rows)
        parsed = self._connection.execute("SELECT unnest(from_json(scores, ?)) FROM stored", [_SHAPE]).fetchnumpy()
        scores = np.column_stack([np.ma.filled(parsed[name].astype(np.float64), NOT_MEASURED) for name in JUDGED])
        # A score that was no number is stored as null, which is not the same as one that nobody measured.
        doubtful = [row for row, text in enumerate(texts) if _NULL in text]
        if doubtful:
            scores[doubtful] = scores_array(json.loads(texts[row]) for row in doubtful)
        return scores
