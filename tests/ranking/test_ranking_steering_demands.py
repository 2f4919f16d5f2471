"""What steers do to pages: creators, time budgets, novelty, clashes, refusals that are kept."""

import pytest

from core.errors import InvalidInput
from core.ids import PersonId
from core.vocabulary import EventKind
from pipelines.online.budgets import end_session_budget, set_session_budget
from pipelines.online.steering import add_steer, list_steers, undo_steer
from tests.ranking.conftest import World

ADA = PersonId("per_ada")


def handles(world: World, size: int = 12) -> list[str]:
    return [item.video.creator.handle for item in world.page("ada", size=size).items]


def prompts(world: World, size: int = 12) -> list[str]:
    return [item.video.prompt.lower() for item in world.page("ada", size=size).items]


def test_more_from_a_creator_brings_them_first_and_says_so(small_world: World) -> None:
    add_steer(small_world.rooms, ADA, "more from @kim")
    page = small_world.page("ada", size=6)
    assert page.items[0].video.creator.handle == "kim"
    assert "more from @kim" in page.items[0].reason.text


def test_nothing_from_a_creator_keeps_them_off_every_page(small_world: World) -> None:
    assert "bo" in handles(small_world, 30) + handles(small_world, 30)
    add_steer(small_world.rooms, ADA, "nothing from @bo please")
    assert "bo" not in handles(small_world, 30) + handles(small_world, 30)


def test_a_later_word_about_a_creator_wins(small_world: World) -> None:
    add_steer(small_world.rooms, ADA, "nothing from @kim")
    small_world.clock.advance(minutes=1)
    add_steer(small_world.rooms, ADA, "more from @kim")
    assert handles(small_world)[0] == "kim"


@pytest.mark.parametrize("handle", ["nobody_here", "cy"])
def test_someone_unknown_or_blocked_is_nobody(small_world: World, handle: str) -> None:
    small_world.did("cy", EventKind.BLOCK, person="ada")
    with pytest.raises(InvalidInput) as caught:
        add_steer(small_world.rooms, ADA, f"more from @{handle}")
    assert caught.value.code == "unknown_creator"
    assert list_steers(small_world.rooms, ADA) == []


def test_minutes_in_a_steer_are_a_budget_and_the_person_may_end_it(small_world: World) -> None:
    steer = add_steer(small_world.rooms, ADA, "15 minutes, then stop")
    assert (steer.minutes, steer.wants) == (15, [])
    pages = []
    for _ in range(17):
        pages.append(small_world.page("ada", size=4))
        small_world.clock.advance(minutes=1)
    assert all(page.items for page in pages[:14])
    assert pages[-1].items == ()
    assert pages[-1].pause is not None
    assert pages[-1].pause.kind == "budget"
    end_session_budget(small_world.rooms, ADA)
    assert small_world.page("ada").items


def test_undoing_a_steer_ends_the_budget_it_gave_and_no_other(small_world: World) -> None:
    first = add_steer(small_world.rooms, ADA, "20 minutes, then stop")
    set_session_budget(small_world.rooms, ADA, 5)
    undo_steer(small_world.rooms, ADA, first.id)
    assert small_world.page("ada").session.budget is not None
    second = add_steer(small_world.rooms, ADA, "20 minutes, then stop")
    undo_steer(small_world.rooms, ADA, second.id)
    assert small_world.page("ada").session.budget is None


def test_a_wider_refusal_stays_when_a_part_of_it_is_asked_for_later(small_world: World) -> None:
    small_world.video("kim", "A kitten sleeping on a windowsill", hours_ago=0)
    small_world.video("lou", "A wild elephant herd at a waterhole", hours_ago=0)
    add_steer(small_world.rooms, ADA, "no animals")
    assert not any(
        "kitten" in prompt or "elephant" in prompt or "puppy" in prompt for prompt in prompts(small_world, 30)
    )
    small_world.clock.advance(minutes=1)
    add_steer(small_world.rooms, ADA, "show me kittens")
    shown = prompts(small_world, 30)
    assert "kitten" in shown[0]
    assert not any("elephant" in prompt for prompt in shown)


def test_a_bit_less_moves_down_and_does_not_remove(small_world: World) -> None:
    before = prompts(small_world, 30)
    add_steer(small_world.rooms, ADA, "a bit less cooking")
    after = prompts(small_world, 30)
    assert any("cake" in prompt for prompt in before + after)
    small_world.clock.advance(minutes=1)
    add_steer(small_world.rooms, ADA, "no cooking")
    assert not any("cake" in prompt for prompt in prompts(small_world, 30))


def test_what_is_new_is_less_like_what_was_liked(small_world: World) -> None:
    liked = small_world.video("kim", "A racing car on a track", hours_ago=30)
    for _ in range(3):
        small_world.did("ada", EventKind.LIKE, liked)
    add_steer(small_world.rooms, ADA, "surprise me")
    page = small_world.page("ada", size=8)
    steer = list_steers(small_world.rooms, ADA)[0]
    assert steer.novelty == 1
    assert "car" not in page.items[0].video.prompt


def test_steers_that_contradict_each_other_give_a_sound_page(small_world: World) -> None:
    for text in ("only cars", "no cars", "nothing but trucks", "no trucks, no cars", "calm", "hype me up", "no people"):
        add_steer(small_world.rooms, ADA, text)
        small_world.clock.advance(minutes=1)
    shown = prompts(small_world, 12)
    assert shown
    assert not any("car" in prompt or "truck" in prompt for prompt in shown)
