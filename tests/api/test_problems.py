"""What bad input gets: a problem that names the field and what would be right, and nothing that leaks."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from structlog.testing import capture_logs
from structlog.typing import EventDict

from api import problems
from api.envelope import SECURITY_HEADERS, Envelope
from api.metrics import Metrics
from api.schemas.common import Body
from core.errors import (
    BrokenArtifact,
    BrokenPolicy,
    Conflict,
    InvalidInput,
    KindlingError,
    LimitReached,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    Unavailable,
)
from tests.conftest import Golden

ERRORS: dict[str, KindlingError] = {
    "invalid": InvalidInput(code="empty_text", detail="The text is empty.", field="text", expected="1 to 500 letters."),
    "unauthenticated": NotAuthenticated(code="token_expired", detail="The bearer token has expired."),
    "forbidden": NotAllowed(code="wrong_scope", detail="This needs another scope.", expected="scope: reviewer"),
    "missing": NotFound(code="video_not_found", detail="There is no video 'v' that you can see."),
    "conflict": Conflict(code="not_a_draft", detail="The video is published already."),
    "refused": Refused(
        code="refused", detail="Rule violence/teen does not allow this.", field="prompt", rule_id="violence/teen",
        policy_version="2026-11-21.2", decision_id="dec_1",
    ),
    "limited": LimitReached(code="too_many", detail="Six videos an hour are the most.", retry_after_s=600),
    "unavailable": Unavailable(code="disk_full", detail="The disk is full.", retry_after_s=30),
    "broken_policy": BrokenPolicy(code="broken_policy", detail="secret folder", path="/etc/secret"),
    "broken_artifact": BrokenArtifact(code="broken_artifact", detail="secret folder", path="/etc/secret"),
}  # fmt: skip


class Wish(Body):
    """A body with everything that can be wrong with a body."""

    text: str = Field(min_length=1, max_length=20)
    times: int = Field(default=1, ge=1, le=9)
    tags: list[str] = Field(default_factory=list, max_length=3)


@cache
def small_app() -> FastAPI:
    """An app that fails in every known way, and in an unknown one."""
    app = FastAPI()
    app.add_middleware(Envelope, metrics=Metrics(), max_body_bytes=2_000, max_upload_bytes=4_000)
    problems.install(app)

    @app.get("/v1/fail/{name}")
    @app.get("/v1/videos/fail/{name}")
    def fail(name: str) -> None:
        raise ERRORS[name]

    @app.get("/v1/crash")
    @app.get("/v1/videos/crash")
    def crash() -> None:
        raise RuntimeError("password=hunter2")

    @app.post("/v1/wishes")
    @app.post("/v1/videos")
    def wish(body: Wish) -> Wish:
        return body

    return app


def ask(method: str, path: str, **more: Any) -> httpx.Response:
    """Ask the small app."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=small_app(), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(
                method, path, headers={"X-Request-Id": "request-1"} | more.pop("headers", {}), **more
            )

    return asyncio.run(go())


@pytest.fixture(autouse=True, scope="module")
def logged() -> Iterator[list[EventDict]]:
    """What is logged, kept instead of printed."""
    with capture_logs() as entries:
        yield entries


JSON = {"content-type": "application/json"}
BAD: dict[str, Callable[[], httpx.Response]] = {
    "malformed JSON": lambda: ask("POST", "/v1/wishes", content=b'{"text": ', headers=JSON),
    "not UTF-8": lambda: ask("POST", "/v1/wishes", content=b'{"text": "\xff"}', headers=JSON),
    "nested too deep": lambda: ask("POST", "/v1/wishes", content=b"[" * 1_900, headers=JSON),
    "no body": lambda: ask("POST", "/v1/wishes"),
    "another type of body": lambda: ask(
        "POST", "/v1/wishes", content=b"text=x", headers={"content-type": "text/plain"}
    ),
    "a list": lambda: ask("POST", "/v1/wishes", json=[]),
    "missing field": lambda: ask("POST", "/v1/wishes", json={}),
    "empty text": lambda: ask("POST", "/v1/wishes", json={"text": ""}),
    "over-long text": lambda: ask("POST", "/v1/wishes", json={"text": "x" * 21}),
    "wrong type": lambda: ask("POST", "/v1/wishes", json={"text": "x", "times": "many"}),
    "unknown field": lambda: ask("POST", "/v1/wishes", json={"text": "x", "tmies": 2}),
    "several fields": lambda: ask("POST", "/v1/wishes", json={"text": "", "times": 10, "tags": [1]}),
    "half a character": lambda: ask("POST", "/v1/wishes", content=b'{"\\ud800": 1, "text": "x"}', headers=JSON),
    "too large": lambda: ask("POST", "/v1/wishes", json={"text": "x" * 3_000}),
    "unknown path": lambda: ask("GET", "/v1/nothing"),
    "unknown method": lambda: ask("DELETE", "/v1/wishes"),
    "crash": lambda: ask("GET", "/v1/crash"),
    "crash, to OpenAI's clients": lambda: ask("GET", "/v1/videos/crash"),
    "empty text, to OpenAI's clients": lambda: ask("POST", "/v1/videos", json={"text": ""}),
    "too large, to OpenAI's clients": lambda: ask("POST", "/v1/videos", json={"text": "x" * 5_000}),
}


def seen(response: httpx.Response) -> dict[str, Any]:
    """What a client sees of an error."""
    kept = ("content-type", "retry-after", "www-authenticate", "allow")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return {"status": response.status_code, "headers": headers, "body": response.json()}


def test_every_kind_of_error_has_the_shape_we_promised(golden: Golden) -> None:
    paths = {name: (f"/v1/fail/{name}", f"/v1/videos/fail/{name}") for name in ERRORS}
    golden.check(
        "problems_by_kind",
        {
            name: {"problem": seen(ask("GET", one)), "openai": seen(ask("GET", two))}
            for name, (one, two) in paths.items()
        },
    )


def test_bad_input_is_told_which_field_and_what_would_be_right(golden: Golden) -> None:
    golden.check("problems_by_input", {name: seen(send()) for name, send in BAD.items()})


def test_nothing_of_what_broke_inside_is_told(logged: list[EventDict]) -> None:
    for path in ("/v1/crash", "/v1/videos/crash", "/v1/fail/broken_policy", "/v1/fail/broken_artifact"):
        text = ask("GET", path).text
        assert "hunter2" not in text
        assert "secret" not in text
        assert "Traceback" not in text
    assert any(entry["event"] == "unexpected_error" for entry in logged), "but the log has it"


def test_every_answer_carries_its_id_and_the_security_headers() -> None:
    for response in (ask("POST", "/v1/wishes", json={"text": "x"}), ask("GET", "/v1/crash"), ask("GET", "/v1/nothing")):
        assert response.headers["x-request-id"] == "request-1"
        assert {name: response.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("given_id", ["short", "x" * 65, "two words!", "line\tbreak"])
def test_a_request_id_that_could_confuse_a_log_is_replaced(given_id: str) -> None:
    response = ask("GET", "/v1/nothing", headers={"X-Request-Id": given_id})
    assert response.headers["x-request-id"] != given_id
    assert response.json()["instance"].endswith(response.headers["x-request-id"])


def test_a_body_is_bounded_even_when_its_length_is_not_announced() -> None:
    async def go() -> httpx.Response:
        async def chunks() -> Any:
            for _ in range(50):
                yield b" " * 100

        transport = httpx.ASGITransport(app=small_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/v1/wishes", content=chunks(), headers=JSON)

    response = asyncio.run(go())
    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"


@given(body=st.binary(max_size=300))
def test_no_body_whatsoever_makes_the_server_fail(body: bytes) -> None:
    assert ask("POST", "/v1/wishes", content=body, headers=JSON).status_code in {200, 400, 422}


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["text", "times", "tags"]), inner),
        max_leaves=8,
    )
)
def test_no_json_whatsoever_makes_the_server_fail(body: Any) -> None:
    response = ask("POST", "/v1/wishes", content=json.dumps(body).encode(), headers=JSON)
    assert response.status_code in {200, 413, 422}
    if response.status_code == 422:
        assert response.json()["expected"]
