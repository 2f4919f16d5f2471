"""The policy team's notebook runs as a script on a small fixture, makes its plots and writes a sound proposal."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.tuning import (
    Labelled,
    flips,
    next_version,
    outcome_shares,
    propose,
    threshold_curve,
    write_policy,
)
from safety.policy import JUDGED, Thresholds, load_moderation_policy

POLICY = load_moderation_policy()
TRAFFIC = [
    {"text": "a man stabs his neighbour in the street", "labels": ["violence"]},
    {"text": "two boxers touch gloves before a match", "labels": []},
    {"text": "a calm lake at dawn", "labels": []},
    {"text": "a bloody massacre in a village", "labels": ["violence"]},
]
ITEMS = [
    Labelled("bad", {"violence": 0.9}, frozenset({"violence"})),
    Labelled("worse", {"violence": 0.7}, frozenset({"violence"})),
    Labelled("fine", {"violence": 0.65}, frozenset()),
    Labelled("good", {"violence": 0.1}, frozenset()),
]
LOWER = Thresholds(limit_at=0.3, review_at=0.4, block_at=0.6)


def test_the_notebook_runs_as_a_script_and_proposes_a_policy(tmp_path: Path, encoder_folder: Path) -> None:
    traffic = tmp_path / "traffic.jsonl"
    traffic.write_text("\n".join(json.dumps(row) for row in TRAFFIC))
    arguments = ["--traffic", str(traffic), "--encoder", str(encoder_folder), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "notebooks/tune_thresholds.py", *arguments, "--category", "violence"],
        env=os.environ | {"PYTHONPATH": "."}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    proposed = load_moderation_policy(tmp_path / "out")
    assert proposed.version != POLICY.version
    assert "violence" in proposed.policy.reason
    assert {path.name for path in (tmp_path / "out").glob("*.svg")} == {"precision_recall.svg", "cost.svg", "load.svg"}


def test_a_curve_tells_what_each_threshold_catches_and_costs() -> None:
    curve = {p.threshold: p for p in threshold_curve(ITEMS, "violence", miss_cost=10, alarm_cost=1, steps=10)}
    assert (curve[0.0].precision, curve[0.0].recall) == (0.5, 1.0)
    assert (curve[0.7].precision, curve[0.7].recall) == (1.0, 1.0)
    assert curve[1.0].recall == 0.0
    assert min(curve.values(), key=lambda p: p.cost_per_1000).threshold == 0.7
    assert curve[0.0].cost_per_1000 == 1000 * 2 * 1 / 4


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_higher_threshold_never_catches_or_refuses_more(scores: list[float]) -> None:
    items = [Labelled("t", {"hate": score}, frozenset({"hate"} if score > 0.5 else ())) for score in scores]
    curve = threshold_curve(items, "hate", miss_cost=1, alarm_cost=1)
    assert all(a.recall >= b.recall and a.refused_share >= b.refused_share for a, b in zip(curve, curve[1:]))  # noqa: B905, RUF007


def test_a_proposal_says_what_flips_and_survives_being_written(tmp_path: Path) -> None:
    proposal = propose(
        POLICY, "violence", Surface.PROMPT, dict.fromkeys(Audience, LOWER),
        owner="policy team", reason='Fewer "stage fights" held.', effective=date(2026, 12, 1),
    )  # fmt: skip
    changed = flips(ITEMS, POLICY, proposal, Surface.PROMPT, Audience.ADULT)
    assert [(flip.text, flip.before, flip.after) for flip in changed] == [
        ("bad", Outcome.REVIEW, Outcome.BLOCK),
        ("worse", Outcome.LIMIT, Outcome.BLOCK),
        ("fine", Outcome.LIMIT, Outcome.BLOCK),
    ]
    assert outcome_shares(ITEMS, proposal, Surface.PROMPT, Audience.ADULT)["over_refused"] == 0.5
    write_policy(proposal, tmp_path / "moderation.toml")
    again = load_moderation_policy(tmp_path)
    assert again.policy == proposal.policy
    assert again.cells == proposal.cells
    assert again.at("hate", Surface.PROMPT, Audience.ADULT) == POLICY.at("hate", Surface.PROMPT, Audience.ADULT)


def test_a_proposal_that_is_looser_for_minors_is_refused() -> None:
    with pytest.raises(ValueError, match="looser"):
        propose(
            POLICY, "violence", Surface.PROMPT, {Audience.ADULT: LOWER},
            owner="policy team", reason="Adults only, by mistake.", effective=date(2026, 12, 1),
        )  # fmt: skip


@given(category=st.sampled_from(JUDGED), surface=st.sampled_from(list(Surface)))
def test_proposing_what_holds_already_changes_nothing(category: str, surface: Surface) -> None:
    held = {
        audience: Thresholds(**POLICY.at(category, surface, audience).model_dump(include=set(Thresholds.model_fields)))
        for audience in Audience
    }
    same = propose(POLICY, category, surface, held, owner="o", reason="No change at all.", effective=date(2026, 12, 1))
    assert all(
        same.at(*cell).model_dump(exclude={"id", "categories", "surfaces", "audiences"})
        == rule.model_dump(exclude={"id", "categories", "surfaces", "audiences"})
        for cell, rule in POLICY.cells.items()
    )


def test_versions_count_up_within_a_day() -> None:
    assert next_version("2026-11-21.1", date(2026, 11, 21)) == "2026-11-21.2"
    assert next_version("2026-11-21.4", date(2026, 12, 1)) == "2026-12-01.1"
