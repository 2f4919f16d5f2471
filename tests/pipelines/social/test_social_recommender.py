"""The whole recommender on a set whose truth is known, and its command."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from pipelines.commands.evaluate import app
from pipelines.offline.social.config import GraphChange, GraphSettings, LinearSettings, SocialSettings
from pipelines.offline.social.data import SocialData, binary
from pipelines.offline.social.evaluation import run_seeds
from pipelines.offline.social.metrics import measure
from pipelines.offline.social.vectors import PRODUCTION, fit_social

_QUICK = SocialSettings(
    graph=GraphSettings(steps=20, check_every=10), linear=LinearSettings(powers=((0.25, 0.1),), ridges=(1.0, 4.0))
)


def test_circles_are_found_and_friends_help_those_of_whom_little_is_known(
    data: SocialData, quiet: Callable[[str], None]
) -> None:
    def sparser(_seed: int) -> SocialData:
        kept = np.random.default_rng(0).random(len(data.train)) < 0.4
        return SocialData(data.users, data.items, data.train[kept], data.validation, data.test, data.friends)

    found = run_seeds(sparser, _QUICK, seeds=(1,), cutoffs=(10,), ablation=True, say=quiet)[0]
    by_chance = 10 / len(data.items)
    assert found.without_friends["Recall@10"] > 1.5 * by_chance
    assert found.test["NDCG@10"] > 1.1 * found.without_friends["NDCG@10"]


def test_the_same_seed_measures_the_same(data: SocialData, quiet: Callable[[str], None]) -> None:
    settings = _QUICK.model_copy(update={"graphs": (GraphChange(),)})
    runs = [
        run_seeds(lambda _seed: data, settings, seeds=(4,), cutoffs=(5, 10), ablation=False, say=quiet)[0].test
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_the_command_prints_every_cutoff(circles: Path) -> None:
    files = [
        option for name in ("train", "val", "test", "net") for option in (f"--{name}", str(circles / f"{name}.tsv"))
    ]
    result = CliRunner().invoke(app, ["social", *files, "--seeds", "1", "--k", "5,20", "--graph-seconds", "1"])
    assert result.exit_code == 0, result.output
    last = result.output.strip().splitlines()[-1]
    assert re.search(r"Recall@5 0\.\d{4} NDCG@5 0\.\d{4} Recall@20 0\.\d{4} NDCG@20 0\.\d{4}$", last)


def test_the_command_says_what_is_missing(circles: Path) -> None:
    result = CliRunner().invoke(app, ["social", "--train", str(circles / "train.tsv")])
    assert result.exit_code == 2
    assert "--atomic" in result.output


def test_vectors_for_serving_find_circles_and_leave_out_who_did_nothing(data: SocialData) -> None:
    kept = data.train[data.train[:, 0] != 3]
    settings = PRODUCTION.model_copy(update={"steps": 40})
    model = fit_social(kept, data.friends, people=len(data.users), items=len(data.items), settings=settings)
    assert not model.users[3].any()
    plays, wanted = binary(kept, (len(data.users), len(data.items))), data.matrix(data.validation)
    assert measure(model, plays, wanted, (10,))["Recall@10"] > 2 * 10 / len(data.items)
    again = fit_social(kept, data.friends, people=len(data.users), items=len(data.items), settings=settings)
    assert np.array_equal(model.items, again.items)
