"""Edits change what was asked and nothing else."""

import pytest

from core.errors import InvalidInput, NotFound
from generation import edits
from generation.parsing import parse
from generation.storyboard import Storyboard, read_storyboard


@pytest.fixture
def board() -> Storyboard:
    return parse('a red car and Mia in a blue dress in the street, anime. Mia says "wait". cut to a beach, Mia waves',
                 seconds=6, width=180, height=320, seed=5)  # fmt: skip


def kinds(board: Storyboard, shot: int = 0) -> set[str]:
    return {thing.kind for thing in board.shots[shot].things}


def test_a_shot_is_read_anew_in_the_world_it_stands_in(board: Storyboard) -> None:
    made = edits.change_shot(board, 1, "she dances in the park", camera="still")
    mia = made.shots[1].things[0]
    assert made.shots[0] == board.shots[0]
    assert (made.shots[1].scene, made.shots[1].camera, made.shots[1].style) == ("park", "still", "anime")
    assert (mia.identity, mia.motion, mia.clothing[0].colour) == ("Mia", "dance", "blue")
    assert made.shots[1].seconds == board.shots[1].seconds


def test_an_extension_goes_on_where_the_film_ended(board: Storyboard) -> None:
    made = edits.extend(board, "she runs at night", 4)
    assert made.seconds == pytest.approx(board.seconds + 4)
    assert made.shots[:2] == board.shots
    added = made.shots[2]
    assert (added.scene, added.style, added.time_of_day) == ("beach", "anime", "night")
    assert added.things[0].clothing[0].colour == "blue"
    apart = edits.continuation(board, "she runs at night", 4)
    assert apart.shots[0].things == added.things
    with pytest.raises(InvalidInput):
        edits.extend(board, "more", 118)


def test_an_extension_goes_on_from_the_last_frame_for_models_that_can(board: Storyboard) -> None:
    made = edits.extend(board, "she runs. Then she waves", 4, goes_on=True)
    assert [shot.transition for shot in made.shots[2:]] == ["crossfade", "cut"]
    assert made.shots[:2] == board.shots
    for words, transition in (("cut to a forest", "cut"), ("fade to a forest", "fade")):
        assert edits.extend(board, words, 4, goes_on=True).shots[2].transition == transition


def test_a_remix_takes_the_new_words_and_keeps_the_rest(board: Storyboard) -> None:
    made = edits.remix(board, "in the rain at night")
    assert [shot.things for shot in made.shots] == [shot.things for shot in board.shots]
    assert [shot.scene for shot in made.shots] == ["street", "beach"]
    assert {(shot.weather, shot.time_of_day) for shot in made.shots} == {("rain", "night")}
    snowy = edits.remix(board, "with a bus in a forest")
    assert {shot.scene for shot in snowy.shots} == {"forest"}
    assert "bus" in kinds(snowy)
    assert "car" not in kinds(snowy)
    assert "Mia" in {thing.identity for thing in snowy.shots[0].things}


def test_a_new_style_changes_only_how_it_is_drawn(board: Storyboard) -> None:
    made = edits.restyle(board, "realistic", "noir")
    assert {(shot.style, shot.palette) for shot in made.shots} == {("realistic", "noir")}
    assert [shot.things for shot in made.shots] == [shot.things for shot in board.shots]
    with pytest.raises(InvalidInput, match="palette"):
        edits.restyle(board, palette="mud")


def test_one_object_is_changed_and_no_other(board: Storyboard) -> None:
    green = edits.change_thing(board, "make the car green")
    assert [thing.colour for thing in green.shots[0].things if thing.kind == "car"] == ["green"]
    assert [thing for thing in green.shots[0].things if thing.kind != "car"] == [
        thing for thing in board.shots[0].things if thing.kind != "car"
    ]
    dress = edits.change_thing(board, "make Mia's dress yellow")
    mias = [thing for shot in dress.shots for thing in shot.things if thing.identity == "Mia"]
    assert [mia.clothing[0].colour for mia in mias] == ["yellow", "yellow"]
    assert "bus" in kinds(edits.change_thing(board, "replace the car with a bus"))
    assert "car" not in kinds(edits.change_thing(board, "remove the car"))
    assert "dog" in kinds(edits.change_thing(board, "add a brown dog"), 1)
    with pytest.raises(NotFound, match="whale"):
        edits.change_thing(board, "make the whale red")
    with pytest.raises(InvalidInput, match="no change"):
        edits.change_thing(board, "make the car nicer")


def test_a_cameo_takes_the_place_of_a_stranger_or_comes_along(board: Storyboard) -> None:
    crowd = parse("three kids in the park", seconds=2, width=180, height=320, seed=1)
    made = edits.insert_cameo(crowd, "Zoe")
    people = [(thing.character, thing.count) for thing in made.shots[0].things if thing.kind == "person"]
    assert people == [("Zoe", 1), ("", 2)]
    assert made.characters == ("Zoe",)
    second = edits.insert_cameo(board, "Zoe", [1])
    assert "Zoe" not in {thing.character for thing in second.shots[0].things}
    assert "Zoe" in {thing.character for thing in second.shots[1].things}
    with pytest.raises(NotFound):
        edits.insert_cameo(board, "Zoe", [9])


def test_edits_give_storyboards_that_can_be_stored(board: Storyboard) -> None:
    for made in (
        edits.loop(board), edits.extend(board, "a dog", 2), edits.remix(board, "a fox at night"),
        edits.change_thing(board, "remove Mia"), edits.insert_cameo(board, "Zoe"), edits.restyle(board, "paper"),
    ):  # fmt: skip
        assert read_storyboard(made.model_dump_json()) == made
