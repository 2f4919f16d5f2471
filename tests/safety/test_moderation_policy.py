"""What the policy file may say, and what follows from it."""

import math
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BrokenPolicy
from core.vocabulary import Audience, Outcome, Surface
from safety.decide import decide, decide_parts, worst
from safety.policy import JUDGED, ModerationPolicy, Thresholds, load_moderation_policy
from tests.conftest import Golden

POLICY = load_moderation_policy()

HEADER = """
[policy]
name = "moderation"
version = "2026-01-01.1"
owner = "test"
reason = "A policy made for a test."
effective = 2026-01-01
"""
EVERYTHING = """
[[rule]]
id = "everything"
categories = ["*"]
surfaces = ["*"]
audiences = ["*"]
limit_at = 0.5
review_at = 0.5
block_at = 0.5
reason = "One rule for all, for a test."
"""

probabilities = st.floats(0, 1) | st.just(math.nan)
all_scores = st.dictionaries(st.sampled_from(JUDGED), probabilities, max_size=len(JUDGED))
surfaces = st.sampled_from(list(Surface))


@given(scores=all_scores, surface=surfaces)
@settings(max_examples=150)
def test_a_minor_is_never_judged_more_loosely_than_an_adult(scores: dict[str, float], surface: Surface) -> None:
    adult, teen, depicted = (decide(scores, surface, audience, POLICY).outcome for audience in Audience)
    assert depicted >= teen >= adult


@given(scores=all_scores, surface=surfaces, audience=st.sampled_from(list(Audience)))
@settings(max_examples=100)
def test_what_is_not_allowed_names_a_rule_and_a_version(
    scores: dict[str, float], surface: Surface, audience: Audience
) -> None:
    verdict = decide(scores, surface, audience, POLICY)
    assert verdict.policy_version == POLICY.version
    if verdict.outcome > Outcome.ALLOW:
        assert verdict.rule_id.endswith(f":{verdict.category}")
        assert verdict.explanation


@given(scores=all_scores, raised=st.sampled_from(JUDGED), by=st.floats(0, 1), surface=surfaces)
@settings(max_examples=100)
def test_a_higher_score_never_leads_to_a_milder_verdict(
    scores: dict[str, float], raised: str, by: float, surface: Surface
) -> None:
    before = {**scores, raised: scores.get(raised, 0.0)}
    if math.isnan(before[raised]):
        before[raised] = 0.0
    after = {**before, raised: min(1.0, before[raised] + by)}
    for audience in Audience:
        assert decide(after, surface, audience, POLICY).outcome >= decide(before, surface, audience, POLICY).outcome


def test_a_score_that_is_no_number_is_never_allowed() -> None:
    for category, surface, audience in product(JUDGED, Surface, Audience):
        assert decide({category: math.nan}, surface, audience, POLICY).outcome >= Outcome.REVIEW


def test_the_harshest_outcome_is_never_what_nothing_leads_to() -> None:
    for surface, audience in product(Surface, Audience):
        assert decide({}, surface, audience, POLICY).outcome == Outcome.ALLOW
        assert decide(dict.fromkeys(JUDGED, 0.0), surface, audience, POLICY).outcome == Outcome.ALLOW
        assert decide_parts([], surface, audience, POLICY).outcome == Outcome.ALLOW


def test_zero_means_zero_and_a_score_at_a_threshold_reaches_it() -> None:
    always = Thresholds(limit_at=0, review_at=0, block_at=0)
    assert always.outcome(0.0) == Outcome.BLOCK
    never = Thresholds(limit_at=1.01, review_at=1.01, block_at=1.01)
    assert never.outcome(1.0) == Outcome.ALLOW
    steps = Thresholds(limit_at=0.2, review_at=0.4, block_at=0.6)
    assert [steps.outcome(score) for score in (0.19, 0.2, 0.4, 0.6)] == list(Outcome)


def test_anything_sexual_with_a_sign_of_a_minor_is_blocked_everywhere() -> None:
    for surface, audience in product(Surface, Audience):
        assert decide({"sexual/minors": 0.2}, surface, audience, POLICY).outcome == Outcome.BLOCK


def test_evidence_says_which_part_led_to_the_verdict() -> None:
    parts = [("prompt", "calm water", {"violence": 0.01}), ("shot 2", "a stabbing", {"violence": 0.99})]
    verdict = decide_parts(parts, Surface.PROMPT, Audience.ADULT, POLICY)
    assert verdict.outcome == Outcome.BLOCK
    assert [(item.part, item.excerpt) for item in verdict.evidence] == [("shot 2", "a stabbing")]
    assert verdict.scores["violence"] == 0.99


def test_the_worst_of_several_keeps_what_is_no_number() -> None:
    assert math.isnan(worst([{"hate": math.nan}, {"hate": 0.3}])["hate"])
    assert math.isnan(worst([{"hate": 0.3}, {"hate": math.nan}])["hate"])


def test_the_feed_is_stricter_for_teens_than_what_adults_may_write() -> None:
    for category in ("sexual", "violence/graphic", "drugs", "self-harm"):
        feed = POLICY.at(category, Surface.FEED, Audience.TEEN)
        assert feed.block_at < POLICY.at(category, Surface.PROMPT, Audience.ADULT).block_at


BROKEN = {
    "no_rule_for_some_cells": HEADER + EVERYTHING.replace('surfaces = ["*"]', 'surfaces = ["prompt"]'),
    "thresholds_out_of_order": HEADER + EVERYTHING.replace("limit_at = 0.5", "limit_at = 0.9"),
    "looser_for_minors": HEADER
    + EVERYTHING
    + EVERYTHING.replace('"everything"', '"teens"')
    .replace('audiences = ["*"]', 'audiences = ["teen"]')
    .replace("0.5", "0.6"),
    "unknown_category": HEADER + EVERYTHING.replace('categories = ["*"]', 'categories = ["rudeness"]'),
    "unknown_key": HEADER + EVERYTHING + "blok_at = 0.4\n",
    "a_rule_id_used_twice": HEADER + EVERYTHING + EVERYTHING,
    "sexual_minors_only_reviewed": HEADER
    + EVERYTHING
    + EVERYTHING.replace('"everything"', '"sexual"')
    .replace('categories = ["*"]', 'categories = ["sexual/minors"]')
    .replace("block_at = 0.5", "block_at = 0.9"),
    "above_one": HEADER + EVERYTHING.replace("block_at = 0.5", "block_at = 7"),
    "not_toml": HEADER + "[[rule\n",
}


def test_a_broken_policy_stops_with_file_key_and_remedy(tmp_path: Path, golden: Golden) -> None:
    said = {}
    for name, text in BROKEN.items():
        (tmp_path / "moderation.toml").write_text(text)
        with pytest.raises(BrokenPolicy) as caught:
            load_moderation_policy(tmp_path)
        said[name] = caught.value.detail.splitlines()
    golden.check("broken_moderation_policies", said)


def test_one_rule_for_everyone_is_a_sound_policy(tmp_path: Path) -> None:
    (tmp_path / "moderation.toml").write_text(HEADER + EVERYTHING)
    policy = load_moderation_policy(tmp_path)
    assert isinstance(policy, ModerationPolicy)
    assert policy.at("hate", Surface.FEED, Audience.TEEN).id == "everything"
