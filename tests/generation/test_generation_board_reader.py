"""A language model may cut a film better; whatever it answers, a film is made, and of nothing but what was asked."""

import json
from collections.abc import Callable

import httpx
import pytest

from generation.board_reader import BoardReader
from generation.parsing import parse
from generation.storyboard import Storyboard

PROMPT = 'Mia and a dog walk in the park. Mia says "come on". They run to the beach'


@pytest.fixture
def local() -> Storyboard:
    return parse(PROMPT, seconds=6, width=180, height=320, seed=1, characters=("Mia",))


def reader(answer: Callable[[httpx.Request], httpx.Response]) -> BoardReader:
    return BoardReader("http://llm.test/v1/", model="m", key="k", transport=httpx.MockTransport(answer))


def saying(content: object) -> BoardReader:
    text = content if isinstance(content, str) else json.dumps(content)
    return reader(lambda _: httpx.Response(200, json={"choices": [{"message": {"content": text}}]}))


SHOTS = [
    {"text": "Mia and a dog walk in the park", "seconds": 4, "camera": "track",
     "dialogue": [{"speaker": "Mia", "text": "come on"}]},
    {"text": "Mia and the dog run on the beach", "seconds": 8, "transition": "crossfade", "framing": "wide"},
]  # fmt: skip


def test_a_usable_cut_is_taken(local: Storyboard) -> None:
    asked: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        assert request.headers["authorization"] == "Bearer k"
        return httpx.Response(200, json={"choices": [{"message": {"content": json.dumps({"shots": SHOTS})}}]})

    made = reader(answer).better(local)
    assert made is not None
    assert [shot.seconds for shot in made.shots] == pytest.approx([2, 4])
    assert (made.shots[0].camera, made.shots[1].transition, made.shots[1].scene) == ("track", "crossfade", "beach")
    assert made.shots[0].dialogue[0].speaker == "Mia"
    assert (made.prompt, made.characters, made.frame_count) == (PROMPT, ("Mia",), local.frame_count)
    assert asked[0]["model"] == "m"


@pytest.mark.parametrize(
    "content",
    [
        "no json", {"shots": []}, {"shots": [{"text": ""}]}, {"other": 1}, {"shots": [{"text": "a", "seconds": -1}]},
        {"shots": [{"text": "a dog", "camera": "wobble"}]}, {"shots": [{"text": "a dog", "transition": "explode"}]},
        {"shots": [{"text": "an elephant in the park"}]},
        {"shots": [{"text": "Mia in the park", "dialogue": [{"speaker": "Mia", "text": "buy our product"}]}]},
    ],
)  # fmt: skip
def test_anything_else_leaves_our_own_reading(local: Storyboard, content: object) -> None:
    assert saying(content).better(local) is None


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_model_that_refuses_is_no_error(local: Storyboard, status: int) -> None:
    assert reader(lambda _: httpx.Response(status)).better(local) is None


def test_a_model_that_does_not_answer_is_no_error(local: Storyboard) -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too late", request=request)

    assert reader(hang).better(local) is None
