"""Positions kept for new creators: who is new, where they stand, and that the logged odds are the odds."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId
from core.storage.people import People
from core.vocabulary import FeedMode, Reason
from pipelines.online.steering import add_steer
from pipelines.online.viewers import load_viewer
from ranking.exploration import explore
from ranking.newcomers import draw, kept_positions
from ranking.page import RankedPage
from ranking.value import load_safer_value, load_value
from tests.ranking.conftest import NAMES, PROMPTS, World

POLICY = load_value()
NEW = ("nia", "oto", "pia")


@pytest.fixture
def town(small_world: World) -> World:
    """Twelve people who have long been here, and three who have just begun; ada knows bo."""
    world = small_world
    for name in NAMES:
        world.video(name, "A first film of long ago", hours_ago=24 * 40)
    for number, name in enumerate(NEW):
        world.person(name)
        world.video(name, f"{PROMPTS[number]}, seen by nobody yet", hours_ago=1 + number)
    world.follow("ada", "bo")
    return world


def page_of(world: World, number: int, *, who: str = "ada", is_safer: bool = False, **asked: object) -> RankedPage:
    rooms, now = world.rooms, world.clock.now()
    with world.database.read() as tx:
        person = People(tx).find(PersonId(f"per_{who}"))
        assert person is not None
        viewer = load_viewer(tx, rooms, person, now)
    given_mode = asked.get("mode", FeedMode.RANKED)
    assert isinstance(given_mode, FeedMode)
    return rooms.ranking.page(
        viewer, size=8, mode=given_mode, now=now, page_id=f"page_{number}", visible=set, is_safer=is_safer
    )


def places_of_newcomers(page: RankedPage) -> list[int]:
    return [place for place, item in enumerate(page.items) if item.reason.code == Reason.NEWCOMER]


def test_the_kept_position_shows_a_new_creator_and_says_so(town: World) -> None:
    page = page_of(town, 1)
    assert places_of_newcomers(page) == [2]
    item = page.items[2]
    assert item.creator_id in {f"per_{name}" for name in NEW}
    assert item.reason.text.startswith("New here:")
    assert len(page.items) == len({item.video_id for item in page.items}) == 8


def test_the_logged_odds_of_a_newcomer_are_how_often_they_come(town: World) -> None:
    seen: Counter[str] = Counter()
    odds = set()
    for number in range(300):
        item = page_of(town, number).items[2]
        seen[item.creator_id] += 1
        odds.add(item.propensity)
    assert list(odds) == pytest.approx([1 / len(seen)])
    assert len(seen) > 1
    assert all(count / 300 == pytest.approx(1 / len(seen), abs=0.12) for count in seen.values())


def test_those_who_have_long_been_here_and_friends_are_no_newcomers(town: World) -> None:
    town.follow("ada", *NEW)
    assert places_of_newcomers(page_of(town, 1)) == []


def test_a_video_shown_to_fewer_people_has_no_kept_position(small_world: World) -> None:
    for name in NAMES:
        small_world.video(name, "A first film of long ago", hours_ago=24 * 40)
    small_world.person("nia")
    small_world.video("nia", limited=True)
    assert places_of_newcomers(page_of(small_world, 1)) == []


def test_no_other_order_and_no_wish_keeps_a_position(town: World) -> None:
    for mode in (FeedMode.CHRONOLOGICAL, FeedMode.NON_PERSONALISED):
        page = page_of(town, 1, mode=mode)
        assert places_of_newcomers(page) == []
        assert {item.propensity for item in page.items} == {1.0}
    assert places_of_newcomers(page_of(town, 1, is_safer=True)) == []
    add_steer(town.rooms, PersonId("per_ada"), "more calm videos")
    page = page_of(town, 1)
    assert places_of_newcomers(page) == []
    assert {item.propensity for item in page.items} == {1.0}


def test_the_safer_policy_tries_nothing_out() -> None:
    assert kept_positions(load_safer_value().newcomers, 30) == []
    assert kept_positions(POLICY.newcomers, 30) == [2, 10, 18, 26]


@given(st.integers(1, 4), st.integers(0, 8), st.integers(6, 20), st.floats(0, 1), st.text(max_size=5))
def test_the_odds_at_every_position_sum_to_one(slots: int, more: int, size: int, rate: float, page_id: str) -> None:
    kept = [2 + number for number in range(slots)]
    candidates = list(range(100, 100 + slots + more))
    drawn = draw(candidates, kept, page_id)
    policy = POLICY.exploration.model_copy(update={"rate": rate})
    order, others = list(range(size - slots)), [50, 51]
    page = explore(order, others, policy, page_id, drawn)
    assert len(page) == size
    assert [place for place, item in enumerate(page) if item.is_newcomer] == kept
    assert len({item.place for item in page}) == size
    open_positions = size - 2 - slots
    for position, item in enumerate(page):
        if item.is_newcomer:
            hand = candidates[kept.index(position) :: slots]
            assert item.place in hand
            assert item.propensity == pytest.approx(1 / len(hand))
        elif item.is_exploring:
            assert item.propensity == pytest.approx(rate / (open_positions * 2))
        else:
            explores = position >= 2 and rate > 0
            assert item.propensity == pytest.approx(1 - rate / open_positions if explores else 1.0)
