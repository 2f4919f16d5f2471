"""What people say round about a wish: how they feel, why they refuse, for whom they ask; and what is then asked for."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.errors import BrokenArtifact
from core.ids import SteerId
from pipelines.offline.phrases.train import train_phrases, training_files
from pipelines.offline.steer_evaluation import PlainTexts
from ranking.steering.concepts import Concept, Sign, load_concepts, token_of
from ranking.steering.demand import Demand, Demands
from ranking.steering.matching import Steering
from ranking.steering.parse import parse_steer
from ranking.steering.phrases import PhraseModel
from ranking.steering.steer import Steer
from ranking.understanding.attributes import INDEX, NAMES

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
CONCEPTS = load_concepts()


class Reader:
    """Reads a text as far as what it demands of videos."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._knows = encoder.is_word
        self._demands = Demands(CONCEPTS, encoder.encode_one)

    def __call__(self, text: str) -> Demand:
        said = parse_steer(text, now=NOW, timezone="UTC", concepts=CONCEPTS, knows=self._knows)
        steer = Steer(SteerId("steer_1"), text, said.says, said.asked, said.lasts, NOW, said.expires_at)
        return self._demands.of([steer])[0]


@pytest.fixture(scope="module")
def read(encoder: TextEncoder) -> Reader:
    return Reader(encoder)


def wanted(demand: Demand) -> set[str]:
    return {name for phrase in demand.wants for name in phrase.concepts}


def refused(demand: Demand) -> set[str]:
    return {name for phrase in demand.refuses for name in phrase.concepts}


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("work is killing me today, deadline at 5, quiet woods please", {"calming", "nature"}),
        ("exams tomorrow and everything hurts, gentle music", {"calming", "music"}),
        ("feeling stressed, show me something funny", {"funny"}),
        ("feeling stressed", {"calming"}),
        ("I can't sleep, something romantic", {"romantic"}),
        ("soothing stuff after a night shift", {"calming"}),
        ("my nephew is obsessed with trucks", {"vehicles", "for small children"}),
        ("videos for my gran, she likes flowers", {"nature", "gardening"}),
        ("i love winter", {"weather"}),
        ("skateboarding, i don't care who", {"sport"}),
        ("horses running free", {"animals", "fitness"}),
        ("stop-motion clips", {"cartoon"}),
    ],
)
def test_what_is_told_beside_a_wish_is_no_wish(read: Reader, text: str, wants: set[str]) -> None:
    assert wanted(read(text)) == wants


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no more puppies i'm crying already", {"pets"}),
        ("could do with fewer cars", {"vehicles"}),
        ("why is everything cars", {"vehicles"}),
        ("meh about sports", {"sport"}),
        ("no cute animals", {"animals"}),
        ("no creepy animals", {"scary"}),
        ("no traffic, no people cooking", {"vehicles", "people", "cooking"}),
        ("music and ballet, but no singing pandas", {"animals"}),
    ],
)
def test_a_refusal_is_of_what_it_is_about(read: Reader, text: str, names: set[str]) -> None:
    assert refused(read(text)) == names


def test_steady_slow_clips_are_wished_for_though_somebody_is_easily_sick(read: Reader) -> None:
    demand = read("I get motion sick easily so please only steady, slow clips and nothing frantic")
    assert wanted(demand) == {"slow"}
    assert refused(demand) == {"intense"}
    assert dict(demand.mood)["arousal"] <= 2


def test_words_that_only_share_a_stem_are_not_taken_for_one_another() -> None:
    assert not token_of("care").is_same(token_of("cars"))
    assert token_of("racing").is_same(token_of("races"))
    assert "vehicles" not in {concept.name for concept in CONCEPTS.meant_by("who cares")}


def test_a_saying_is_found_only_in_its_order() -> None:
    named = [concept.name for concept in CONCEPTS.meant_by("people working out at home")]
    assert "fitness" in named
    assert "work and craft" not in named


@pytest.mark.parametrize("sign", ["mood:merry", "not", "topics:food 1.5", "topics:food  half"])
def test_a_sign_that_cannot_be_read_is_an_error(sign: str) -> None:
    with pytest.raises(ValidationError):
        Concept(name="x", says=["x"], shows=["x"], like="something like this", means=[sign])


def test_an_absence_is_a_sign() -> None:
    assert Sign.of("not people:none 0.5").column == INDEX["people:none"] + len(NAMES)
    assert Sign.of("not people:none 0.5").weight == 0.5


def test_what_is_surely_missing_is_not_made_up_for(read: Reader, encoder: TextEncoder) -> None:
    """A video that half shows all that is wished for comes before one that surely lacks one thing."""
    probabilities = np.full((2, len(NAMES)), 0.5, dtype=np.float32)
    probabilities[1, INDEX["topics:pets"]], probabilities[1, INDEX["mood:cozy"]] = 0.98, 0.02

    class Known:
        revision = "known"

        def probabilities(self, vectors: np.ndarray, owners: np.ndarray, stems: np.ndarray) -> np.ndarray:
            return probabilities

    steering = Steering(CONCEPTS, encoder.encode_one, Known())
    texts = PlainTexts(["a video", "a video"], encoder, Known())
    effect = steering.effect([read("cozy pets")], texts, np.arange(2), np.zeros(2, dtype=bool))
    assert effect.total[0] > effect.total[1]


def test_a_phrase_without_known_words_means_what_it_is_like(read: Reader) -> None:
    assert not CONCEPTS.meant_by("walking through bazaars")
    assert wanted(read("walking through bazaars")) == {"travel"}
    assert wanted(read("keep it, cats")) == {"pets"}


def test_what_asks_for_nothing_is_left_out_beside_a_wish(read: Reader) -> None:
    assert [phrase.text for phrase in read("at the dentist, i want cats").wants] == ["cats"]


@pytest.mark.parametrize(
    "word", ["snowball fights", "my grandad", "brain mush", "sandcastles", "seven new things", "not even once"]
)
def test_real_words_are_not_taken_for_others(word: str) -> None:
    assert not {"politics", "night"} & {concept.name for concept in CONCEPTS.meant_by(word)}


def test_every_saying_that_only_teaches_is_of_a_concept_and_stands_once() -> None:
    names = {concept.name for concept in CONCEPTS.concept}
    taught = [(name, saying) for file in training_files("sayings") for name, found in file["sayings"].items()
              for saying in found]  # fmt: skip
    assert {name for name, _ in taught} <= names
    assert len(set(taught)) == len(taught) >= 1_900
    silent = {phrase for file in training_files("nothing") for phrase in file["phrases"]}
    assert silent.isdisjoint({saying for _, saying in taught})


def test_phrase_heads_are_published_and_open(encoder: TextEncoder, tmp_path: Path, clock: ManualClock) -> None:
    few = CONCEPTS.model_copy(update={"concept": CONCEPTS.concept[:2]})
    manifest = train_phrases(few, encoder, tmp_path / "phrases", clock)
    (figures,) = manifest.metrics.values()
    assert 0 < figures["named"] <= 1
    model = PhraseModel.open(tmp_path / "phrases")
    assert model.likeliest(encoder.encode_one("soothing and restful"))[0] == "calming"
    (tmp_path / "phrases" / "phrases.npz").write_bytes(b"no heads")
    with pytest.raises(BrokenArtifact):
        PhraseModel.open(tmp_path / "phrases")
