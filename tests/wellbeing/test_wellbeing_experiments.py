"""Experiments from the definition to the word: better, worse or inconclusive, read from what is stored."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from core.errors import BrokenPolicy, NotFound
from core.experiments import arm_of
from core.storage.bulk_load import BulkLoad
from core.storage.database import Database
from pipelines.offline.wellbeing.experiments import run_experiment
from pipelines.offline.wellbeing.simulation import false_alarms, power
from tests.wellbeing.outcomes_kit import ADULT, MONDAY, NOW, TEEN, Said, fill, likert, person_id
from wellbeing.outcomes.confidence import Finding, difference, people_needed
from wellbeing.outcomes.experiments import Experiment, load_experiments

ARMS = {"control": 0.5, "treatment": 0.5}
START = MONDAY - timedelta(days=60)
EXPERIMENT = Experiment.model_validate({
    "name": "calm-evenings", "question": "Do calmer evenings make a week better spent?", "arms": ARMS, "start": START,
    "window_days": 14, "pre_days": 28, "planned_people": 600, "alpha": 0.05,
    "outcome": {"outcome": "poll:time_well_spent", "good": "more", "margin": 0.0},
    "guardrail": [{"outcome": "event:report", "good": "less", "margin": 0.2}],
})  # fmt: skip


def crowd(
    database: Database, *, effect: float, people: int = 600, seed: int = 1, reports: bool = False, silent: bool = False
) -> None:
    """People who met the experiment fifty days ago; treatment answers ``effect`` higher, reports, or falls silent."""
    random = np.random.default_rng(seed)
    met = START + timedelta(days=10)
    said: list[Said] = []
    reporting: list[str] = []
    for number in range(people):
        is_treated = arm_of(EXPERIMENT.name, person_id(number), ARMS) == "treatment"
        own = float(random.normal(3.4, 0.7))
        said.append(Said(number, "time_well_spent", met - timedelta(days=5), likert(random, own)))
        answer = likert(random, own + effect * is_treated)
        said.append(
            Said(
                number,
                "time_well_spent",
                met + timedelta(days=7),
                None if silent and is_treated and number % 2 else answer,
            )
        )
        if reports and is_treated:
            reporting.append(person_id(number))
    fill(database, people, said, page_at=lambda _: met)
    with database.write() as tx:
        BulkLoad(tx).load("events", {
            "event_id": [f"report-{person}" for person in reporting], "person_id": reporting,
            "kind": ["report"] * len(reporting), "video_id": ["video_000"] * len(reporting),
            "occurred_at": [met + timedelta(days=1)] * len(reporting),
            "received_at": [met + timedelta(days=1)] * len(reporting),
        })  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "people", "answer"),
    [
        (-0.6, 600, Finding.WORSE),
        (0.6, 600, Finding.BETTER),
        (0.0, 600, Finding.INCONCLUSIVE),
        (-2.0, 150, Finding.INCONCLUSIVE),  # however large it looks: too few people
    ],
)
def test_an_experiment_says_better_worse_or_inconclusive(
    database: Database, effect: float, people: int, answer: Finding
) -> None:
    crowd(database, effect=effect, people=people)
    (reading,) = run_experiment(database, EXPERIMENT, NOW)
    assert reading.answer is answer, reading.why
    assert sum(reading.exposed) == people
    assert reading.difference.low < reading.difference.estimate < reading.difference.high


def test_a_better_outcome_that_harms_elsewhere_is_worse(database: Database) -> None:
    crowd(database, effect=0.6, reports=True)
    (reading,) = run_experiment(database, EXPERIMENT, NOW)
    assert reading.difference.finding() is Finding.BETTER
    assert reading.answer is Finding.WORSE
    assert "event:report" in reading.why


def test_when_one_arm_falls_silent_nothing_is_concluded(database: Database) -> None:
    crowd(database, effect=0.6, silent=True)
    (reading,) = run_experiment(database, EXPERIMENT, NOW)
    assert reading.answer is Finding.INCONCLUSIVE
    assert "answers more often" in reading.why


def test_minors_and_those_whose_days_are_not_over_are_not_compared(database: Database) -> None:
    late = NOW - timedelta(days=3)
    said = [Said(number, "time_well_spent", late + timedelta(days=1), 5.0) for number in range(40)]
    fill(database, 40, said, page_at=lambda _: late, born=lambda number: TEEN if number < 10 else ADULT)
    (reading,) = run_experiment(database, EXPERIMENT, NOW)
    assert sum(reading.exposed) == 30
    assert reading.difference.people == (0, 0)
    with_minors = EXPERIMENT.model_copy(update={"includes_minors": True})
    (reading,) = run_experiment(database, with_minors, NOW + timedelta(days=20))
    assert sum(reading.exposed) == sum(reading.difference.people) == 40


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": {"outcome": "event:view", "margin": 0.0}},  # time spent is no outcome
        {"outcome": {"outcome": "event:complete", "margin": 0.0}},
        {"outcome": {"outcome": "poll:stickiness", "margin": 0.0}},
        {"arms": {"treatment": 1.0}},
        {"arms": {"control": 0.5, "treatment": 0.6}},
        {"guardrail": [{"outcome": "poll:who5", "margin": 0.0}]},
        {"end": START},
    ],
)
def test_a_definition_that_cannot_tell_anything_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Experiment.model_validate(EXPERIMENT.model_dump() | change)


def test_the_shipped_experiments_load_and_unknown_ones_are_not_there(tmp_path: Path) -> None:
    policy = load_experiments()
    assert policy.find("same-for-all").arms == ARMS
    with pytest.raises(NotFound):
        policy.find("more-minutes")
    (tmp_path / "experiments.toml").write_text("[policy]\n", encoding="utf-8")
    with pytest.raises(BrokenPolicy):
        load_experiments(tmp_path)


def test_daily_looks_at_two_thousand_experiments_raise_few_false_alarms() -> None:
    measured = false_alarms(runs=2000, days=30, a_day=60)
    assert measured.runs == 2000
    assert 0 < measured.false_alarms <= 0.05
    assert 0 < measured.false_alarms_plain <= 0.05
    assert measured.split_alarms <= 0.001
    assert measured.ordinary_test > 0.15  # what looking every day does to an ordinary test


def test_a_small_harm_is_found_with_as_many_people_as_theory_says() -> None:
    found = power(runs=200, days=10)
    assert found.people_each_arm == people_needed(0.05, power=0.9)
    assert found.at_the_end >= 0.84  # ninety in a hundred, less three standard errors of two hundred runs
    assert found.by_then >= found.at_the_end
    assert found.benefit_claimed == 0


def test_what_people_brought_along_makes_the_interval_narrower_and_keeps_the_difference() -> None:
    random = np.random.default_rng(5)
    before = random.normal(size=(2, 3000))
    after = 0.8 * before + 0.6 * random.normal(size=(2, 3000))
    plain = difference(after[0], after[1], tight_at=6000)
    cuped = difference(after[0], after[1], before=(before[0], before[1]), tight_at=6000)
    assert (cuped.high - cuped.low) / (plain.high - plain.low) == pytest.approx(0.6, abs=0.02)
    assert abs(cuped.estimate) < 0.06
    flat = difference(after[0], after[1], before=(np.full(3000, 3.3), np.full(3000, 3.3)), tight_at=6000)
    assert (flat.low, flat.high) == pytest.approx((plain.low, plain.high))
