"""Decide the whole stored history again under another policy: what flips, where, for whom, and who is touched.

Both policies decide from the stored scores, so that the difference is the policy's alone. What a rule besides the
thresholds had decided (a likeness withheld, a detector that failed) stays at least as strict as it was.
"""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.storage.database import Database
from core.storage.decision_history import DecisionHistory
from core.vocabulary import Audience, Outcome
from pipelines.offline.moderation.scores_text import ScoreParser
from safety.decide import is_by_scores
from safety.decide_many import AUDIENCES, SURFACES, ManyVerdicts, decide_many
from safety.policy import JUDGED, ModerationPolicy

EXAMPLES_PER_KIND, MOST_CREATORS = 5, 50
_BUCKETS = 1_000_000
OUTCOMES = tuple(outcome.name.lower() for outcome in Outcome)
_SURFACE_PLACE = {str(surface): place for place, surface in enumerate(SURFACES)}
_AUDIENCE_PLACE = {str(audience): place for place, audience in enumerate(AUDIENCES)}
_CATEGORIES = (*JUDGED, "")  # the last is what "no category" (-1) picks
_KIND = ("category", "surface", "audience", "before", "after")


@dataclass(frozen=True, slots=True)
class Backtest:
    """What deciding again came to. ``flips``: category, surface, audience, before, after, count, examples (ids)."""

    before: ModerationPolicy
    after: ModerationPolicy
    decisions: int
    flips: pl.DataFrame
    creators: pl.DataFrame  # person_id, stricter, looser; those with most flips first
    outcomes: pl.DataFrame  # audience, outcome, before, after
    stored_otherwise: int  # stored outcomes that the policy in force would not give today
    seconds: float

    @property
    def flipped(self) -> int:
        """How many decisions come out otherwise."""
        return int(self.flips["count"].sum())

    @property
    def looser_for_minors(self) -> int:
        """How many decisions about people under 18 come out milder."""
        milder = (pl.col("audience") != str(Audience.ADULT)) & ~_stricter()
        return int(self.flips.filter(milder)["count"].sum())

    def by(self, column: str) -> list[tuple[str, int, int]]:
        """Return (value, stricter, looser) for each category, surface or audience; those with most flips first."""
        stricter = _stricter()
        counts = self.flips.group_by(column).agg(
            pl.col("count").filter(stricter).sum().alias("stricter"),
            pl.col("count").filter(~stricter).sum().alias("looser"),
        )
        ordered = counts.sort(pl.col("stricter") + pl.col("looser"), column, descending=[True, False])
        return [(str(name), int(more), int(less)) for name, more, less in ordered.iter_rows()]


def backtest(
    database: Database,
    before: ModerationPolicy,
    after: ModerationPolicy,
    *,
    since: datetime | None = None,
    sample: float = 1.0,
    progress: Callable[[int], None] = lambda _: None,
) -> Backtest:
    """Decide every stored decision (or a ``sample`` of them, the same ones each time) under both policies."""
    started, parse = time.perf_counter(), ScoreParser()
    decisions = otherwise = 0
    parts: list[_Part] = []
    with database.read() as tx:
        for columns in DecisionHistory(tx).batches(since):
            chosen = _sampled(columns, sample)
            if chosen["id"]:
                part = _decide_again(chosen, parse(chosen["scores"]), before, after)
                parts.append(part)
                decisions += len(chosen["id"])
                otherwise += part.stored_otherwise
            progress(len(columns["id"]))
    flips, creators, outcomes = (_summed(parts, name) for name in ("flips", "creators", "outcomes"))
    return Backtest(
        before, after, decisions,
        flips.sort("count", *_KIND, descending=[True, *[False] * len(_KIND)]),
        creators.sort(pl.col("stricter") + pl.col("looser"), "person_id", descending=[True, False]).head(MOST_CREATORS),
        outcomes.sort("audience", "outcome"), otherwise, time.perf_counter() - started,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    flips: pl.DataFrame
    creators: pl.DataFrame
    outcomes: pl.DataFrame
    stored_otherwise: int


def _sampled(columns: dict[str, list[Any]], sample: float) -> dict[str, list[Any]]:
    if sample >= 1:
        return columns
    most = sample * _BUCKETS
    kept = [row for row, ident in enumerate(columns["id"]) if zlib.crc32(ident.encode()) % _BUCKETS < most]
    return {name: [values[row] for row in kept] for name, values in columns.items()}


def _decide_again(
    columns: dict[str, list[Any]], scores: NDArray[np.float64], before: ModerationPolicy, after: ModerationPolicy
) -> _Part:
    surfaces = np.fromiter(map(_SURFACE_PLACE.__getitem__, columns["surface"]), np.int8)
    audiences = np.fromiter(map(_AUDIENCE_PLACE.__getitem__, columns["audience"]), np.int8)
    stored = np.fromiter(map(OUTCOMES.index, columns["outcome"]), np.int8)
    by_scores = np.fromiter(map(is_by_scores, columns["rule_id"], columns["category"]), np.bool_)
    floor = np.where(by_scores, np.int8(0), stored)
    old, new = (decide_many(scores, surfaces, audiences, policy) for policy in (before, after))
    was, now = np.maximum(old.outcomes_N, floor), np.maximum(new.outcomes_N, floor)
    frame = pl.DataFrame(
        {
            "id": columns["id"], "person_id": columns["person_id"],
            "surface": columns["surface"], "audience": columns["audience"],
            "category": _led_by(old, new), "before": was, "after": now,
        },
        schema_overrides={"person_id": pl.String},
    )  # fmt: skip
    flipped = frame.filter(pl.col("before") != pl.col("after"))
    return _Part(_kinds(flipped), _people(flipped), _shares(frame), int((was != stored).sum()))


def _led_by(old: ManyVerdicts, new: ManyVerdicts) -> NDArray[np.str_]:
    """Return the category that led to the harsher of the two outcomes."""
    names = np.asarray(_CATEGORIES)
    led: NDArray[np.str_] = names[np.where(new.outcomes_N > old.outcomes_N, new.categories_N, old.categories_N)]
    return led


def _kinds(flipped: pl.DataFrame) -> pl.DataFrame:
    named = flipped.with_columns(_name("before"), _name("after"))
    return named.group_by(_KIND).agg(pl.len().alias("count"), pl.col("id").head(EXAMPLES_PER_KIND).alias("examples"))


def _people(flipped: pl.DataFrame) -> pl.DataFrame:
    stricter = pl.col("after") > pl.col("before")
    known = flipped.filter(pl.col("person_id").is_not_null())
    return known.group_by("person_id").agg(stricter.sum().alias("stricter"), (~stricter).sum().alias("looser"))


def _shares(frame: pl.DataFrame) -> pl.DataFrame:
    counts = [
        frame.group_by("audience", pl.col(name).alias("outcome")).agg(pl.len().alias(name))
        for name in ("before", "after")
    ]
    joined = counts[0].join(counts[1], on=["audience", "outcome"], how="full", coalesce=True).fill_null(0)
    return joined.with_columns(_name("outcome"))


def _name(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(dict(enumerate(OUTCOMES)), return_dtype=pl.String)


def _stricter() -> pl.Expr:
    place = {name: number for number, name in enumerate(OUTCOMES)}
    before, after = (pl.col(name).replace_strict(place, return_dtype=pl.Int8) for name in ("before", "after"))
    return after > before


def _summed(parts: list[_Part], name: str) -> pl.DataFrame:
    """Return the parts' tables as one, counts added up and the first examples kept."""
    frames: list[pl.DataFrame] = [getattr(part, name) for part in parts] or [getattr(_nothing(), name)]
    keys = {"flips": _KIND, "creators": ("person_id",), "outcomes": ("audience", "outcome")}[name]
    whole = pl.concat(frames, how="vertical_relaxed")
    sums = [pl.col(column).sum() for column in whole.columns if column not in (*keys, "examples")]
    kept = [pl.col("examples").explode().head(EXAMPLES_PER_KIND)] if "examples" in whole.columns else []
    return whole.group_by(keys).agg(*sums, *kept)


def _nothing() -> _Part:
    texts = dict.fromkeys(("id", "person_id", "surface", "audience", "category"), pl.String)
    frame = pl.DataFrame(schema={**texts, "before": pl.Int8, "after": pl.Int8})
    return _Part(_kinds(frame), _people(frame), _shares(frame), 0)
