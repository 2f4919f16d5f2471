"""Prompts become storyboards: the words that matter are obeyed, and the rest is decided by the seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.settings import Settings
from generation.parsing import parse
from generation.room import Generation
from generation.signature import scene_signature
from generation.storyboard import Shot, Storyboard, Thing
from generation.world import vocabulary as vocab
from generation.world.backend import SIZES


def board(prompt: str, **change: object) -> Storyboard:
    values: dict[str, object] = {"seconds": 4, "width": 360, "height": 640, "seed": 3}
    return parse(prompt, **(values | change))  # type: ignore[arg-type]


def shot(prompt: str, **change: object) -> Shot:
    return board(prompt, **change).shots[0]


def thing(prompt: str, kind: str, **change: object) -> Thing:
    return next(item for item in shot(prompt, **change).things if item.kind == kind)


SCENES = [
    ("a golden retriever puppy running on the beach at sunset", "beach", "dog", "run"),
    ("a basketball player misses a shot and the ball rebounds", "court", "basketball", "miss"),
    ("a paper boat drifting on a lake in the mountains", "lake", "paper_boat", "float"),
    ("a cat sleeping by the window", "room", "cat", "sleep"),
    ("a robot waves in the city", "city", "robot", "wave"),
    ("goldfish swimming among coral", "underwater", "fish", "swim"),
    ("someone paddleboarding: a paddleboard on the ocean", "ocean", "paddler", ""),
    ("three kids jumping in the park", "park", "person", "jump"),
    ("an astronaut floating past Saturn", "space", "astronaut", "float"),
    ("dominoes toppling in the workshop", "workshop", "domino", "fall"),
]


@pytest.mark.parametrize(("prompt", "scene", "kind", "motion"), SCENES)
def test_words_choose_place_thing_and_motion(prompt: str, scene: str, kind: str, motion: str) -> None:
    assert shot(prompt).scene == scene
    found = thing(prompt, kind)
    assert motion in {"", found.motion}


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("a cat at sunset", "time_of_day", "dusk"), ("a cat under the stars", "time_of_day", "night"),
        ("fireworks over the bay", "time_of_day", "night"), ("a dog in the rain", "weather", "rain"),
        ("a dog, slow motion", "pace", "slow"), ("a thrilling car race", "pace", "fast"),
        ("a calming lake", "palette", "pastel"), ("a colorful market street", "palette", "vivid"),
        ("anime girl in a meadow", "style", "anime"), ("a paper cut-out fox", "style", "paper"),
        ("close-up of a flower", "camera", "push_in"), ("a tracking shot of a runner", "camera", "track"),
    ],
)  # fmt: skip
def test_words_choose_the_look(prompt: str, field: str, value: str) -> None:
    assert getattr(shot(prompt), field) == value


def test_counts_colours_and_sizes_belong_to_their_noun() -> None:
    ball = thing("three tiny red balls and a big blue car", "ball")
    car = thing("three tiny red balls and a big blue car", "car")
    assert (ball.count, ball.colour, ball.size) == (3, "red", 0.6)
    assert (car.count, car.colour, car.size) == (1, "blue", 1.35)


@pytest.mark.parametrize("refusal", ["no cats", "without any cats", "but not a cat", "avoid cats"])
def test_what_is_refused_is_not_shown(refusal: str) -> None:
    assert "cat" not in {item.kind for item in shot(f"a cozy living room, {refusal}").things}


def test_a_thing_that_needs_water_gets_water() -> None:
    assert shot("a sailboat in the mountains").scene == "ocean"
    assert shot("a duck in the park").scene == "lake"


def test_shots_follow_cuts_and_what_was_said_holds_on() -> None:
    made = board("an anime fox in the forest at night, then it runs. cut to a beach", seconds=6)
    assert [part.scene for part in made.shots] == ["forest", "forest", "beach"]
    assert {part.style for part in made.shots} == {"anime"}
    assert {part.time_of_day for part in made.shots} == {"night"}
    assert "fox" in {item.kind for item in made.shots[1].things}
    assert made.frame_count == 144


def test_characters_are_in_every_shot_and_do_what_the_words_say() -> None:
    made = board("Mia jumps on the beach, then a quiet forest", characters=("Mia",))
    assert [[item.character for item in part.things if item.character] for part in made.shots] == [["Mia"], ["Mia"]]
    assert next(item for item in made.shots[0].things if item.character).motion == "jump"


def test_a_character_can_ride_what_the_words_name() -> None:
    rider = thing("Mia on a paddleboard", "paddler", characters=("Mia",))
    assert rider.character == "Mia"


@given(
    prompt=st.text(min_size=1, max_size=200).filter(lambda text: text.strip()),
    seed=st.integers(0, 2**31),
    seconds=st.sampled_from([4, 8, 12]),
)
def test_any_words_give_the_same_valid_storyboard_twice(prompt: str, seed: int, seconds: int) -> None:
    first, second = board(prompt, seed=seed, seconds=seconds), board(prompt, seed=seed, seconds=seconds)
    assert first == second
    assert Storyboard.model_validate_json(first.model_dump_json()) == first
    assert first.frame_count == seconds * 24
    for part in first.shots:
        assert part.scene in vocab.SCENES
        assert part.style in vocab.STYLES
        assert all(item.kind in vocab.THINGS for item in part.things)
        assert sum(item.count for item in part.things) <= 30


@pytest.mark.parametrize(
    ("change", "field"),
    [({"seconds": 0}, "seconds"), ({"seconds": 500}, "seconds"), ({"width": 361}, "size"), ({"height": 8000}, "size"),
     ({"seed": -1}, "seed"), ({"style": "cubist nonsense"}, "style")],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        board("a ball", **change)
    assert caught.value.field == field
    assert caught.value.expected


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        board("  \n ")


def test_equal_scenes_share_a_signature_whatever_the_words() -> None:
    first = board("a red ball bounces in the park", style="paper")
    second = board("in the park, bouncing: a red ball", style="paper")
    assert first.prompt != second.prompt
    assert first.model_copy(update={"prompt": ""}).shots[0].things == second.shots[0].things
    assert scene_signature(first) == scene_signature(second)


@pytest.mark.parametrize("change", [{"seed": 4}, {"seconds": 5}, {"width": 640, "height": 360}, {"style": "neon"}])
def test_what_is_drawn_differently_has_another_signature(change: dict[str, object]) -> None:
    base = {"style": "paper"}
    assert scene_signature(board("a ball", **base)) != scene_signature(board("a ball", **(base | change)))


def test_the_vocabulary_holds_together() -> None:
    for kind in vocab.THINGS.values():
        assert kind.home in vocab.SCENES
    for scene in vocab.SCENES.values():
        assert set(scene.cast) <= set(vocab.THINGS)
        assert scene.time in vocab.TIMES


def test_every_size_of_the_videos_api_is_accepted() -> None:
    room = Generation.open(Settings())
    for size in SIZES:
        width, height = (int(side) for side in size.split("x"))
        made = room.storyboard("a ball", seconds=4, width=width, height=height, seed=1)
        assert (made.width, made.height) == (width, height)
