"""Reads experiments from what was stored: who met them, in which arm, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from core.experiments import arm_of
from core.ids import PersonId
from core.storage.database import Database, Transaction
from core.storage.outcomes import Outcomes
from wellbeing.bands import counts_as_minor
from wellbeing.outcomes.experiments import ArmData, Experiment, ExperimentReading, Sample, filled, read_experiment

_DATED = tuple[str, datetime, float]


@dataclass(frozen=True, slots=True)
class _Met:
    """Who met the experiment when; for those whose days are over, what they did around that moment is compared."""

    first: Mapping[str, datetime]
    until: datetime
    window: timedelta
    pre: timedelta

    def is_over(self, person: str) -> bool:
        return self.first[person] + self.window <= self.until


def run_experiment(database: Database, experiment: Experiment, now: datetime) -> list[ExperimentReading]:
    """Return what an experiment says now, an arm each. Only those whose `window_days` are over are compared."""
    with database.read() as tx:
        met = _who_met(tx, experiment, now)
        found = {rule.outcome: _outcome(tx, experiment, met, rule.source, rule.kind)
                 for rule in (experiment.outcome, *experiment.guardrail)}  # fmt: skip
    arms: dict[str, list[str]] = {arm: [] for arm in experiment.arms}
    for person in met.first:
        arms[arm_of(experiment.name, PersonId(person), experiment.arms)].append(person)
    return read_experiment(experiment, {arm: _arm(met, who, found) for arm, who in arms.items()})


def _who_met(tx: Transaction, experiment: Experiment, now: datetime) -> _Met:
    until = now if experiment.end is None else min(now, experiment.end)
    first = Outcomes(tx).first_pages(experiment.start, until)
    may = {item.id for item in Outcomes(tx).people() if experiment.includes_minors or not counts_as_minor(item, now)}
    # Someone's days may end after the experiment has: they were treated until its end.
    return _Met(
        {person: at for person, at in sorted(first.items()) if person in may}, until,
        timedelta(days=experiment.window_days), timedelta(days=experiment.pre_days),
    )  # fmt: skip


def _outcome(
    tx: Transaction, experiment: Experiment, met: _Met, source: str, kind: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Return each person's outcome over their days, and what they brought along, where they are known."""
    rows = list(_dated(Outcomes(tx), source, kind, experiment.start - met.pre, met.until))
    after = [
        row for row in rows if row[0] in met.first and met.first[row[0]] <= row[1] < met.first[row[0]] + met.window
    ]
    before = [row for row in rows if row[0] in met.first and met.first[row[0]] - met.pre <= row[1] < met.first[row[0]]]
    if source == "poll":
        return _means(after), _means(before)
    nothing = dict.fromkeys(met.first, 0.0)
    return nothing | _sums(after), nothing | _sums(before)


def _dated(outcomes: Outcomes, source: str, kind: str, since: datetime, until: datetime) -> Iterable[_DATED]:
    if source == "event":
        yield from ((person, at, 1.0) for person, at in outcomes.events(kind, since, until))
        return
    for put in outcomes.questions(kind, since, until):
        if put.answer is not None and put.answered_at is not None:
            yield put.person_id, put.answered_at, put.answer


def _arm(met: _Met, who: list[str], found: Mapping[str, tuple[dict[str, float], dict[str, float]]]) -> ArmData:
    over = [person for person in who if met.is_over(person)]
    samples = {}
    for name, (after, before) in found.items():
        known = [person for person in over if person in after]
        samples[name] = Sample(np.array([after[person] for person in known]), filled(before, known))
    return ArmData(len(who), len(over), samples)


def _sums(rows: Iterable[_DATED]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for person, _, value in rows:
        sums[person] = sums.get(person, 0.0) + value
    return sums


def _means(rows: Iterable[_DATED]) -> dict[str, float]:
    kept = list(rows)
    counts = _sums((person, at, 1.0) for person, at, _ in kept)
    return {person: total / counts[person] for person, total in _sums(kept).items()}
