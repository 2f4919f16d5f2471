"""WHO-5 and experiments: scored exactly, read every day without crying wolf, silent when they do not know."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.experiments import arm_of
from core.ids import PersonId
from wellbeing.outcomes.confidence import (
    Difference,
    Finding,
    best_rho,
    difference,
    people_needed,
    radius,
    split_is_off,
)
from wellbeing.who5 import has_changed, is_low, who5_score

ALPHA = 0.05


@given(answers=st.lists(st.integers(0, 5), min_size=5, max_size=5))
def test_who5_is_four_times_the_sum(answers: list[int]) -> None:
    assert who5_score(answers) == 4 * sum(answers)


@pytest.mark.parametrize("answers", [[], [1, 2, 3, 4], [0, 0, 0, 0, 6], [0, 0, 0, 0, -1], [True, 0, 0, 0, 0]])
def test_a_who5_that_is_not_whole_is_refused_not_filled_in(answers: list[int]) -> None:
    with pytest.raises(InvalidInput):
        who5_score(answers)


def test_who5_screens_at_fifty_and_ten_points_matter() -> None:
    assert is_low(50)
    assert not is_low(52)
    assert has_changed(60, 70)
    assert not has_changed(60, 68)


def test_daily_peeking_raises_a_false_alarm_at_most_one_time_in_twenty() -> None:
    runs, days, a_day = 2000, 60, 40
    # One row an experiment: the difference of two equal arms' daily means, looked at every single day.
    noise = np.random.default_rng(7).standard_normal((runs, days, a_day, 2), dtype=np.float32)
    people = np.arange(1, days + 1) * a_day
    means = noise.sum(axis=2).cumsum(axis=1) / people[:, None]
    gaps = np.abs(means[..., 0] - means[..., 1])
    rho = best_rho(2 * days * a_day, ALPHA)
    halves = np.array([radius(2 * n, 2.0, alpha=ALPHA, rho=rho) for n in people])
    naive = 1.96 * np.sqrt(2 / people)
    looked = people >= 100
    assert ((gaps > halves)[:, looked].any(axis=1)).mean() <= ALPHA
    assert ((gaps > naive)[:, looked].any(axis=1)).mean() > 3 * ALPHA  # what an ordinary test does


def test_a_small_harm_is_found_at_the_sample_size_that_the_width_says() -> None:
    harm, generator = 0.05, np.random.default_rng(11)
    people = people_needed(harm, power=0.9, alpha=ALPHA)
    half = radius(2 * people, 2.0, alpha=ALPHA, rho=best_rho(2 * people, ALPHA))
    assert half == pytest.approx(harm - 1.2816 * math.sqrt(2 / people), rel=1e-3)
    found = 0
    for _ in range(100):
        sums = generator.standard_normal((2, people))
        found += difference(sums[0] - harm, sums[1], tight_at=2 * people, alpha=ALPHA).finding() is Finding.WORSE
    assert found >= 80  # ninety in a hundred are expected
    assert people < 25_000


def test_with_too_few_people_the_answer_is_always_inconclusive() -> None:
    assert difference([1.0] * 99, [0.0] * 99, tight_at=200).finding() is Finding.INCONCLUSIVE
    assert difference([], [1.0], tight_at=200).finding() is Finding.INCONCLUSIVE
    assert not Difference(1.0, 0.9, 1.1, (99, 5000)).is_not_worse_by(0.5)


def test_a_guardrail_holds_only_when_the_harm_is_ruled_out() -> None:
    assert Difference(0.0, -0.02, 0.02, (5000, 5000)).is_not_worse_by(0.05)
    assert not Difference(0.0, -0.06, 0.06, (5000, 5000)).is_not_worse_by(0.05)


def test_a_split_that_is_off_shows_and_a_fair_one_does_not_however_often_one_looks() -> None:
    arms = np.random.default_rng(5).integers(0, 2, size=(200, 3000)).cumsum(axis=1)
    alarms = [
        any(split_is_off((int(row[n - 1]), n - int(row[n - 1])), alpha=0.05) for n in range(100, 3001, 100))
        for row in arms
    ]
    assert np.mean(alarms) <= 0.05
    assert split_is_off((5400, 4600))
    assert not split_is_off((5050, 4950))


@given(person=st.text(min_size=1), experiment=st.text(min_size=1))
def test_a_person_is_always_in_the_same_arm_and_never_in_an_empty_one(person: str, experiment: str) -> None:
    arms = {"control": 0.5, "treatment": 0.5, "off": 0.0}
    first = arm_of(experiment, PersonId(person), arms)
    assert first == arm_of(experiment, PersonId(person), arms) != "off"


def test_arms_get_their_shares() -> None:
    counts = Counter(arm_of("e", PersonId(f"per_{n}"), {"a": 0.2, "b": 0.8}) for n in range(5000))
    assert counts["a"] == pytest.approx(1000, abs=120)
    with pytest.raises(ValueError, match="add up to 1"):
        arm_of("e", PersonId("per_1"), {"a": 0.5})
