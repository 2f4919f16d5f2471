"""Experiments on the value policy: arms by hash, logged with the page, none for minors, none unless stated."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

import ranking
from core.errors import BrokenPolicy
from core.experiments import arm_of
from core.ids import PersonId
from core.vocabulary import FeedMode
from ranking.experiments import ExperimentsPolicy, load_experiments, variants
from ranking.ranker import Ranker
from ranking.sources.all import make_sources
from ranking.value import load_value
from tests.ranking.conftest import NAMES, NOON, World
from tests.ranking.test_ranking_newcomers import page_of

SHIPPED = load_experiments()


def experiment(**changes: object) -> ExperimentsPolicy:
    item = {
        "name": "makers",
        "start": NOON - timedelta(days=1),
        "end": NOON + timedelta(days=1),
        "arms": {"control": {"share": 0.5}, "more": {"share": 0.5, "value": {"weights": {"create": 14.0}}}},
    }
    return ExperimentsPolicy.model_validate({"policy": SHIPPED.policy.model_dump(), "experiment": [item | changes]})


def put(world: World, policy: ExperimentsPolicy) -> None:
    ranking = world.rooms.ranking
    ranking.experiments = policy
    ranking._arms = {
        arm: Ranker(value, make_sources(value.sources), ranking._ranker._steering, ranking.goals)
        for arm, value in variants(policy, ranking.value).items()
    }


def test_no_experiment_runs_unless_it_is_stated() -> None:
    assert SHIPPED.experiment == []


def test_a_page_is_logged_with_the_arm_that_the_hash_gives(small_world: World) -> None:
    put(small_world, experiment())
    version = small_world.rooms.ranking.value.version
    arms = set()
    for name in NAMES:
        arm = arm_of("makers", PersonId(f"per_{name}"), {"control": 0.5, "more": 0.5})
        page = page_of(small_world, 1, who=name)
        assert page.policy_version == f"{version}+makers.{arm}"
        weights = {part.name: part.weight for part in page.items[0].parts}
        assert weights["create"] == (14.0 if arm == "more" else 12.0)
        arms.add(arm)
    assert arms == {"control", "more"}
    assert small_world.page("ada").policy_version.startswith(f"{version}+makers.")


def test_minors_other_orders_and_other_days_are_in_no_arm(small_world: World) -> None:
    put(small_world, experiment())
    version = small_world.rooms.ranking.value.version
    small_world.person("teen", born=date(2011, 1, 1))
    small_world.person("unknown", born=None)
    assert page_of(small_world, 1, who="teen").policy_version == version
    assert page_of(small_world, 1, who="unknown").policy_version == version
    assert page_of(small_world, 1, mode=FeedMode.NON_PERSONALISED).policy_version == version
    assert "+" not in page_of(small_world, 1, is_safer=True).policy_version
    put(small_world, experiment(includes_minors=True))
    assert page_of(small_world, 1, who="teen").policy_version.startswith(f"{version}+makers.")
    put(small_world, experiment(start=NOON + timedelta(days=300), end=NOON + timedelta(days=301)))
    assert page_of(small_world, 1).policy_version == version


def test_an_unsound_experiment_is_refused() -> None:
    with pytest.raises(ValidationError, match="add up to 1"):
        experiment(arms={"control": {"share": 0.5}, "more": {"share": 0.4}})
    with pytest.raises(ValidationError, match="start < end"):
        experiment(end=NOON - timedelta(days=2))
    wrong = {"control": {"share": 0.5}, "more": {"share": 0.5, "value": {"weights": {"watch_time": 1.0}}}}
    with pytest.raises(BrokenPolicy, match=r"value_experiments.toml") as told:
        variants(experiment(arms=wrong), load_value())
    assert "experiment makers.more, value.weights: " in told.value.problems[0]
    assert "time spent" in told.value.problems[0]
    wrong["more"] = {"share": 0.5, "value": {"author": {"decays": 0.5}}}
    with pytest.raises(BrokenPolicy, match=r"value.author.decays: Extra inputs are not permitted"):
        variants(experiment(arms=wrong), load_value())


def test_an_arm_may_be_a_whole_policy_file(tmp_path: Path) -> None:
    arms = {"control": {"share": 0.5}, "more": {"share": 0.5, "file": "value_makers.toml"}}
    with pytest.raises(BrokenPolicy, match=r"value_makers.toml"):
        variants(experiment(arms=arms), load_value(), tmp_path)
    whole = (Path(ranking.__file__).parent / "policies" / "value.toml").read_text(encoding="utf-8")
    changed = whole.replace(load_value().version, "2026-11-30.7")
    (tmp_path / "value_makers.toml").write_text(changed, encoding="utf-8")
    made = variants(experiment(arms=arms), load_value(), tmp_path)
    assert made["makers", "more"].version == "2026-11-30.7+makers.more"
    assert made["makers", "control"].version == f"{load_value().version}+makers.control"
    with pytest.raises(ValidationError, match="not both"):
        experiment(arms=arms | {"more": {"share": 0.5, "file": "a.toml", "value": {"weights": {"create": 1.0}}}})
