"""The policy team's notebook runs as a script on a small fixture, makes its plots and writes a sound proposal."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from core.settings import Settings
from core.vocabulary import Audience, Outcome, Surface
from notebooks.tune_thresholds import app
from pipelines.commands import policy as policy_commands
from pipelines.offline.moderation.identity import GROUPS, group_rates, identity_sentences, widest_gap
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
        [sys.executable, "notebooks/tune_thresholds.py", "--", *arguments, "--category", "violence"],
        env=os.environ | {"PYTHONPATH": ".", "KINDLING_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    proposed = load_moderation_policy(tmp_path / "out")
    assert proposed.version != POLICY.version
    assert "violence" in proposed.policy.reason
    plots = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.svg")}
    assert set(plots) == {"precision_recall", "cost", "load", "groups"}
    assert all(text.startswith("<svg") and "<path" in text for text in plots.values())
    assert "over-refusal" in proposed.policy.expected_effect
    assert "depicted_minor: 0 stricter, 0 looser" in proposed.policy.expected_effect
    checked = CliRunner().invoke(policy_commands.app, ["check", str(tmp_path / "out" / "moderation.toml")])
    assert checked.exit_code == 0
    assert f"{proposed.version}: sound" in checked.output


def test_a_slider_decides_again_and_what_is_looser_for_minors_cannot_be_proposed(
    tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINDLING_HOME", str(tmp_path))
    traffic = tmp_path / "traffic.jsonl"
    traffic.write_text("\n".join(json.dumps(row) for row in TRAFFIC))
    given_here = {
        "arguments": {"category": "violence"}, "settings": Settings(), "encoder_folder": encoder_folder,
        "out_folder": tmp_path / "out", "traffic_file": str(traffic),
    }  # fmt: skip

    def moved(adult: float, teen: float) -> Mapping[str, Any]:
        starts = {Audience.ADULT: adult, Audience.TEEN: teen, Audience.DEPICTED_MINOR: min(adult, teen)}
        numbers = {str(who): dict.fromkeys(("limit_at", "review_at", "block_at"), at) for who, at in starts.items()}
        return app.run(defs={**given_here, "sliders": SimpleNamespace(value=numbers)})[1]

    still, everything, broken = moved(1.01, 1.0), moved(0.0, 0.0), moved(0.2, 0.9)
    lake = "a calm lake at dawn"
    assert lake in {flip.text for flip in everything["changed"]["adult"]}
    assert lake not in {flip.text for flip in still["changed"]["adult"]}
    assert all(flip.after == Outcome.BLOCK for flip in everything["changed"]["adult"])
    assert all("•" in row["text"] and "lake" not in row["text"] for row in everything["table"])
    assert everything["gaps"]["proposed"] == 0.0  # all are refused alike
    assert load_moderation_policy(tmp_path / "out").at("violence", Surface.PROMPT, Audience.TEEN).block_at == 0.0
    assert broken["proposal"] is None
    assert "looser" in broken["problem"]


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


def test_gaps_between_named_groups_are_told_group_by_group() -> None:
    sentences = identity_sentences()
    assert {item.group for item in sentences} == {name for names in GROUPS.values() for name in names}
    assert len({item.text for item in sentences}) == len(sentences)
    scores = [{"hate": 0.99 if item.group == "deaf" else 0.01} for item in sentences]
    rates = group_rates(sentences, scores, POLICY, Surface.PROMPT, Audience.TEEN)
    assert (rates[0].group, rates[0].rate, rates[1].rate) == ("deaf", 1.0, 0.0)
    assert widest_gap(rates) == 1.0


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
