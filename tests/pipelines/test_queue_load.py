"""Workers are killed while they empty a queue: `kindling bench queue` in small; `make soak` has it in full."""

import pytest

from core.storage.database import Database
from core.vocabulary import JobStatus
from pipelines.offline.bench.queue import Asked, Load, figures, jain_at_half, load_test, unfairness


def test_nothing_is_lost_or_made_twice_when_workers_are_killed(database: Database) -> None:
    load = Load(jobs=36, people=6, workers=2, most_kills=2, kill_every_s=0.2, film_ms=40, lease_s=1.5, longest_s=120)
    outcome = load_test(database, load)
    assert outcome.kills == 2
    assert outcome.statuses == {JobStatus.COMPLETED: 36}
    assert (outcome.lost, outcome.twice) == (0, 0)
    assert outcome.attempts > 36
    assert unfairness(outcome.made) <= 1 + load.workers
    # Half-way through so few films, one killed film that waits for its next attempt decides Jain's index.
    missed = {figure.name for figure in figures(outcome, load) if figure.met is False}
    assert missed <= {"Jain's index, half-way"}
    assert jain_at_half(outcome.made) > 0.75


def test_the_measures_tell_a_fair_order_from_an_unfair_one() -> None:
    films = {name: [Asked(f"{name}{number}", name, 1.0) for number in range(20)] for name in ("ada", "bob")}
    turns = [film for pair in zip(films["ada"], films["bob"], strict=True) for film in pair]
    in_a_row = films["ada"] + films["bob"]
    assert unfairness(turns) == pytest.approx(0.5)
    assert unfairness(in_a_row) > 9
    assert jain_at_half(turns) > 0.99
    greedy = [films["ada"][0], *films["bob"][:15], *films["ada"][1:], *films["bob"][15:]]
    assert jain_at_half(greedy) < 0.9
