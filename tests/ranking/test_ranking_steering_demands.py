"""What steers do to pages: creators, time budgets, novelty, clashes, refusals that are kept."""

import pytest

from core.errors import InvalidInput
from core.ids import PersonId
from core.vocabulary import EventKind
from pipelines.online.steering import add_steer, list_steers
from pipelines.online.wellbeing import end_break
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


def test_the_feed_stops_when_the_minutes_are_over_and_the_person_may_go_on(small_world: World) -> None:
    steer = add_steer(small_world.rooms, ADA, "15 minutes, then stop")
    assert (steer.minutes, steer.wants) == (15, [])
    small_world.clock.advance(minutes=13)
    assert small_world.page("ada").items
    small_world.clock.advance(minutes=2)
    stopped = small_world.page("ada")
    assert stopped.items == ()
    assert stopped.pause is not None
    assert stopped.pause.kind == "break"
    assert list_steers(small_world.rooms, ADA) == []
    end_break(small_world.rooms, ADA)
    assert small_world.page("ada").items


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
