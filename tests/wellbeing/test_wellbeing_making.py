"""Limits on making: a number of videos in any 24 hours, credits in any 30 days; and what counts as sensitive."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LimitReached
from core.ids import PersonId
from core.records_wellbeing import Setting
from ranking.understanding.attributes import NAMES
from tests.conftest import NOON, make_person
from wellbeing.making import Made, ModelPrice, Prices, check_making
from wellbeing.room import Wellbeing

ROOM = Wellbeing.open()
ANA = make_person("ana")


def controls(creations: int, credit_cap: int) -> object:
    values = {"daily_creations": creations, "monthly_credits": credit_cap}
    return ROOM.controls(ANA, [Setting(name, value, ANA.id, NOON) for name, value in values.items()], NOON)


@given(
    most=st.integers(0, 6), cap=st.integers(0, 60), cost=st.integers(0, 12),
    steps=st.lists(st.integers(0, 20 * 3600), max_size=40),
)  # fmt: skip
def test_no_one_makes_one_video_or_spends_one_credit_more(most: int, cap: int, cost: int, steps: list[int]) -> None:
    holds, made, now = controls(most, cap), [], NOON
    for step in steps:
        now += timedelta(seconds=step)
        try:
            check_making(holds, made, cost, now)  # type: ignore[arg-type]
        except LimitReached as refused:
            later = now + timedelta(seconds=refused.retry_after_s)
            assert later > now
            if most and cost <= cap:
                check_making(holds, [], cost, later)  # type: ignore[arg-type]
        else:
            made.append(Made(now, cost))
        assert sum(item.at > now - timedelta(hours=24) for item in made) <= most
        assert sum(item.credits for item in made if item.at > now - timedelta(days=30)) <= cap


def test_the_wait_that_is_told_is_enough_and_no_longer_than_needed() -> None:
    made = [Made(NOON - timedelta(hours=23), 4), Made(NOON - timedelta(hours=1), 4)]
    with pytest.raises(LimitReached) as caught:
        check_making(controls(2, 1000), made, 4, NOON)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.retry_after_s) == ("daily_creations_reached", 3601)
    with pytest.raises(LimitReached) as caught:
        check_making(controls(9, 8), made, 4, NOON)  # type: ignore[arg-type]
    assert caught.value.code == "monthly_credits_reached"
    check_making(controls(9, 8), made, 4, made[0].at + timedelta(days=30))  # type: ignore[arg-type]


def test_a_model_that_is_paid_for_costs_what_it_is_priced_at() -> None:
    prices = Prices(default_credits_per_second=1, model=(ModelPrice(name="film-pro", credits_per_second=25),))
    assert (prices.cost("world", 4), prices.cost("film-pro", 4)) == (4, 100)
    with pytest.raises(ValueError, match="same model"):
        Prices(default_credits_per_second=1, model=prices.model * 2)


def test_sensitive_topics_are_attributes_that_ranking_knows() -> None:
    policy = ROOM.policy.sensitive
    assert {name for topic in policy.topic for name in topic.attributes} <= set(NAMES)
    calm = dict.fromkeys(NAMES, 0.0)
    assert not policy.is_sensitive(calm)
    assert policy.is_sensitive(calm | {"mood:scary": 0.4})


def test_a_guardian_sees_who_set_a_limit_on_making() -> None:
    teen, mum = make_person("teen", born=None), PersonId("per_mum")
    holds = ROOM.controls(teen, [Setting("daily_creations", 0, mum, NOON)], NOON)
    with pytest.raises(LimitReached, match="set by: guardian"):
        check_making(holds, [], 1, NOON)
