"""Scripts become shots: cuts and transitions, who says what, who has a name, and the world that carries over cuts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from generation.parsing import parse
from generation.shot_list import ShotSpec, assemble, read_specs
from generation.state import final_state, states
from generation.storyboard import Shot, Storyboard, Thing, read_storyboard


def board(prompt: str, **change: object) -> Storyboard:
    values: dict[str, object] = {"seconds": 6, "width": 360, "height": 640, "seed": 3}
    return parse(prompt, **(values | change))  # type: ignore[arg-type]


def listed(*shots: object, **change: object) -> Storyboard:
    values: dict[str, object] = {"width": 360, "height": 640, "seed": 3}
    return assemble(read_specs(shots), **(values | change))  # type: ignore[arg-type]


def who(shot: Shot, identity: str) -> Thing:
    return next(thing for thing in shot.things if thing.identity == identity)


@pytest.mark.parametrize(
    ("prompt", "how"),
    [
        ("a dog runs. cut to a beach", "cut"), ("a dog runs. Crossfade to a beach", "crossfade"),
        ("a dog runs, dissolve to: a beach", "crossfade"), ("a dog runs. Fade to black and fade in on a beach", "fade"),
        ("a dog runs. Wipe to a beach", "wipe"), ("Shot 1: a dog runs. Shot 2: a beach", "cut"),
        ("a dog runs, then a beach", "cut"), ("a dog runs\na beach", "cut"),
    ],
)  # fmt: skip
def test_shots_begin_where_the_words_say(prompt: str, how: str) -> None:
    made = board(prompt)
    assert len(made.shots) == 2
    assert made.shots[0].transition == "cut"
    assert made.shots[1].transition == how
    assert made.shots[1].scene == "beach"


def test_three_shots_fit_into_four_seconds_and_lengths_that_are_said_hold() -> None:
    assert len(board("a dog. then a cat. then a fox", seconds=4).shots) == 3
    made = board("Shot 1 (1s): a dog. Shot 2 (3 seconds): a cat", seconds=8)
    assert [shot.seconds for shot in made.shots] == pytest.approx([2, 6])


@pytest.mark.parametrize(
    "prompt",
    [
        'Ana and Ben in a kitchen. Ana says: "Is it late?" Ben says: "Not yet."',
        'In a kitchen, "Is it late?" asks Ana. "Not yet," Ben replies.',
        "In a kitchen.\nANA: Is it late?\nBEN (laughing): Not yet.",
        'In a kitchen Ana whispers "Is it late?" and Ben answers "Not yet."',
    ],
)
def test_every_line_has_its_speaker(prompt: str) -> None:
    lines = [line for shot in board(prompt).shots for line in shot.dialogue]
    assert [(line.speaker.title(), line.text.rstrip(".")) for line in lines] == [
        ("Ana", "Is it late?"), ("Ben", "Not yet")
    ]  # fmt: skip


def test_what_is_said_is_not_shown_and_cuts_nothing() -> None:
    made = board('A robot in the workshop says "Then the whale ate a cake. Cut to a beach"')
    assert len(made.shots) == 1
    assert made.shots[0].dialogue[0].speaker == "robot"
    assert {"whale", "cake"}.isdisjoint(thing.kind for thing in made.shots[0].things)


def test_characters_speak_under_their_own_names() -> None:
    made = board('Mia waves. Mia says "hi"', characters=("Mia",))
    assert made.shots[0].dialogue[0].speaker == "Mia"
    assert who(made.shots[0], "Mia").character == "Mia"


def test_looks_hour_and_weather_carry_over_cuts_and_places_keep_their_things() -> None:
    made = board("Shot 1: Mia in a red coat, holding an umbrella, walks in a park at night in the rain. "
                 "Shot 2: Mia runs in the city. Shot 3: the park, the rain stops", seconds=9)  # fmt: skip
    coats = [[garment.colour for garment in who(shot, "Mia").clothing] for shot in made.shots]
    assert coats == [["red"]] * 3
    assert {who(shot, "Mia").holds for shot in made.shots} == {"umbrella"}
    assert [shot.time_of_day for shot in made.shots] == ["night"] * 3
    assert [shot.weather for shot in made.shots] == ["rain", "rain", "clear"]
    places = [{(thing.kind, thing.count) for thing in shot.things if thing.extra} for shot in made.shots]
    assert places[0] == places[2] != places[1]


def test_the_state_knows_who_is_where() -> None:
    made = board("a red car in the street with a dog. cut to the beach, the dog runs")
    first, last = states(made)
    car = last.find("car")
    assert first.scene == "street"
    assert last == final_state(made)
    assert car is not None
    assert (car.scene, car.shot, car.thing.colour) == ("street", 0, "red")
    assert "car" not in {thing.kind for thing in last.present()}


def test_clothes_colour_the_clothes_and_not_what_comes_next() -> None:
    shot = board("a girl in a red coat with a yellow hat and a dog").shots[0]
    assert who(shot, "dog").colour == ""
    assert {(worn.kind, worn.colour) for worn in who(shot, "person").clothing} == {("coat", "red"), ("hat", "yellow")}


@pytest.mark.parametrize(
    ("words", "camera"),
    [("static", "still"), ("track", "track"), ("pan", "pan_right"), ("tilt", "tilt_up"), ("zoom", "push_in"),
     ("handheld", "handheld"), ("crane", "rise"), ("pan left", "pan_left")],
)  # fmt: skip
def test_every_camera_of_a_shot_list_is_understood(words: str, camera: str) -> None:
    assert listed({"text": "a dog", "camera": words, "camera_amount": 2}).shots[0].camera == camera


@pytest.mark.parametrize(
    ("shots", "field", "code"),
    [
        ([{"text": "a ball", "seconds": 0}], "shots.0.seconds", "bad_seconds"),
        ([{"text": "a ball"}, {"text": "a ball", "seconds": -1}], "shots.1.seconds", "bad_seconds"),
        ([{"text": "a ball"}] * 500, "shots", "bad_shot_count"),
        ([], "shots", "bad_shot_count"),
        ([{"text": "a ball", "seconds": 90}] * 2, "seconds", "bad_seconds"),
        ([{"text": "a ball", "characters": ["Zoe"]}], "shots.0.characters", "unknown_character"),
        ([{"text": "a ball", "dialogue": [{"speaker": "Zoe", "text": "hi"}]}], "shots.0.dialogue", "unknown_character"),
        ([{"text": "a ball", "camera": "wobble"}], "shots.0.camera", "unknown_camera"),
        ([{"text": "a ball", "lens": 4}], "shots.0.lens", "bad_storyboard"),
    ],
)  # fmt: skip
def test_shots_that_cannot_be_made_are_refused_by_place(shots: list[object], field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        listed(*shots)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.expected


def test_stored_storyboards_are_checked_when_read() -> None:
    made = board("a dog", characters=())
    data = made.model_dump(mode="json")
    assert read_storyboard(made.model_dump_json()) == read_storyboard(data) == made
    data["shots"][0]["things"][0]["character"] = "Zoe"
    with pytest.raises(InvalidInput, match="Zoe"):
        read_storyboard(data)
    with pytest.raises(InvalidInput, match=r"shots\.0\.seconds"):
        read_storyboard(made.model_dump(mode="json") | {"shots": [data["shots"][0] | {"seconds": 0}]})


def test_storyboards_of_before_are_still_read() -> None:
    """Jobs keep storyboards: one that was stored when shots had ten fields must still be made."""
    old = {
        "prompt": "a ball", "seed": 1, "width": 360, "height": 640, "fps": 24, "characters": [],
        "shots": [{"text": "a ball", "seconds": 4.0, "scene": "park", "style": "paper", "palette": "natural",
                   "time_of_day": "day", "weather": "clear", "camera": "drift", "pace": "medium",
                   "things": [{"kind": "ball", "count": 1, "colour": "", "size": 1.0, "motion": "", "character": ""}]}],
    }  # fmt: skip
    assert read_storyboard(dict(old)).shots[0].transition == "cut"


_WORDS = st.lists(
    st.sampled_from(
        ["Mia", "says", '"hello"', "a dog", "runs", "then", "cut to", "the beach", "she", "in a red coat", "Shot 2:",
         "crossfade to", "and", "Ben:", "thunder", "dances", "at night", "no cats", "\n", "close-up", "named", "Rex"]
    ),
    min_size=1, max_size=24,
)  # fmt: skip


@given(words=_WORDS, seed=st.integers(0, 99), characters=st.sampled_from([(), ("Mia",), ("Mia", "Ben")]))
def test_any_script_gives_a_sound_storyboard(words: list[str], seed: int, characters: tuple[str, ...]) -> None:
    made = board(" ".join(words) + " x", seed=seed, characters=characters)
    assert read_storyboard(made.model_dump_json()) == made
    assert made.frame_count == 144
    # Whoever speaks is in the picture; a character never counts as two.
    for shot in made.shots:
        assert {line.speaker for line in shot.dialogue} <= {thing.identity for thing in shot.things} | {""}
        names = [thing.character for thing in shot.things if thing.character]
        assert len(set(names)) == len(names)


def test_a_spec_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ShotSpec(text="a").text = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    "prompt",
    ['"a" ' * 8000, "Ana: hi\n" * 3900, "Mia walks. " * 2900,
     "".join(f"Name{chr(97 + n % 26)}x walks " for n in range(2200)), "Shot 1: " * 4000,
     "a red coat and " * 2100, "then " * 6000, "Shot 1 (1s): a dog. Shot 2 (900s): a cat"],
    ids=["quotes", "script", "one name", "names", "shots", "clothes", "cuts", "lengths"],
)  # fmt: skip
def test_the_longest_prompts_are_read_in_moments(prompt: str) -> None:
    started = time.process_time()
    made = board(prompt[:32_000], seconds=8)
    assert time.process_time() - started < 3
    assert all(frames >= 7 for frames in made.shot_frames)
    assert read_storyboard(made.model_dump_json()) == made
