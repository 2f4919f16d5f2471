"""How far the correction for silence brings the demo city's answers to its truth. Evaluation only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from core.storage.database import Database, Transaction
from core.storage.outcomes import Outcomes
from pipelines.offline.city.faring import PERIOD_DAYS, true_answers
from pipelines.offline.wellbeing.samples import present, read_group
from wellbeing.outcomes.nonresponse import Bound
from wellbeing.outcomes.reports import ALL, Instrument, ReportsPolicy, cells_of, period_ends


@dataclass(frozen=True, slots=True)
class Bias:
    """One instrument, averaged over its periods: the true share, and how far above it each way of counting lies."""

    kind: str
    periods: int
    truth: float
    raw: float
    raking: float
    inverse_propensity: float
    inside_worst_case: int  # periods in which the worst case's bounds hold the truth


def city_bias(database: Database, truth: Path, now: datetime, policy: ReportsPolicy) -> list[Bias]:
    """Return the bias of each instrument that the truth knows. ``now``: the end of the city's history.

    Raises ``BrokenArtifact`` where there is no truth.
    """
    found = []
    with database.read() as tx:
        for instrument in policy.instrument:
            if instrument.kind in PERIOD_DAYS:
                gaps = [_gap(tx, truth, instrument, now, place, policy) for place in range(policy.report.periods)]
                found += _averaged(instrument.kind, [gap for gap in gaps if gap is not None])
    return found


def _gap(
    tx: Transaction, truth: Path, instrument: Instrument, now: datetime, place: int, policy: ReportsPolicy
) -> "tuple[float, dict[str, Bound]] | None":
    """Return the true share of a period and the shares that the report would show, if it would show any."""
    period = period_ends(now, instrument, place)
    everyone = Outcomes(tx).people()
    group = read_group(tx, everyone, instrument, period)
    if group is None:
        return None
    cell = next(item for item in cells_of(group, instrument, period, policy.report) if item.band == ALL)
    if cell.shares is None:
        return None
    would = true_answers(truth, instrument.kind, place)
    people = [item.person.id for item in present(tx, everyone, instrument, period)]
    known = np.array([would[person] for person in people if person in would])
    return float((known >= instrument.good_from).mean()), dict(cell.shares)


def _averaged(kind: str, gaps: list[tuple[float, dict[str, Bound]]]) -> list[Bias]:
    if not gaps:
        return []
    off = {way: float(np.mean([shares[way].share - truth for truth, shares in gaps])) for way in gaps[0][1]}
    inside = sum(shares["worst_case"].low <= truth <= shares["worst_case"].high for truth, shares in gaps)
    mean = float(np.mean([truth for truth, _ in gaps]))
    return [Bias(kind, len(gaps), mean, off["raw"], off["raking"], off["inverse_propensity"], inside)]
