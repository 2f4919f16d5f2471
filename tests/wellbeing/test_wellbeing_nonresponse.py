"""Those who kept silent: weights that repair what they can and agree with `balance`, and bounds that assume nothing."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeing.outcomes.nonresponse import (
    Bools,
    Floats,
    effective_size,
    imbalance,
    inverse_propensity,
    rake,
    trimmed,
    weighted_share,
    worst_case,
)

TRAITS = dict[str, np.ndarray]


def people(seed: int, count: int = 20_000) -> tuple[TRAITS, Bools, Bools]:
    """Return traits, who answers, and who is better off; the content answer more, through what is known of them."""
    random = np.random.default_rng(seed)
    traits = {
        "age": random.choice(["13-15", "16-17", "18+"], size=count, p=[0.15, 0.2, 0.65]),
        "use": random.choice(["light", "middle", "heavy"], size=count),
    }
    is_heavy, is_adult = traits["use"] == "heavy", traits["age"] == "18+"
    better = random.random(count) < 0.4 + 0.3 * is_heavy + 0.1 * is_adult
    answers = random.random(count) < 0.08 + 0.3 * is_heavy + 0.07 * is_adult
    return traits, answers, better


@pytest.mark.parametrize("method", [rake, inverse_propensity])
def test_weights_take_out_the_bias_that_known_traits_explain(method: object) -> None:
    traits, answers, better = people(3)
    weights = method(traits, answers)  # type: ignore[operator]
    raw = better[answers].mean() - better.mean()
    corrected = weighted_share(better[answers], weights, alpha=0.05)
    assert raw > 0.07
    assert corrected.low < better.mean() < corrected.high
    assert abs(corrected.share - better.mean()) < raw / 4
    assert imbalance(traits, answers, weights) < imbalance(traits, answers, np.ones(answers.sum())) / 10
    assert effective_size(weights) < answers.sum()


def test_raking_gives_every_trait_its_share_among_all() -> None:
    traits, answers, _ = people(5)
    weights = rake(traits, answers)
    for values in traits.values():
        for name in np.unique(values):
            share = np.average(values[answers] == name, weights=weights)
            assert share == pytest.approx((values == name).mean(), abs=1e-6)


def adjusted_by_balance(traits: TRAITS, answers: Bools) -> dict[str, Floats]:
    """Return the library's weights for the respondents, by the same two methods."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own dependencies warn
        import pandas as pd
        from balance import Sample
        from sklearn.linear_model import LogisticRegression

        table = pd.DataFrame({"id": np.arange(len(answers)).astype(str), **traits})
        sample = Sample.from_frame(table[answers], id_column="id")
        sample = sample.set_target(Sample.from_frame(table, id_column="id"))
        options = {"rake": {}, "ipw": {"model": LogisticRegression(), "max_de": None}}
        return {
            name: sample.adjust(method=name, transformations=None, **more).weights().df.to_numpy().ravel()
            for name, more in options.items()
        }


def test_both_methods_agree_with_the_balance_library() -> None:
    traits, answers, better = people(7, count=4000)
    theirs = adjusted_by_balance(traits, answers)
    ours = {"rake": rake(traits, answers), "ipw": inverse_propensity(traits, answers)}
    for name, weights in ours.items():
        their_share = np.average(better[answers], weights=theirs[name])
        assert np.average(better[answers], weights=weights) == pytest.approx(their_share, abs=0.005)
    assert ours["rake"] == pytest.approx(theirs["rake"] / theirs["rake"].mean(), rel=1e-3)


def test_silence_that_depends_on_the_answer_itself_is_only_covered_by_the_worst_case() -> None:
    random = np.random.default_rng(1)
    better = random.random(5000) < 0.45
    answers = random.random(5000) < np.where(better, 0.5, 0.25)
    traits = {"age": np.full(5000, "18+")}
    corrected = weighted_share(better[answers], rake(traits, answers), alpha=0.05)
    assert corrected.low > better.mean()  # no weight can know
    bound = worst_case(better[answers], 5000)
    assert bound.low < better.mean() < bound.high


@given(
    yes=st.integers(0, 40), no=st.integers(0, 40), silent=st.integers(0, 60)
)  # fmt: skip
def test_bounds_hold_their_share_and_narrow_to_it_when_all_answer(yes: int, no: int, silent: int) -> None:
    said = np.array([True] * yes + [False] * no)
    if not len(said) + silent:
        with pytest.raises(ValueError, match="asked"):
            worst_case(said, 0)
        return
    bound = worst_case(said, len(said) + silent)
    assert 0 <= bound.low <= bound.high <= 1
    if silent == 0:
        assert bound.low == bound.share == bound.high
    weighted = weighted_share(said, np.ones(len(said)), alpha=0.05)
    assert weighted.low <= weighted.share <= weighted.high


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(9)
    held = 0
    for _ in range(400):
        said = random.random(60) < 0.5
        bound = weighted_share(said, np.ones(60), alpha=0.05)
        held += bound.low <= 0.5 <= bound.high
    assert held / 400 >= 0.95


@given(st.lists(st.floats(0.01, 100.0), min_size=2, max_size=30), st.floats(1.5, 10.0))
def test_trimmed_weights_keep_their_mean_and_pass_no_bound(raw: list[float], at: float) -> None:
    weights: Floats = trimmed(np.array(raw) / np.mean(raw), at=at)
    assert weights.mean() == pytest.approx(1)
    assert weights.max() <= at * 1.0001


def test_no_answers_at_all_are_said_to_be_none() -> None:
    traits, answers, _ = people(2, count=50)
    with pytest.raises(ValueError, match="no one"):
        rake(traits, np.zeros_like(answers))
    assert effective_size(np.array([])) == 0
    assert weighted_share(np.array([], dtype=bool), np.array([]), alpha=0.05).high == 1.0
