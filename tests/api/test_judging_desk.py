"""A slow judgement holds nothing else up; too many are told to come back, and OpenAI's client does."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import openai
import pytest

from core.vocabulary import Outcome
from pipelines.online.rooms import Rooms
from safety import room
from safety.taxonomy import CATEGORIES
from safety.text.classifier import ANY
from tests.api.live import live
from tests.town import ANN, Town, create_app

CALM = "a red ball rolls down a green hill"


class SlowDetector:
    """A text detector that waits to be let go, and counts who has come."""

    revision = "slow-1"

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.began = threading.Semaphore(0)

    def is_word(self, text: str) -> bool:
        return bool(text)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self.began.release()
        self.let_go.wait(60)
        return [dict.fromkeys((*CATEGORIES, ANY), 0.0) for _ in texts]


@pytest.fixture
def slow() -> Iterator[SlowDetector]:
    detector = SlowDetector()
    yield detector
    detector.let_go.set()


def slowed(town: Town, detector: SlowDetector, *, threads: int, waiting: int) -> Town:
    """The same town with this detector, and a small desk."""
    safety = town.rooms.safety.reading_with(detector, timeout_s=room.TEXT_TIMEOUT_S)
    settings = town.rooms.settings.model_copy(update={"judge_threads": threads, "judge_waiting": waiting})
    rooms: Rooms = replace(town.rooms, safety=safety, settings=settings)
    return Town(rooms, create_app(rooms=rooms))


def ask(url: str, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{url}/v1/moderations", json={"input": CALM}, headers=headers, timeout=60)


def test_a_slow_judgement_delays_no_other_request(town: Town, slow: SlowDetector) -> None:
    ours = slowed(town, slow, threads=2, waiting=30)
    with live(ours) as url, ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(ask, url, ours.token(ANN)) for _ in range(30)]
        assert slow.began.acquire(timeout=30)
        times = []
        for _ in range(20):
            start = time.perf_counter()
            assert httpx.get(f"{url}/healthz", timeout=30).status_code == 200
            times.append(time.perf_counter() - start)
        # Every judgement is still waiting: had one of these waited for them, it would not be back.
        assert not any(answer.done() for answer in asked)
        slow.let_go.set()
        assert {answer.result().status_code for answer in asked} == {200}
    assert sorted(times)[len(times) // 2] < 2


def test_more_than_can_wait_are_told_when_to_come_back(town: Town, slow: SlowDetector) -> None:
    ours = slowed(town, slow, threads=1, waiting=1)
    with live(ours) as url, ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask, url, ours.token(ANN)) for _ in range(2)]
        until_full(ours)
        refused = ask(url, ours.token(ANN))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["error"]["code"] == "judging_busy"
        headers = {"Authorization": f"Bearer {ours.token(ANN)}"}
        problem = httpx.post(f"{url}/v1/safety/decide", json={"texts": [{"text": CALM}]}, headers=headers)
        assert problem.headers["content-type"] == "application/problem+json"
        assert (problem.status_code, problem.json()["retry_after_s"]) == (429, 1)
        slow.let_go.set()
        assert {answer.result().status_code for answer in asked} == {200}
        assert ask(url, ours.token(ANN)).status_code == 200


def until_full(town: Town) -> None:
    end = time.monotonic() + 30
    while town.server.desk._inside < town.server.desk._most:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_openais_client_comes_back_by_itself_sync_and_async(town: Town, slow: SlowDetector) -> None:
    ours = slowed(town, slow, threads=1, waiting=0)
    with live(ours) as url, ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, url, ours.token(ANN))
        until_full(ours)
        kept = {"api_key": ours.token(ANN), "base_url": f"{url}/v1", "timeout": 60}
        with pytest.raises(openai.RateLimitError) as caught, openai.OpenAI(**kept, max_retries=0) as client:
            client.moderations.create(input=CALM)
        assert caught.value.code == "judging_busy"
        patient = pool.submit(with_sync_client, kept)
        also = pool.submit(asyncio.run, with_async_client(kept))
        time.sleep(0.5)  # both have been refused at least once by now
        slow.let_go.set()
        assert first.result().status_code == 200
        assert (patient.result(), also.result()) == (False, False)


def with_sync_client(kept: dict[str, str]) -> bool:
    with openai.OpenAI(**kept, max_retries=8) as client:
        return client.moderations.create(input=CALM, model="omni-moderation-latest").results[0].flagged


async def with_async_client(kept: dict[str, str]) -> bool:
    async with openai.AsyncOpenAI(**kept, max_retries=8) as client:
        answer = await client.moderations.create(input=[CALM], model="omni-moderation-latest")
        return answer.results[0].flagged


def test_a_detector_that_hangs_is_answered_with_review_in_time(
    town: Town, slow: SlowDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "TEXT_TIMEOUT_S", 0.3)
    ours = slowed(town, slow, threads=2, waiting=4)
    ann = ours.client(ANN)
    for _ in range(6):  # more than may hang at once: from then on the answer is the same, at once
        result = ann.post("/v1/moderations", json={"input": CALM}).json()["results"][0]
        assert result["flagged"] is True
        assert result["kindling"]["outcome"] == Outcome.REVIEW.name.lower()
        assert result["kindling"]["detectors"][0]["ran"] is False
    prompt = ann.post("/v1/videos", json={"prompt": CALM, "seconds": "4"})
    assert (prompt.status_code, prompt.json()["error"]["code"]) == (403, "moderation_blocked")
