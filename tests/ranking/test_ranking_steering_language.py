"""The language of steers: the many ways in which people say what they want, and what they do not."""

from datetime import UTC, datetime, timedelta

import pytest

from core.encoder import TextEncoder
from core.errors import InvalidInput
from ranking.steering.concepts import load_concepts
from ranking.steering.parse import parse_steer
from ranking.steering.steer import Lasts, Understood

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
CONCEPTS = load_concepts()


@pytest.fixture(scope="module")
def read(encoder: TextEncoder) -> "Reader":
    return Reader(encoder)


class Reader:
    """Reads texts as the server does."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._knows = encoder.is_word

    def __call__(self, text: str) -> Understood:
        return parse_steer(text, now=NOW, timezone="UTC", concepts=CONCEPTS, knows=self._knows)

    def concepts(self, phrases: tuple[str, ...]) -> set[str]:
        return {concept.name for phrase in phrases for concept in CONCEPTS.meant_by(phrase)}


REFUSALS = [
    ("I'm sick and tired of seeing celebrities", ("celebrities",)),
    ("I'd rather not see vehicles", ("vehicles",)),
    ("not another cooking video", ("cooking",)),
    ("could we do without the robots and spaceships", ("robots", "spaceships")),
    ("everything except sports and fitness", ("sports", "fitness")),
    ("anything that isn't sport", ("sport",)),
    ("don't want no cars", ("cars",)),
    ("I do not want to see any more dancing", ("dancing",)),
    ("can you please stop recommending me makeup", ("makeup",)),
    ("take the cats away", ("cats",)),
    ("get those cars out of my feed", ("those cars",)),
    ("give me a break from the city", ("city",)),
    ("there are too many dogs", ("dogs",)),
    ("why so many cooking videos", ("cooking",)),
    ("spiders creep me out", ("spiders",)),
    ("cars are boring", ("cars",)),
    ("I can't stand loud music", ("loud music",)),
    ("not in the mood for horror", ("horror",)),
    ("I'm not into fashion", ("fashion",)),
    ("lay off the football", ("football",)),
    ("no more cute animal clips", ("cute animal",)),
    ("had enough of politics", ("politics",)),
    ("not too scary", ("scary",)),
    ("zero kids", ("kids",)),
    ("the opposite of loud", ("loud",)),
    ("I want fewer people", ("people",)),
    ("show me less sports", ("sports",)),
    ("can I get no food", ("food",)),
    ("give me anything except horror", ("horror",)),
    ("I've had it with robots", ("robots",)),
    ("I'd love everything but city", ("city",)),
    ("cats? no thanks", ("cats",)),
    ("hard pass on horror", ("horror",)),
    ("steer clear of cars", ("cars",)),
    ("as few people as possible", ("people",)),
    ("fashion isn't my thing", ("fashion",)),
    ("sport does nothing for me", ("sport",)),
    ("don't scare me", ("scary",)),
    ("nothing that would make me cry", ("sad",)),
    ("why do I keep getting cooking videos", ("cooking",)),
]


@pytest.mark.parametrize(("text", "refuses"), REFUSALS)
def test_every_common_kind_of_negation_is_a_refusal(read: Reader, text: str, refuses: tuple[str, ...]) -> None:
    assert (read(text).wants, read(text).refuses) == ((), refuses)


WISHES = [
    ("not enough trains", {"vehicles"}),
    ("can't get enough of trains", {"vehicles"}),
    ("don't stop showing me dogs", {"pets"}),
    ("I wouldn't mind some space", {"space"}),
    ("nothing but space", {"space"}),
    ("don't show me anything but cats", {"pets"}),
    ("why not some gardening", {"gardening"}),
]


@pytest.mark.parametrize(("text", "wanted"), WISHES)
def test_a_negation_that_is_none_is_a_wish(read: Reader, text: str, wanted: set[str]) -> None:
    understood = read(text)
    assert read.concepts(understood.wants) == wanted
    assert understood.refuses == ()


BOTH = [
    ("I prefer cats over dogs", ("cats",), ("dogs",)),
    ("I'd rather watch trains than planes", ("trains",), ("planes",)),
    ("instead of cars show me trees", ("trees",), ("cars",)),
    ("funny not scary", ("funny",), ("scary",)),
    ("magical creatures that are not scary", ("magical creatures",), ("scary",)),
    ("people-free landscapes", ("landscapes",), ("people",)),
    ("a bit less music, a lot more nature", ("nature",), ("music",)),
    ("cars are boring, show me the sea", ("sea",), ("cars",)),
    ("horror but not gory", ("horror",), ("gory",)),
    ("swap the cars for trees", ("trees",), ("cars",)),
    ("forests, as long as there are no people", ("forests",), ("people",)),
    ("I don't mind pets but no children", (), ("children",)),
    ("my boss yelled at me, show me puppies, no kids", ("puppies",), ("kids",)),
    ("pls more trees, no ppl", ("trees",), ("people",)),
    ("historic buildings, nobody in them", ("historic buildings",), ("people",)),
]


@pytest.mark.parametrize(("text", "wants", "refuses"), BOTH)
def test_each_half_is_read_for_itself(
    read: Reader, text: str, wants: tuple[str, ...], refuses: tuple[str, ...]
) -> None:
    assert (read(text).wants, read(text).refuses) == (wants, refuses)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I can't sleep", "calming"),
        ("I had an awful day at work, cheer me up", "comforting"),
        ("feeling a bit blue", "comforting"),
        ("hype me up for the gym", "energizing"),
        ("I'm so stressed out", "calming"),
        ("blow my mind", "spectacular"),
        ("make me laugh out loud", "funny"),
        ("I'm starving", "food"),
        ("I'm heartbroken and want to wallow", "sad"),
        ("lazy sunday", "calming"),
    ],
)
def test_a_wish_is_found_in_what_people_say_of_themselves(read: Reader, text: str, meant: str) -> None:
    understood = read(text)
    assert read.concepts(understood.wants) == {meant}
    assert understood.mood or meant == "food"


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("relxing oceen vidoes", {"calming", "ocean"}, set()),
        ("funy anmals", {"funny", "animals"}, set()),
        ("no foood or cookng plz", set(), {"food", "cooking"}),
        ("less vechicles", set(), {"vehicles"}),
        ("withuot cars", set(), {"vehicles"}),
    ],
)
def test_typing_errors_are_forgiven(read: Reader, text: str, wanted: set[str], refused: set[str]) -> None:
    understood = read(text)
    assert read.concepts(understood.wants) == wanted
    assert read.concepts(understood.refuses) == refused


def test_real_words_are_left_alone(read: Reader) -> None:
    assert read("more others and maps").wants == ("others and maps",)


@pytest.mark.parametrize(
    ("text", "minutes", "wants"),
    [
        ("15 minutes, then stop", 15, ()),
        ("stop after half an hour", 30, ()),
        ("I've got 10 minutes before work", 10, ()),
        ("only 5 mins max, something funny", 5, ("funny",)),
        ("show me cats for 20 minutes then stop", 20, ("cats",)),
        ("twenty minutes and then off to bed", 20, ()),
        ("an hour max", 60, ()),
    ],
)
def test_minutes_after_which_to_stop_are_read(read: Reader, text: str, minutes: int, wants: tuple[str, ...]) -> None:
    understood = read(text)
    assert (understood.asked.minutes, understood.wants) == (minutes, wants)
    assert understood.lasts == Lasts.SESSION
    assert f"a stop after {minutes} minutes" in understood.says


@pytest.mark.parametrize(
    ("text", "ends_at"),
    [
        ("no politics for the next two hours", NOW + timedelta(hours=2)),
        ("funny stuff this week", NOW + timedelta(days=7)),
        ("calmer videos until tonight", datetime(2026, 11, 22, 4, 0, tzinfo=UTC)),
        ("no cars until tomorrow", datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_named_is_when_it_ends(read: Reader, text: str, ends_at: datetime) -> None:
    assert read(text).expires_at == ends_at


def test_creators_are_read_by_handle(read: Reader) -> None:
    asked = read("more from @mia and nothing by @bob.smith").asked
    assert (asked.more_from, asked.none_from, asked.wants, asked.refuses) == (("mia",), ("bob.smith",), (), ())
    assert read("less of @bob please").asked.none_from == ("bob",)


@pytest.mark.parametrize(("text", "novelty"), [("surprise me", 1), ("something new", 1), ("more of the same", -1)])
def test_novelty_is_read(read: Reader, text: str, novelty: int) -> None:
    assert read(text).asked.novelty == novelty


def test_strength_is_read(read: Reader) -> None:
    assert read("only cats").asked.strengths == {"cats": 2.0}
    assert read("a bit less music").asked.strengths == {"music": 0.5}
    assert read("more cats").asked.strengths == {}


def test_a_mood_is_aimed_at(read: Reader) -> None:
    assert read("something calming").mood["arousal"] == 1
    assert read("hype me up").mood["arousal"] >= 4
    assert read("trains").mood == {}


def test_a_steer_is_listed_in_words(read: Reader) -> None:
    assert read("calmer videos until tonight").says == "You asked for more of: calmer (for tonight)."
    assert read("no cars").says == "You asked for none of: cars (until you undo it)."
    assert read("no cars for the next two hours").says == "You asked for none of: cars (until 23:00)."
    said = read("surprise me, more from @mia, a little less sport, nothing by @bob").says
    for part in ("more from @mia", "what is new to you", "a little less of: sport", "nothing from @bob"):
        assert part in said


@pytest.mark.parametrize(
    "text", ["más gatos por favor", "keine autos", "pas de voitures", "もっと海の動画", "没有汽车"]
)
def test_another_language_is_refused_in_words(read: Reader, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert caught.value.code == "steer_language"
    assert "English" in (caught.value.expected or "")


def test_what_was_said_last_holds_within_one_steer(read: Reader) -> None:
    assert read("more cars, no cars").refuses == ("cars",)
    assert read("no cars, more cars").wants == ("cars",)
