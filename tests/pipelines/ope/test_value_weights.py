"""New value weights judged on a log whose truth is known, and on the small city's own pages."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from core.encoder import TextEncoder
from pipelines.offline.ope.estimators import OpeConfig
from pipelines.offline.ope.own_logs import Decisions, later_decisions
from pipelines.offline.ope.value_weights import WeightsConfig, judge_weights, lines
from pipelines.offline.ranking_data import load_ranking_data
from ranking.features import PairFacts
from ranking.heads import HEADS, Heads
from ranking.snapshot import COUNTS, current_folder
from ranking.value import ValuePolicy, load_value
from tests.fixtures_city import SmallCity


def weighing(**weights: float) -> ValuePolicy:
    policy = load_value()
    return policy.model_copy(update={"weights": dict.fromkeys(policy.weights, 0.0) | weights})


def uniform_log(rounds: int, width: int, seed: int) -> tuple[Decisions, Heads]:
    """Candidates differ in how likely they lead to creating and in how likely they are liked."""
    random = np.random.default_rng(seed)
    create, like = random.uniform(0.02, 0.4, (2, rounds, width))
    rates = dict.fromkeys(HEADS, np.zeros((rounds, width))) | {"create": create, "like": like}
    labels = {name: (random.random(rounds) < values[:, 0]).astype(float) for name, values in rates.items()}
    empty = {item.name: np.zeros(rounds * width) for item in fields(PairFacts)}
    empty |= {name: np.zeros((rounds * width, len(COUNTS))) for name in ("counts", "creator_counts")}
    decisions = Decisions(
        facts=PairFacts(**empty),
        labels=labels,
        propensity=np.full(rounds, 1 / width),
        limited=np.zeros((rounds, width), dtype=bool),
        real=np.ones((rounds, width), dtype=bool),
        others=np.full(rounds, width - 1.0),
    )
    # Heads that are off by a fifth: the logged outcomes must put them right.
    given = {name: 0.8 * values.ravel() for name, values in rates.items()}
    return decisions, cast(Heads, SimpleNamespace(probabilities=lambda _features: given))


def test_weights_that_ask_for_creating_get_more_of_it_and_less_liking() -> None:
    decisions, heads = uniform_log(4000, 8, 0)
    judged = judge_weights(
        decisions, heads, weighing(like=1.0), weighing(create=1.0), WeightsConfig(), OpeConfig()
    )  # fmt: skip
    found = {item.outcome: item for item in judged.compared}
    assert judged.can_tell
    assert found["create"].difference.low > 0.0
    assert found["like"].difference.high < 0.0
    assert found["create"].in_force.low <= 0.21 <= found["create"].in_force.high  # the mean: likes say nothing of it
    assert not found["hide"].is_enough
    assert any("by the heads alone" in line for line in lines(judged))


def test_the_same_weights_twice_as_large_change_nothing() -> None:
    decisions, heads = uniform_log(600, 6, 1)
    judged = judge_weights(
        decisions, heads, weighing(create=1.0), weighing(create=2.0), WeightsConfig(), OpeConfig()
    )  # fmt: skip
    assert all(item.difference.value == pytest.approx(0.0, abs=1e-9) for item in judged.compared)


def test_a_log_that_never_does_what_the_weights_ask_for_cannot_tell() -> None:
    decisions, heads = uniform_log(300, 40, 2)
    config = WeightsConfig(temperature=0.1)
    judged = judge_weights(decisions, heads, weighing(like=1.0), weighing(create=1.0), config, OpeConfig())
    assert not judged.can_tell
    assert "Do not decide by this" in lines(judged)[-1]


def test_the_citys_own_pages_are_decisions(small_city: SmallCity, encoder_folder: Path) -> None:
    database = small_city.database()
    data = load_ranking_data(database, TextEncoder(encoder_folder))
    database.close()
    decisions = later_decisions(data, most=60, alternatives=5, seed=1)
    assert decisions.real.shape == (60, 6)
    assert decisions.real[:, 0].all()
    shares: Any = 1.0 / (1.0 + decisions.others)
    assert np.median(decisions.propensity / shares) > 0.2  # as many could stand there as the log drew from, roughly
    heads = Heads.open(current_folder(small_city.settings.snapshots) / "heads")
    judged = judge_weights(decisions, heads, load_value(), load_value(), WeightsConfig(), OpeConfig())
    assert all(item.difference.value == 0.0 for item in judged.compared)
    assert not judged.can_tell
