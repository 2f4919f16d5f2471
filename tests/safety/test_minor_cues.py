"""Cues of someone under 18, and the category composed from them, each tested apart: no such text is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import Audience, Outcome, Surface
from safety.decide import decide
from safety.policy import load_moderation_policy
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS
from safety.text.minors import NONE, PERHAPS, SHOWN, SURE, minor_cue, sexual_minors


@pytest.mark.parametrize(
    "text",
    [
        "she just turned sixteen", "I'm 16", "he is 15", "at 15 she moved to Oslo", "ages 9 and up", "a three-year-old",
        "a 3 month old baby", "f/15", "14 y.o.", "a pupil in grade 7", "the 7th grader", "an eighth-grade class",
        "a high school junior", "primary school", "a year 9 student", "looks underage", "looks 14", "looks so young",
        "nearly 18", "under sixteen", "in her mid-teens", "my stepdaughter", "a girl scout", "a school uniform",
        "少女", "школьница", "menina", "👧 in a garden", "a teenager", "a kid with a kite",
    ],
)  # fmt: skip
def test_a_plain_cue_is_sure(text: str) -> None:
    assert minor_cue(text) == SURE


@pytest.mark.parametrize(
    "text",
    [
        "my 8-year-old car", "a 12 year old whisky", "a six-month-old laptop", "a five-year-old red brick house",
        "thirty-five year old woman", "twenty-one years old", "a two hundred year old vampire", "105 years old",
        "married for 12 years", "10 years later", "page 12", "a minor chord", "minor injuries", "her adult daughter",
        "no minors", "an inner child workshop", "a 19 year old", "women in a bar", "barely 18",
    ],
)  # fmt: skip
def test_ages_of_things_and_figures_of_speech_are_no_cue(text: str) -> None:
    assert minor_cue(text) == NONE


def test_what_is_no_cue_hides_none() -> None:
    assert minor_cue("my 8-year-old car and my 8-year-old") == SURE
    assert minor_cue("no minors, but a pupil in grade 7") == SURE
    assert minor_cue("a student") == PERHAPS
    assert minor_cue("a 15-year-old girl car owner") == SURE


@given(
    years=st.integers(1, 120), frame=st.sampled_from(["a {n}-year-old", "a {n} year old person", "aged {n}", "{n} yo"])
)
def test_every_age_below_18_is_a_cue_and_none_above(years: int, frame: str) -> None:
    assert minor_cue(frame.format(n=years)) == (SURE if years < 18 else NONE)


@given(sexual=st.floats(0, 1), readings=st.lists(st.sampled_from(["a kite", "a student", "aged nine"]), max_size=3))
def test_the_composed_score_is_the_product_with_the_strongest_cue(sexual: float, readings: list[str]) -> None:
    strongest = max(map(minor_cue, readings), default=NONE)
    assert sexual_minors(sexual, readings) == sexual * strongest


def test_a_word_that_shows_a_body_is_enough_beside_a_plain_cue_and_only_there() -> None:
    assert sexual_minors(0.01, ["aged nine", "lingerie"]) == SHOWN
    assert sexual_minors(0.01, ["a student", "lingerie"]) == 0.01 * PERHAPS
    assert sexual_minors(0.01, ["a pupil in grade 7 draws a naked mole rat"]) == 0.01


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("surface", list(Surface))
def test_a_score_with_a_cue_blocks_everywhere(surface: Surface, audience: Audience) -> None:
    policy = load_moderation_policy()
    scores = dict.fromkeys(CATEGORIES, 0.0) | {SEXUAL_MINORS: sexual_minors(0.34, ["a student"])}
    assert decide(scores, surface, audience, policy).outcome == Outcome.BLOCK
    assert decide(scores, surface, audience, policy).category == SEXUAL_MINORS
