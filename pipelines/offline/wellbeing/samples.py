"""Reads what reports count: who was there in each period, what is known of them, and what they said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from core.records import Person
from core.storage.database import Database, Transaction
from core.storage.look_backs import LookBack
from core.storage.outcomes import Outcomes, PutQuestion
from pipelines.offline.wellbeing.charter import as_sample
from wellbeing.outcomes.reports import Cell, Group, Instrument, ReportsPolicy, cells_of, period_ends

_HALF_A_YEAR = timedelta(days=182)
_USE_OVER = timedelta(days=28)


def report_cells(database: Database, now: datetime, policy: ReportsPolicy) -> list[Cell]:
    """Return the cells of every instrument, the newest period first; periods in which no one was asked are left out."""
    cells: list[Cell] = []
    with database.read() as tx:
        everyone = Outcomes(tx).people()
        for instrument in policy.instrument:
            for place in range(policy.report.periods):
                period = period_ends(now, instrument, place)
                group = read_group(tx, everyone, instrument, period)
                if group is not None:
                    cells += cells_of(group, instrument, period, policy.report)
    return cells


def read_group(
    tx: Transaction, everyone: Sequence[Person], instrument: Instrument, period: tuple[datetime, datetime]
) -> Group | None:
    """Return everyone that an instrument speaks of in a period, in order of id, or None if no one was asked."""
    people = present(tx, everyone, instrument, period)
    asked = Outcomes(tx).questions(instrument.kind, *period)
    if not asked or not people:
        return None
    said = _person_means(asked)
    sample = as_sample([LookBack(item.person, item.shown, item.made, said.get(item.person.id)) for item in people],
                       period[1])  # fmt: skip
    answers = np.array([said.get(item.person.id, np.nan) for item in people], dtype=np.float64)
    return Group(sample.traits, sample.traits["age"], answers)


def present(
    tx: Transaction, everyone: Sequence[Person], instrument: Instrument, period: tuple[datetime, datetime]
) -> list[LookBack]:
    """Return whom an instrument speaks of in a period, with how much they use this and make; answers are left out."""
    start, end = period
    outcomes = Outcomes(tx)
    # How much someone uses this is counted over four weeks: within one, whoever came once could not have been asked.
    used, made = outcomes.shown(end - _USE_OVER, end), outcomes.made(end)
    if instrument.population == "half_year":
        there = [person for person in everyone if person.created_at <= end - _HALF_A_YEAR]
    else:
        came = outcomes.shown(start, end)
        there = [person for person in everyone if person.id in came]
    return [LookBack(item, used.get(item.id, 0), made.get(item.id, 0), None) for item in there]


def _person_means(asked: Sequence[PutQuestion]) -> dict[str, float]:
    said: dict[str, list[float]] = {}
    for put in asked:
        if put.answer is not None:
            said.setdefault(put.person_id, []).append(put.answer)
    return {person: float(np.mean(values)) for person, values in said.items()}
