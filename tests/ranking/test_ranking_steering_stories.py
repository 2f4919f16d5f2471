"""What people say around a wish: a story before it, oaths, what they came for, with whom they would make it."""

from datetime import UTC, datetime

import pytest

from core.encoder import TextEncoder
from ranking.steering.asides import split_story, without_asides
from ranking.steering.concepts import load_concepts
from ranking.steering.parse import parse_steer
from ranking.steering.steer import Asked

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
CONCEPTS = load_concepts()


def asked(text: str, encoder: TextEncoder) -> Asked:
    return parse_steer(text, now=NOW, timezone="UTC", concepts=CONCEPTS, knows=encoder.is_word).asked


@pytest.mark.parametrize(
    ("text", "wants", "refuses"),
    [
        # A story is no wish beside one that is asked for.
        ("lost my keys, so show me something funny", ["funny"], []),
        ("crashed my car, so cheer me up", ["comforting"], []),
        ("can't travel this summer so show me japan", ["japan"], []),
        ("couldn't afford the concert, so give me live music", ["live music"], []),
        ("missed my train so give me something calm", ["calm"], []),
        ("my flight got cancelled so show me beaches", ["beaches"], []),
        ("it rained on my wedding, so make me laugh", ["funny"], []),
        ("burnt the dinner again, so no cooking please", [], ["cooking"]),
        ("tonight's my night off, something funny", ["funny"], []),
        ("today's been awful, give me kittens", ["kittens"], []),
        ("tomorrow's my exam, calm me down", ["calming"], []),
        ("flunked my maths test. dragons please", ["dragons"], []),
        # What somebody likes, hates or feels is one, even before "so".
        ("i love trains so show me trains", ["trains"], []),
        ("i hate spiders so give me flowers", ["flowers"], ["spiders"]),
        ("sick of cars so show me trains", ["trains"], ["cars"]),
        ("i'm so tired, so show me waves", ["waves", "calming"], []),
        ("so show me cats", ["cats"], []),
        ("i can't wait for christmas", ["i can't wait for christmas"], []),
        # What is missed is wished for.
        ("haven't been to the beach in ages", ["been to the beach"], []),
        ("haven't seen a mountain in years, show me some", ["seen a mountain"], []),
        ("i haven't danced in ages", ["danced"], []),
        ("miss my dog. show me puppies", ["my dog", "puppies"], []),
        ("really missing my mum, family stuff please", ["my mum", "family"], []),
        # Oaths.
        ("for heaven's sake no more politics", [], ["politics"]),
        ("for pete's sake, show me kittens", ["kittens"], []),
        ("for the love of god no trucks", [], ["trucks"]),
        ("oh my god, enough cars", [], ["cars"]),
        ("omg yes, dragons", ["dragons"], []),
        ("jeez, no more football please", [], ["football"]),
        ("tbh only cats", ["cats"], []),
        ("ugh no more snow, show me the sea", ["sea"], ["snow"]),
        ("argh, something calm please", ["calm"], []),
        # What somebody came for.
        ("i came for explosions", ["explosions"], []),
        ("none of that slow stuff, i'm here for dancing", ["dancing"], ["slow"]),
        ("i just came for the puppies", ["puppies"], []),
        ("no slow romance, i'm only here for robots", ["robots"], ["slow romance"]),
        # Too much, too little.
        ("everything is too loud, forests please", ["forests"], ["loud"]),
        ("the world is too loud, give me snow", ["snow"], ["loud"]),
        ("my feed is too loud", [], ["loud"]),
        ("life is too busy and i want lakes", ["lakes"], ["busy"]),
        ("empty rooms where hardly anything happens", ["empty rooms", "motionless"], []),
        ("city at night, not much going on", ["city at night", "motionless"], []),
        ("barely anything moving and no people", ["motionless"], ["people"]),
        ("nobody in the picture, hardly anything going on", ["motionless"], ["people"]),
        ("not a soul in the shot, mountains", ["mountains"], ["people"]),
        # What one could make.
        ("silly things i could make with my sister", ["silly", "recreate"], []),
        ("something i can recreate at home", ["recreate"], []),
        ("videos we could copy with our friends", ["recreate"], []),
        ("funny stuff to film with my mates", ["funny", "recreate"], []),
        ("craft ideas i could try myself", ["craft", "recreate"], []),
        # Letters in each other's place.
        ("relaxing aminals", ["relaxing animals"], []),
        ("somehting with dinosuars", ["dinosaurs"], []),
        ("proper dragons, no romance", ["proper dragons"], ["romance"]),
        ("decent science, don't give me made-up stuff", ["decent science"], ["fantasy"]),
        # The rest of a turn of phrase.
        ("i need a kick up the arse", ["energizing"], []),
        ("give me a boost in the morning", ["energizing", "in the morning"], []),
    ],
)
def test_the_wish_is_found_among_what_is_said(
    text: str, wants: list[str], refuses: list[str], encoder: TextEncoder
) -> None:
    read = asked(text, encoder)
    assert (list(read.wants), list(read.refuses)) == (wants, refuses)


def test_making_something_with_friends_is_no_wish_for_their_videos(encoder: TextEncoder) -> None:
    assert asked("ideas i could copy with my mates", encoder).friends == 0
    assert asked("more from my mates", encoder).friends == 1


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("failed my test, so make me smile", "failed my test, "),
        ("no cars. failed my test so show me cats", " failed my test "),
        ("i want cats so show me cats", ""),
        ("cats are so cute", ""),
        ("so show me cats", ""),
    ],
)
def test_a_story_ends_where_something_is_asked_for(text: str, story: str) -> None:
    assert split_story(text)[0] == story


def test_asides_leave_plain_wishes_as_they_are() -> None:
    for text in (
        "more ocean, fewer people",
        "wow me",
        "meh about sports",
        "wild west",
        "so much going on",
        "nothing happens is boring",
        "we came home",
        "a sigh of wind",
    ):
        assert without_asides(text) == text
