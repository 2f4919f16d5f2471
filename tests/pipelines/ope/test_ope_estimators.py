"""Estimators against a bandit whose truth is known: they find it, and their intervals hold it as often as they say."""

import numpy as np
import pytest

from pipelines.offline.ope.estimators import OpeConfig, choose_clip, estimates, overlap
from pipelines.offline.ope.evaluation import judge, lines
from pipelines.offline.ope.logs import Logged
from pipelines.offline.ope.targets import Target

RATES = np.array([[0.05, 0.10, 0.20, 0.40], [0.40, 0.20, 0.10, 0.05]])  # context x action
LOGGING = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]])
TARGET = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]])
TRUTH = float((0.5 * TARGET * RATES).sum())


def drawn(random: np.random.Generator, rounds: int) -> tuple[np.ndarray, ...]:
    """Return context, action and reward of rounds under the logging policy."""
    context = random.integers(0, 2, rounds)
    action = (random.random((rounds, 1)) > LOGGING.cumsum(axis=1)[context]).sum(axis=1)
    return context, action, (random.random(rounds) < RATES[context, action]).astype(float)


def logged(random: np.random.Generator, rounds: int) -> tuple[Logged, Target]:
    """Return the same as a log with a user feature and two positions."""
    context, action, reward = drawn(random, rounds)
    log = Logged(
        items=np.arange(4),
        positions=np.array([1, 2]),
        action=action,
        position=random.integers(0, 2, rounds),
        reward=reward,
        propensity=LOGGING[context, action],
        features=context[:, None].astype(str),
        affinity=np.zeros((rounds, 0)),
    )
    return log, Target(TARGET[context])


@pytest.mark.parametrize("interval", ["normal", "bootstrap"])
def test_intervals_hold_the_truth_as_often_as_they_say(interval: str) -> None:
    replications = 400 if interval == "normal" else 120
    config = OpeConfig.model_validate({"interval": interval, "resamples": 150})
    held: dict[str, int] = {}
    centre: dict[str, float] = {}
    for seed in range(replications):
        random = np.random.default_rng(seed)
        context, action, reward = drawn(random, 1500)
        weights = TARGET[context, action] / LOGGING[context, action]
        wrong = RATES * 0.7 + 0.05  # a biased reward model: DR must correct it
        expected = (TARGET * wrong).sum(axis=1)[context]
        for item in estimates(weights, reward, wrong[context, action], expected, config, float(weights.max())):
            held[item.name] = held.get(item.name, 0) + (item.low <= TRUTH <= item.high)
            centre[item.name] = centre.get(item.name, 0.0) + item.value / replications
    for name in ("IPS", "clipped IPS", "SNIPS", "DR"):
        assert 0.91 <= held[name] / replications <= 0.985, name
        assert centre[name] == pytest.approx(TRUTH, abs=0.004), name
    assert abs(centre["DM"] - TRUTH) > 0.01  # the biased model alone misses: what DR adds is needed


def test_doubly_robust_is_the_tighter_the_better_its_model() -> None:
    context, action, reward = drawn(np.random.default_rng(0), 4000)
    weights = TARGET[context, action] / LOGGING[context, action]
    config = OpeConfig()
    expected = (TARGET * RATES).sum(axis=1)[context]
    found = {e.name: e for e in estimates(weights, reward, RATES[context, action], expected, config, np.inf)}
    assert found["DR"].high - found["DR"].low < 0.9 * (found["IPS"].high - found["IPS"].low)


def test_the_whole_judgement_finds_the_truth_and_says_by_position() -> None:
    log, target = logged(np.random.default_rng(3), 6000)
    judged = judge(log, target, OpeConfig())
    found = {item.name: item for item in judged.estimates}
    assert judged.can_tell
    for name in ("IPS", "SNIPS", "DR"):
        assert found[name].low <= TRUTH <= found[name].high
    assert set(judged.by_position) == {"1", "2"}
    assert judge(log, target, OpeConfig()) == judged  # the same seed, the same answer


def test_the_logging_policy_judged_by_its_own_log_is_its_own_mean() -> None:
    log, _ = logged(np.random.default_rng(4), 2000)
    own = Target(LOGGING[log.features[:, 0].astype(int)])
    judged = judge(log, own, OpeConfig())
    found = {item.name: item.value for item in judged.estimates}
    assert found["IPS"] == pytest.approx(judged.logged.value)
    assert found["SNIPS"] == pytest.approx(judged.logged.value)
    assert judged.overlap.effective == pytest.approx(2000)


def test_too_little_overlap_is_said() -> None:
    random = np.random.default_rng(5)
    log, _ = logged(random, 400)
    rare = Target(np.tile([0.0, 0.0, 0.0, 1.0], (400, 1)))
    judged = judge(log, rare, OpeConfig())
    assert not judged.can_tell
    assert "Too little overlap" in lines(judged)[-1]
    never = Target(np.tile([0.0, 0.0, 1.0, 0.0], (400, 1)))
    kept = log.action != 2
    unsupported = judge(_only(log, kept), Target(never.probabilities[kept]), OpeConfig(least_effective=1.0))
    assert unsupported.overlap.mean_weight == 0.0
    assert not unsupported.can_tell


def test_clipping_trades_variance_for_a_known_bias() -> None:
    weights = np.concatenate([np.full(999, 0.5), [500.0]])
    bound = choose_clip(weights, np.ones(1000))
    assert bound < 500.0
    assert overlap(weights, bound).effective < 10


def _only(log: Logged, kept: np.ndarray) -> Logged:
    return Logged(
        log.items, log.positions, log.action[kept], log.position[kept], log.reward[kept],
        log.propensity[kept], log.features[kept], log.affinity[kept],
    )  # fmt: skip
