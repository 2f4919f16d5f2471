"""Logs and targets as files: every form of a target gives the same estimate, and what is wrong is named."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from core.errors import InvalidInput
from pipelines.commands.evaluate import app
from pipelines.offline.ope.logs import read_logs
from pipelines.offline.ope.targets import read_target

PROBABILITIES = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])  # position x item


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A uniform log of 3 items at 2 positions, in Open Bandit columns."""
    random = np.random.default_rng(1)
    items, rounds = random.integers(0, 3, 900), 900
    path = tmp_path / "random.csv"
    pl.DataFrame(
        {
            "timestamp": ["2026-01-01"] * rounds,
            "item_id": items,
            "position": random.integers(1, 3, rounds),
            "click": (random.random(rounds) < 0.1 + 0.2 * items).astype(int),
            "propensity_score": np.full(rounds, 1 / 3),
            "user_feature_0": random.choice(["a", "b"], rounds),
            **{f"user-item_affinity_{item}": random.integers(0, 2, rounds) for item in range(3)},
        }
    ).write_csv(path)
    return path


def table() -> pl.DataFrame:
    return pl.DataFrame(
        {"position": [1, 1, 1, 2, 2, 2], "item_id": [0, 1, 2] * 2, "probability": PROBABILITIES.ravel()}
    )


def test_every_form_of_a_target_says_the_same(logs: Path, tmp_path: Path) -> None:
    log = read_logs(logs)
    wanted = PROBABILITIES[log.position]
    table().write_csv(tmp_path / "t.csv")
    table().write_parquet(tmp_path / "t.parquet")
    (tmp_path / "records.json").write_text(json.dumps(table().to_dicts()))
    (tmp_path / "matrix.json").write_text(json.dumps({"probabilities": PROBABILITIES.tolist(), "positions": [1, 2]}))
    np.save(tmp_path / "slots.npy", PROBABILITIES)
    np.save(tmp_path / "rounds.npy", wanted)
    np.save(tmp_path / "obp.npy", np.repeat(PROBABILITIES.T[None], log.count, axis=0))
    rounds = {"round": np.repeat(np.arange(log.count), 3), "item_id": np.tile([0, 1, 2], log.count)}
    pl.DataFrame({**rounds, "probability": wanted.ravel()}).write_parquet(tmp_path / "rounds.parquet")
    names = ("t.csv", "t.parquet", "records.json", "matrix.json", "slots.npy", "rounds.npy", "obp.npy")
    for name in (*names, "rounds.parquet"):
        assert read_target(tmp_path / name, log).probabilities == pytest.approx(wanted), name


def test_a_log_as_a_target_is_how_often_it_shows_each_item(logs: Path) -> None:
    log = read_logs(logs)
    target = read_target(logs, log)
    first = log.position == 0
    shares = np.bincount(log.action[first], minlength=3) / first.sum()
    assert target.probabilities[np.argmax(first)] == pytest.approx(shares)
    assert target.rewards is not None


def test_the_command_prints_estimates_and_writes_them(logs: Path, tmp_path: Path) -> None:
    table().write_csv(tmp_path / "t.csv")
    arguments = ["ope", "--logs", str(logs), "--target", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o.json")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    written = json.loads((tmp_path / "o.json").read_text())
    truth = float((PROBABILITIES * [0.1, 0.3, 0.5]).sum(axis=1).mean())
    for item in written["estimates"]:
        if item["name"] in {"IPS", "SNIPS", "DR"}:
            assert item["low"] <= truth <= item["high"]
        assert f"{item['value']:.5f}" in result.output


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t.with_columns(probability=pl.lit(0.5)), "not_probabilities"),
        (lambda t: t.with_columns(item_id=pl.col("item_id") + 9), "unknown_in_target"),
        (lambda t: t.with_columns(position=pl.lit(7)), "unknown_in_target"),
        (lambda t: t.rename({"probability": "p"}), "not_a_policy"),
    ],
)
def test_a_wrong_target_is_refused_by_name(logs: Path, tmp_path: Path, change: object, code: str) -> None:
    change(table()).write_csv(tmp_path / "wrong.csv")  # type: ignore[operator]
    with pytest.raises(InvalidInput) as error:
        read_target(tmp_path / "wrong.csv", read_logs(logs))
    assert error.value.code == code


def test_a_log_without_propensities_or_with_impossible_ones_is_refused(logs: Path, tmp_path: Path) -> None:
    table_of_logs = pl.read_csv(logs)
    table_of_logs.drop("propensity_score").write_csv(tmp_path / "none.csv")
    table_of_logs.with_columns(propensity_score=pl.lit(0.0)).write_csv(tmp_path / "zero.csv")
    for name, code in (("none.csv", "not_a_log"), ("zero.csv", "bad_log_value")):
        with pytest.raises(InvalidInput) as error:
            read_logs(tmp_path / name)
        assert error.value.code == code
