"""A language model that reads steers: used where it answers well, and never missed where it does not."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.errors import InvalidInput
from ranking.room import Ranking
from ranking.steering.llm import SteerReader
from ranking.steering.steer import Understood
from tests.ranking.conftest import World

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)


class FakeModel(ThreadingHTTPServer):
    """Speaks enough of the chat completions API to be asked; answers with ``content``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content: Any = {}
        self.status = 200
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/"


class _Handler(BaseHTTPRequestHandler):
    server: FakeModel

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        content = self.server.content
        text = content if isinstance(content, str) else json.dumps(content)
        answer = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[FakeModel]:
    server = FakeModel()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ranking(small_world: World, model: FakeModel) -> Ranking:
    small_world.snapshot()
    reader = SteerReader(model.url, model="tiny", key="secret", timeout_s=2)
    return Ranking.open(small_world.settings.snapshots, small_world.encoder, reader=reader)


def read(ranking: Ranking, text: str) -> Understood:
    return ranking.parse_steer(text, now=NOW, timezone="UTC")


def test_the_models_reading_is_taken(ranking: Ranking, model: FakeModel) -> None:
    model.content = {"wants": ["Calming", "sea"], "novelty": 1}
    understood = read(ranking, "etwas Ruhiges am Meer, überrasche mich")
    assert (understood.wants, understood.asked.novelty, understood.parsed_by) == (("calming", "sea"), 1, "model")
    assert understood.mood["arousal"] == 1
    assert model.asked[0]["path"] == "/v1/chat/completions"
    assert model.asked[0]["key"] == "Bearer secret"
    assert model.asked[0]["messages"][1]["content"].startswith("etwas ruhiges")


def test_a_refusal_that_our_parser_saw_is_kept(ranking: Ranking, model: FakeModel) -> None:
    model.content = {"wants": ["trains", "cars"]}
    understood = read(ranking, "trains but no cars for the next two hours")
    assert (understood.wants, understood.refuses) == (("trains",), ("cars",))
    assert understood.expires_at == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("content", ["no JSON", {"wants": "cats"}, {"wants": [], "hack": 1}, {}, {"minutes": 10_000}])
def test_an_answer_that_is_none_leaves_it_to_our_parser(ranking: Ranking, model: FakeModel, content: Any) -> None:
    model.content = content
    understood = read(ranking, "more cats, no dogs")
    assert (understood.wants, understood.refuses, understood.parsed_by) == (("cats",), ("dogs",), "local")


def test_a_model_that_fails_or_is_gone_leaves_it_to_our_parser(ranking: Ranking, model: FakeModel) -> None:
    model.status = 500
    assert read(ranking, "more cats").parsed_by == "local"
    model.shutdown()
    model.server_close()
    assert read(ranking, "more cats").wants == ("cats",)
    with pytest.raises(InvalidInput):
        read(ranking, "keine autos")


def test_what_is_empty_or_too_long_never_reaches_the_model(ranking: Ranking, model: FakeModel) -> None:
    for text in ("", "x" * 10_000, "🙂🙂"):
        with pytest.raises(InvalidInput):
            read(ranking, text)
    assert model.asked == []
