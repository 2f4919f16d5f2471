"""How findings of several kinds become one score: nothing is lowered that blocks, and one kind is one witness."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import Audience, Surface
from safety.film.fusion import Findings, Part, combined, evidence_for, fuse
from safety.film.policy import Kind, load_film_policy
from safety.policy import load_moderation_policy
from safety.taxonomy import SEXUAL_MINORS

POLICY, MODERATION = load_film_policy().fusion, load_moderation_policy()
KINDS: tuple[Kind, ...] = ("on_screen_text", "transcript", "picture")
OUTPUT, ADULT = Surface.OUTPUT, Audience.ADULT

shares = st.floats(0, 1)
kind_scores = st.dictionaries(st.sampled_from(KINDS), shares, min_size=1)


def frames(*scores: float, calibrated: bool = True, category: str = "violence") -> tuple[Part, ...]:
    known = frozenset({category}) if calibrated else frozenset[str]()
    return tuple(
        Part("picture", f"frame {place} ({place / 2:.1f} s)", {category: score}, calibrated=known)
        for place, score in enumerate(scores)
    )


def words(score: float, text: str = "words", kind: Kind = "transcript", category: str = "violence") -> Part:
    return Part(kind, "speech at 1.0 s", {category: score}, text)


def violence(*parts: Part, screams: float = 0.0, audience: Audience = ADULT) -> float:
    return fuse(Findings(parts, {}, screams), OUTPUT, audience, MODERATION, POLICY)["violence"]


@given(kinds=kind_scores, screams=shares)
def test_a_fused_score_is_a_probability_and_never_below_a_kinds_own(kinds: dict[Kind, float], screams: float) -> None:
    fused = combined(kinds, POLICY, screams=screams)
    assert max(kinds.values()) <= fused <= 1


@given(kinds=kind_scores, kind=st.sampled_from(KINDS), more=shares, screams=shares)
def test_more_of_anything_never_means_less(kinds: dict[Kind, float], kind: Kind, more: float, screams: float) -> None:
    higher = {**kinds, kind: max(kinds.get(kind, 0.0), more)}
    assert combined(higher, POLICY, screams=screams) >= combined(kinds, POLICY, screams=screams) - 1e-12
    assert combined(kinds, POLICY, screams=max(screams, more)) >= combined(kinds, POLICY, screams=screams)


@given(kinds=st.dictionaries(st.sampled_from(KINDS), st.floats(0, POLICY.quiet_below), min_size=1), screams=shares)
def test_what_is_quiet_changes_nothing_however_much_of_it_there_is(kinds: dict[Kind, float], screams: float) -> None:
    assert combined(kinds, POLICY, screams=screams) == max(kinds.values())


def test_two_kinds_that_agree_are_worth_more_than_either() -> None:
    alone = violence(words(0.7))
    both = violence(words(0.7), *frames(0.6, 0.6, 0.6))
    assert alone == 0.7
    assert isclose(both, 1 - 0.3 * (1 - 0.5 * 0.5))


def test_a_hundred_frames_are_one_witness() -> None:
    few, many = violence(words(0.5), *frames(0.6, 0.6, 0.6)), violence(words(0.5), *frames(*[0.6] * 100))
    assert few == many


def test_what_lasts_counts_for_more_than_what_flickers() -> None:
    assert violence(*frames(0.8, 0.1, 0.1, 0.1)) == pytest.approx(1 / 3)
    assert violence(*frames(0.8, 0.8, 0.8, 0.1)) == pytest.approx(0.8)
    assert violence(*frames(0.8)) == 0.8


@given(
    spike=shares,
    rest=st.lists(shares, max_size=5),
    said=shares,
    screams=shares,
    audience=st.sampled_from(list(Audience)),
)
def test_no_part_that_alone_blocks_is_ever_lowered(
    spike: float, rest: list[float], said: float, screams: float, audience: Audience
) -> None:
    fused = violence(*frames(spike, *rest), words(said), screams=screams, audience=audience)
    block_at = MODERATION.at("violence", OUTPUT, audience).block_at
    assert fused >= said
    if max(spike, *rest, said) >= block_at:
        assert fused >= block_at


def test_a_score_that_nobody_calibrated_cannot_block_an_adults_film_alone() -> None:
    assert violence(*frames(0.99, 0.99, 0.99, calibrated=False)) == POLICY.uncalibrated_most
    assert POLICY.uncalibrated_most < MODERATION.at("violence", OUTPUT, ADULT).block_at


def test_screams_alone_are_nothing_and_beside_a_threat_something() -> None:
    assert violence(words(0.1), screams=1.0) == 0.1
    assert violence(words(0.6), screams=1.0) == pytest.approx(1 - 0.4 * 0.7)
    hateful = words(0.6, category="hate")
    assert fuse(Findings((hateful,), {}, 1.0), OUTPUT, ADULT, MODERATION, POLICY)["hate"] == 0.6


def test_a_sexual_picture_beside_words_about_a_child_is_the_category_that_always_blocks() -> None:
    parts = (*frames(0.5, 0.5, 0.5, category="sexual"), words(0.0, "she is twelve years old", category="sexual"))
    fused = fuse(Findings(parts), OUTPUT, ADULT, MODERATION, POLICY)
    assert fused[SEXUAL_MINORS] >= MODERATION.at(SEXUAL_MINORS, OUTPUT, ADULT).block_at
    calm = (*parts[:3], words(0.0, "she is an engineer", category="sexual"))
    assert fuse(Findings(calm), OUTPUT, ADULT, MODERATION, POLICY)[SEXUAL_MINORS] == 0


def test_evidence_names_the_frames_and_words_strongest_first() -> None:
    findings = Findings((*frames(0.7, 0.9, 0.8), words(0.85, "he hits him")))
    fused = fuse(findings, OUTPUT, ADULT, MODERATION, POLICY)
    evidence = evidence_for(findings, fused, OUTPUT, ADULT, MODERATION)
    assert [item.part for item in evidence[:2]] == ["frame 1 (0.5 s)", "speech at 1.0 s"]
    assert evidence[1].excerpt == "he hits him"


def test_evidence_says_so_when_only_all_of_it_together_is_too_much() -> None:
    findings = Findings((*frames(0.55, 0.55, 0.55), words(0.55)))
    fused = fuse(findings, OUTPUT, ADULT, MODERATION, POLICY)
    assert fused["violence"] >= MODERATION.at("violence", OUTPUT, ADULT).limit_at > 0.55
    assert evidence_for(findings, fused, OUTPUT, ADULT, MODERATION)[0].part == "the whole film"
