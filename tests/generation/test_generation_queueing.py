"""The queue's policy, the memory for models, and films made together."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.media.film import Film
from generation.backends import Cancelled, ModelInfo, Portraits, Progress, Registry, Take
from generation.parsing import parse
from generation.queueing import PlanRules, load_queue_policy, work_of
from generation.residency import Residency
from generation.room import Generation
from generation.storyboard import Storyboard
from generation.webhooks import load_webhook_policy

POLICY = load_queue_policy()


def board(seed: int = 1, seconds: float = 4) -> Storyboard:
    return parse("a red ball rolls", seconds=seconds, width=96, height=160, seed=seed)


@given(
    uses=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 120)), max_size=60), budget=st.integers(1, 300)
)
def test_models_in_memory_never_pass_the_budget_but_one_that_is_larger_alone(
    uses: list[tuple[str, int]], budget: int
) -> None:
    kept = Residency(budget)
    recent: list[str] = []
    for model, size in uses:
        gone = kept.use(model, size)
        recent = [name for name in recent if name not in {*gone, model}] + [model]
        assert list(kept.held) == recent  # the least recently used are the ones that went
        assert kept.held_bytes <= budget or kept.held == (model,)


def test_without_a_budget_nothing_goes_and_a_model_is_counted_once() -> None:
    kept = Residency(0)
    assert kept.use("a", 10**12) == kept.use("b", 10**12) == kept.use("a", 10) == ()
    assert kept.held == ("b", "a")
    kept.drop("b")
    assert kept.held_bytes == 10
    with pytest.raises(ValueError, match="less than nothing"):
        kept.use("a", -1)


@given(attempts=st.integers(1, 40), job=st.text(max_size=8))
def test_a_retry_waits_longer_each_time_within_the_bound(attempts: int, job: str) -> None:
    rules = POLICY.retry
    full_s = min(rules.longest_pause_s, rules.first_pause_s * rules.factor ** (attempts - 1))
    pause_s = rules.pause(attempts, job).total_seconds()
    assert full_s / 2 - 1e-3 <= pause_s <= full_s
    assert rules.pause(attempts, job) == rules.pause(attempts, job)


def test_no_plan_gives_a_minor_or_high_demand_more() -> None:
    for plan in POLICY.plan:
        for is_minor in (False, True):
            assert plan.most(is_minor=is_minor, is_high=True) <= plan.most(is_minor=is_minor, is_high=False)
        assert plan.most(is_minor=True, is_high=False) <= plan.most(is_minor=False, is_high=False)
    with pytest.raises(ValidationError, match="more than most_open"):
        PlanRules(
            name="x", weight=1, weight_at_high_demand=1, most_open=1, most_open_at_high_demand=1, most_open_minor=2
        )


def test_a_share_is_work_by_weight_and_an_old_plan_counts_as_the_first() -> None:
    assert work_of(8, 360, 640) == pytest.approx(2)
    free, paid = (POLICY.share(name, 12, is_high=False) for name in ("free", "paid"))
    assert free == 12
    assert paid == 3
    assert POLICY.share("gone", 12, is_high=False) == free
    assert POLICY.share("paid", 12, is_high=True) < paid


def test_webhooks_are_tried_for_days_and_then_given_up() -> None:
    policy = load_webhook_policy()
    waits = [policy.next_try(attempts) for attempts in range(1, len(policy.retry_after_s) + 2)]
    assert waits[-1] is None
    assert sum(policy.retry_after_s) > 2 * 86_400


@dataclass(eq=False)
class Crowd:
    """A backend of two models that makes three films by one call, and notes what it loaded and unloaded."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    unloaded: list[str] = field(default_factory=list)

    def models(self) -> tuple[ModelInfo, ...]:
        return tuple(
            ModelInfo(name, "crowd", "", False, ("96x160",), 12, batch=3, memory_bytes=60) for name in ("one", "two")
        )

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        found = self.generate_many([Take(storyboard, portraits, progress, cancelled)], model)[0]
        assert found is not None
        return found

    def generate_many(self, takes: list[Take], model: str) -> list[Film | None]:
        self.calls.append((model, len(takes)))
        return [None if take.cancelled() else _black(take.storyboard) for take in takes]

    def unload(self, model: str) -> None:
        self.unloaded.append(model)


def _black(storyboard: Storyboard) -> Film:
    width, height, count = storyboard.width, storyboard.height, storyboard.frame_count
    frames = (np.zeros((height, width, 3), np.uint8) for _ in range(count))
    return Film(width, height, storyboard.fps, count, frames, None)


def take(board: Storyboard, *, cancelled: bool = False) -> Take:
    return Take(board, {}, lambda _: None, lambda: cancelled)


def test_only_films_that_one_call_can_make_share_a_key() -> None:
    crowd = Crowd()
    room = Generation(Registry([crowd], crowd))
    key = room.batch_key(board(1), "one")
    assert key == room.batch_key(board(2), "one") != room.batch_key(board(1), "two")
    assert key != room.batch_key(board(1, seconds=5), "one")
    assert room.batch_of("one") == 3
    films = room.generate_many([take(board(1)), take(board(2), cancelled=True)], "one")
    assert [film is None for film in films] == [False, True]
    assert crowd.calls == [("one", 2)]


def test_a_model_makes_room_for_the_next() -> None:
    crowd = Crowd()
    room = Generation(Registry([crowd], crowd), memory_bytes=100)
    for model in ("one", "one", "two", "one"):
        room.generate_many([take(board())], model)
    assert crowd.unloaded == ["one", "two"]
    roomy = Crowd()
    room = Generation(Registry([roomy], roomy), memory_bytes=120)
    for model in ("one", "two", "one"):
        room.generate_many([take(board())], model)
    assert roomy.unloaded == []
