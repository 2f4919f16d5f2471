"""What a report may say: shares of people over whole periods, corrected for silence, and never about a few.

A cell is one instrument, one period and one age band. It is shown only if at least ``least_people`` people were there,
as many answered, and not all said the same; and only if what is left of the whole beside the cells shown is as safe
(Sweeney, "k-Anonymity: A Model for Protecting Privacy", 2002; complementary suppression as statistical offices do it).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel, load_policy
from wellbeing.outcomes.nonresponse import (
    Bound,
    Floats,
    Traits,
    effective_size,
    imbalance,
    inverse_propensity,
    rake,
    trimmed,
    weighted_share,
    worst_case,
)

ALL = "all"
WAYS = ("raw", "raking", "inverse_propensity", "worst_case")


class ReportRules(PolicyModel):
    """How cells are made and which are shown."""

    least_people: int = Field(ge=10, le=1000, description="Fewest people, and fewest answers, of a cell that is shown.")
    alpha: float = Field(gt=0, le=0.1, description="Error of the two-sided intervals.")
    trim_at: float = Field(ge=1, le=20, description="Largest weight of one answer, in means.")
    most_imbalance: float = Field(gt=0, le=1, description="Imbalance after weighting above which the report warns.")
    periods: int = Field(ge=1, le=60, description="How many periods are shown.")


class Instrument(PolicyModel):
    """One question, and which answers count as good."""

    kind: Literal["item", "mood", "time_well_spent", "who5", "look_back"]
    title: str = Field(min_length=3, max_length=60)
    population: Literal["present", "half_year"] = Field(
        description="Whom it speaks of: who was handed a video in the period, or who joined half a year before its end."
    )
    period_days: int = Field(ge=7, le=364, multiple_of=7, description="Whole weeks.")
    good_from: float = Field(description="Least answer (a person's mean, a form's score) that counts as good.")
    good_means: str = Field(min_length=5, description="Goes after `the share of people who`.")


class ReportsPolicy(Policy):
    """reports.toml."""

    report: ReportRules
    instrument: tuple[Instrument, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        kinds = [item.kind for item in self.instrument]
        if len(set(kinds)) < len(kinds):
            raise ValueError("two instruments have one kind")
        return self


def load_reports(overrides: Path | None = None) -> ReportsPolicy:
    """Load what reports show. Raises ``BrokenPolicy``."""
    return load_policy(Path(__file__).parents[1] / "policies" / "reports.toml", ReportsPolicy, overrides)


def reported_until(now: datetime) -> datetime:
    """Return the end of what is reported: the last Monday, 00:00 UTC, so that reports within a week agree."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def period_ends(now: datetime, instrument: Instrument, place: int) -> tuple[datetime, datetime]:
    """Return when a period begins and ends; 0 is the newest that is over."""
    length = timedelta(days=instrument.period_days)
    end = reported_until(now) - place * length
    return end - length, end


@dataclass(frozen=True, slots=True)
class Group:
    """Everyone a cell speaks of: what is known of them, their answers (NaN: none) and their age bands."""

    traits: Traits
    bands: Any
    answers: Floats


@dataclass(frozen=True, slots=True)
class Cell:
    """One instrument, period and age band. One that is not shown holds no number at all."""

    kind: str
    start: datetime
    end: datetime
    band: str
    is_shown: bool
    people: int = 0
    answers: int = 0
    effective_answers: float = 0.0
    imbalance_before: float = 0.0
    imbalance_after: float = 0.0
    shares: Mapping[str, Bound] | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What decides whether a cell is shown."""

    people: int
    answers: int
    good: int

    def less(self, other: "Count") -> "Count":
        """Return what is left without another's."""
        return Count(self.people - other.people, self.answers - other.answers, self.good - other.good)

    def is_safe(self, least: int) -> bool:
        """Tell whether there are enough people and answers, and not all of them alike."""
        return min(self.people, self.answers) >= least and 0 < self.good < self.answers


def cells_of(group: Group, instrument: Instrument, period: tuple[datetime, datetime], rules: ReportRules) -> list[Cell]:
    """Return the cell of everyone and one for each age band that anyone is in, unsafe ones without any number."""
    start, end = period
    masks = {ALL: np.ones(len(group.answers), dtype=bool)} | {
        str(band): group.bands == band for band in sorted(set(group.bands.tolist()))
    }
    counts = {band: _count(group, mask, instrument) for band, mask in masks.items()}
    shown = safe_bands(counts, rules.least_people)
    return [
        _cell(group, masks[band], instrument, start, end, band, rules)
        if band in shown
        else Cell(instrument.kind, start, end, band, is_shown=False)
        for band in masks
    ]


def _count(group: Group, mask: Any, instrument: Instrument) -> Count:
    said = group.answers[mask & ~np.isnan(group.answers)]
    return Count(int(mask.sum()), len(said), int((said >= instrument.good_from).sum()))


def safe_bands(counts: Mapping[str, Count], least: int) -> set[str]:
    """Return what may be shown: the whole, and bands until what is left beside them would tell of too few."""
    if not counts[ALL].is_safe(least):
        return set()
    bands = sorted((band for band in counts if band != ALL and counts[band].is_safe(least)),
                   key=lambda band: (counts[band].people, band))  # fmt: skip
    while bands:
        left = counts[ALL]
        for band in bands:
            left = left.less(counts[band])
        if left.people == 0 or left.is_safe(least):
            break
        bands.pop(0)  # the smallest
    return {ALL, *bands}


def _cell(
    group: Group, mask: Any, instrument: Instrument, start: datetime, end: datetime, band: str, rules: ReportRules
) -> Cell:
    traits = {name: values[mask] for name, values in group.traits.items()}
    answers = group.answers[mask]
    responded = ~np.isnan(answers)
    good = answers[responded] >= instrument.good_from
    even = np.ones(len(good))
    weights = {
        "raking": trimmed(rake(traits, responded), at=rules.trim_at),
        "inverse_propensity": trimmed(inverse_propensity(traits, responded), at=rules.trim_at),
    }
    shares = {"raw": weighted_share(good, even, alpha=rules.alpha)}
    shares |= {way: weighted_share(good, given, alpha=rules.alpha) for way, given in weights.items()}
    shares["worst_case"] = worst_case(good, len(answers))
    return Cell(
        instrument.kind, start, end, band, True, len(answers), len(good),
        min(effective_size(given) for given in weights.values()),
        imbalance(traits, responded, even),
        max(imbalance(traits, responded, given) for given in weights.values()),
        shares,
    )  # fmt: skip


def plain_rows(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the cells that are shown as rows of plain values, one a way of counting: for tables, plots and exports."""
    return [
        {
            "instrument": cell.kind, "from": cell.start.date(), "to": cell.end.date(), "age_band": cell.band,
            "people": cell.people, "answers": cell.answers, "effective_answers": round(cell.effective_answers, 1),
            "imbalance_before": round(cell.imbalance_before, 3), "imbalance_after": round(cell.imbalance_after, 3),
            "counted": way, "share": round(bound.share, 3), "low": round(bound.low, 3), "high": round(bound.high, 3),
        }
        for cell in cells if cell.shares is not None
        for way, bound in cell.shares.items()
    ]  # fmt: skip
