"""Trees in NumPy: the leaf that LightGBM finds, for every row by itself, and nothing served that was not understood."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BrokenArtifact
from ranking.trees import Trees

WIDTH = 6


def rows(count: int, seed: int, *, holes: bool = False) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    made = random.normal(size=(count, WIDTH)).astype(np.float32)
    made[:, 1] = made[:, 1] > 0  # a flag
    made[:, 2] = np.round(made[:, 2])  # values that lie on thresholds, zero among them
    if holes:
        made[random.random(made.shape) < 0.1] = np.nan
    return made


def trained(path: Path, *, leaves: int, seed: int, holes: bool = False, rounds: int = 12) -> lightgbm.Booster:
    features = rows(3000, seed, holes=holes)
    known = np.nan_to_num(features)
    labels = (known[:, 0] * known[:, 3] + known[:, 2] + np.random.default_rng(seed).normal(size=3000) > 0.2) * 1.0
    settings = {
        "objective": "binary", "num_leaves": leaves, "verbosity": -1, "num_threads": 1, "seed": seed,
        "min_data_in_leaf": 5,
    }  # fmt: skip
    booster = lightgbm.train(settings, lightgbm.Dataset(features, labels), num_boost_round=rounds)
    booster.save_model(str(path))
    return booster


@pytest.mark.parametrize(("leaves", "holes"), [(15, False), (16, True), (31, True), (64, False)])
def test_scores_are_those_of_lightgbm(tmp_path: Path, leaves: int, holes: bool) -> None:
    boosters = [trained(tmp_path / f"{seed}.txt", leaves=leaves, seed=seed, holes=holes) for seed in (1, 2)]
    trees = Trees([tmp_path / "1.txt", tmp_path / "2.txt"])
    for asked in (rows(700, 9), rows(700, 9, holes=True)):
        expected = np.stack([booster.predict(asked, raw_score=True) for booster in boosters])
        assert np.ptp(expected) > 0.5
        np.testing.assert_allclose(trees.raw(asked), expected, atol=1e-12)


def test_a_value_on_a_threshold_goes_where_lightgbm_sends_it(tmp_path: Path) -> None:
    booster = trained(tmp_path / "one.txt", leaves=15, seed=3)
    trees = Trees([tmp_path / "one.txt"])
    for column in range(WIDTH):
        for threshold in trees._thresholds[column][:20]:
            asked = np.repeat(rows(1, 4), 3, axis=0)
            near = np.float32(threshold)
            asked[:, column] = [np.nextafter(near, np.float32(-9)), near, np.nextafter(near, np.float32(9))]
            np.testing.assert_allclose(trees.raw(asked)[0], booster.predict(asked, raw_score=True), atol=1e-12)


def test_a_score_does_not_depend_on_the_other_rows(tmp_path: Path) -> None:
    trained(tmp_path / "one.txt", leaves=31, seed=5)
    trees = Trees([tmp_path / "one.txt"])
    asked = rows(600, 6, holes=True)
    together = trees.raw(asked)
    backwards = trees.raw(asked[::-1])[:, ::-1]
    assert np.array_equal(together, backwards)
    assert all(trees.raw(asked[[row]])[0, 0] == together[0, row] for row in range(0, 600, 13))


def test_boosters_of_different_length_stand_side_by_side(tmp_path: Path) -> None:
    short = trained(tmp_path / "short.txt", leaves=4, seed=1, rounds=2)
    long = trained(tmp_path / "long.txt", leaves=31, seed=2, rounds=30)
    asked = rows(50, 3)
    scores = Trees([tmp_path / "short.txt", tmp_path / "long.txt"]).raw(asked)
    np.testing.assert_allclose(scores[0], short.predict(asked, raw_score=True), atol=1e-12)
    np.testing.assert_allclose(scores[1], long.predict(asked, raw_score=True), atol=1e-12)
    assert Trees([tmp_path / "short.txt"]).raw(asked[:0]).shape == (1, 0)


def test_a_stump_without_tests_has_one_score(tmp_path: Path) -> None:
    features, labels = rows(40, 1), np.tile([0.0, 1.0, 1.0, 1.0], 10)
    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 40, "num_threads": 1}
    booster = lightgbm.train(settings, lightgbm.Dataset(features, labels), num_boost_round=1)
    booster.save_model(str(tmp_path / "stump.txt"))
    scores = Trees([tmp_path / "stump.txt"]).raw(features)
    np.testing.assert_allclose(scores[0], booster.predict(features, raw_score=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("left_child=", "left_child=0 "),
        ("right_child=", "right_child=9 9 9"),
        ("decision_type=2", "decision_type=1"),
        ("decision_type=2", "decision_type=6"),
        ("num_leaves=15", "num_leaves=14"),
        ("threshold=", "threshold=x"),
        ("max_feature_idx", "max_idx"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "like.txt"
    trained(path, leaves=15, seed=1)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BrokenArtifact, match=r"like\.txt"):
        Trees([path])


def test_other_numbers_of_features_are_refused(tmp_path: Path) -> None:
    trained(tmp_path / "one.txt", leaves=15, seed=1)
    with pytest.raises(ValueError, match="6 features"):
        Trees([tmp_path / "one.txt"]).raw(rows(3, 1)[:, :5])
