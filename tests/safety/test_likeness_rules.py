"""Who may use whose likeness."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BrokenPolicy
from core.ids import PersonId
from core.vocabulary import Audience, LikenessPermission, Outcome
from safety.likeness import (
    LikenessUse,
    load_likeness_policy,
    may_give_permission,
    may_show_picture,
    may_use_likeness,
)

POLICY = load_likeness_policy()
ASKER, OWNER = PersonId("per_asker"), PersonId("per_owner")

uses = st.builds(
    LikenessUse,
    asker_id=st.sampled_from([ASKER, OWNER]),
    owner_id=st.just(OWNER),
    permission=st.sampled_from(LikenessPermission),
    is_revoked=st.booleans(),
    chosen=st.sampled_from([frozenset(), frozenset({ASKER}), frozenset({PersonId("per_other")})]),
    are_mutual=st.booleans(),
    is_blocked=st.booleans(),
    asker_is_minor=st.booleans(),
    owner_is_minor=st.booleans(),
    cameo_use_on=st.booleans(),
    guardian_allows_adults=st.booleans(),
)
ADULTS = LikenessUse(
    asker_id=ASKER, owner_id=OWNER, permission=LikenessPermission.EVERYONE, asker_is_minor=False, owner_is_minor=False
)


def allowed(use: LikenessUse) -> bool:
    return may_use_likeness(use, POLICY).allowed


@given(use=uses)
def test_a_withdrawn_or_switched_off_likeness_is_used_by_no_one(use: LikenessUse) -> None:
    assert not allowed(replace(use, is_revoked=True))
    assert not allowed(replace(use, cameo_use_on=False))


@given(use=uses)
def test_a_block_in_either_direction_ends_all_use_by_others(use: LikenessUse) -> None:
    if not use.is_owner:
        assert not allowed(replace(use, is_blocked=True))


@given(use=uses)
def test_no_one_uses_a_minors_likeness_unless_the_minor_chose_them(use: LikenessUse) -> None:
    if use.owner_is_minor and not use.is_owner and allowed(use):
        assert use.asker_id in use.chosen
        assert use.permission != LikenessPermission.ONLY_ME
        assert use.asker_is_minor or use.guardian_allows_adults


@given(use=uses)
def test_a_minor_owner_is_never_open_to_more_people_than_an_adult_owner(use: LikenessUse) -> None:
    if allowed(replace(use, owner_is_minor=True)):
        assert allowed(replace(use, owner_is_minor=False))


@given(use=uses)
def test_every_refusal_is_a_block_that_names_its_rule_in_words(use: LikenessUse) -> None:
    verdict = may_use_likeness(use, POLICY)
    assert verdict.outcome in {Outcome.ALLOW, Outcome.BLOCK}
    if not verdict.allowed:
        assert verdict.rule_id.startswith("likeness/")
        assert len(verdict.explanation) > 20
        assert verdict.policy_version == POLICY.version
    assert verdict.audience == (Audience.DEPICTED_MINOR if use.owner_is_minor else Audience.ADULT)


@given(use=uses)
def test_an_owner_may_always_use_their_own_while_it_stands(use: LikenessUse) -> None:
    assert allowed(replace(use, asker_id=OWNER, is_revoked=False, cameo_use_on=True))


@pytest.mark.parametrize(
    ("permission", "mutual", "chosen", "expected"),
    [
        (LikenessPermission.EVERYONE, False, False, True),
        (LikenessPermission.MUTUALS, False, False, False),
        (LikenessPermission.MUTUALS, True, False, True),
        (LikenessPermission.CHOSEN, True, False, False),
        (LikenessPermission.CHOSEN, False, True, True),
        (LikenessPermission.ONLY_ME, True, True, False),
    ],
)
def test_each_permission_lets_in_exactly_whom_it_names(
    permission: LikenessPermission, mutual: bool, chosen: bool, expected: bool
) -> None:
    use = replace(
        ADULTS, permission=permission, are_mutual=mutual, chosen=frozenset({ASKER}) if chosen else frozenset()
    )
    assert allowed(use) is expected


def test_minors_may_open_their_likeness_to_chosen_people_at_most() -> None:
    assert may_give_permission(LikenessPermission.CHOSEN, True, POLICY)
    assert not may_give_permission(LikenessPermission.MUTUALS, True, POLICY)
    assert not may_give_permission(LikenessPermission.EVERYONE, True, POLICY)
    assert may_give_permission(LikenessPermission.EVERYONE, False, POLICY)


@given(st.none() | st.integers(0, 50), st.booleans())
def test_a_picture_is_shown_only_without_a_face_or_with_consent(faces: int | None, consented: bool) -> None:
    verdict = may_show_picture(faces, is_consented=consented, policy=POLICY)
    assert verdict.allowed == (consented or faces == 0)
    assert verdict.allowed or (verdict.outcome == Outcome.BLOCK and verdict.category == "likeness")
    assert verdict.allowed or verdict.rule_id == (
        "likeness/faces_not_looked_for" if faces is None else "likeness/face_in_picture"
    )


def test_no_policy_file_can_open_minors_to_everyone(tmp_path: Path) -> None:
    shipped = (Path("safety") / "policies" / "likeness.toml").read_text()
    for old, new in [('"chosen"', '"everyone"'), ("guardian = true", "guardian = false")]:
        assert old in shipped
        (tmp_path / "likeness.toml").write_text(shipped.replace(old, new))
        with pytest.raises(BrokenPolicy):
            load_likeness_policy(tmp_path)
