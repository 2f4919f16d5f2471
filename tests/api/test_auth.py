"""Who may do what: the matrix of tokens, the cookie, and other people's objects on every path."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.ids import PollId
from core.records_wellbeing import StoredPoll
from core.storage.polls import Polls
from core.tokens import TokenIssuer, open_key
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, BOB, GUS, RAE, TIM, Town

_ME = ("GET", "/v1/me")


def status(client: TestClient, method: str, path: str, **more: Any) -> int:
    return client.request(method, path, **more).status_code


def with_token(town: Town, token: str) -> TestClient:
    return town.client(None, Authorization=f"Bearer {token}")


def test_without_a_token_nothing_is_told_and_the_answer_says_what_to_send(town: Town) -> None:
    answer = town.client(None).get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "token_missing"


def test_a_token_that_cannot_be_accepted_is_refused_with_the_reason(town: Town) -> None:
    clock, key = town.clock, open_key(town.rooms.settings.keys)
    other_audience = TokenIssuer(key, issuer="kindling", audience="other", clock=clock).mint(ANN, [Scope.PERSON], 600)
    other_issuer = TokenIssuer(key, issuer="other", audience="kindling", clock=clock).mint(ANN, [Scope.PERSON], 600)
    expiring = town.token(ANN, lifetime_s=60)
    unknown = town.token("per_nobody")
    clock.advance(seconds=70)
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwZXJfYW5uIn0."
    codes = {
        expiring: "token_expired",
        other_audience: "token_bad_claims",
        other_issuer: "token_bad_claims",
        unknown: "token_unknown_person",
        unsigned: "token_bad_signature",
        "nonsense": "token_bad_signature",
    }
    for token, code in codes.items():
        answer = with_token(town, token).get("/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (401, code)


SCOPES: list[tuple[str, str, tuple[Scope, ...]]] = [
    ("GET", "/v1/me", (Scope.PERSON,)),
    ("POST", "/v1/feed", (Scope.PERSON,)),
    ("GET", "/v1/family", (Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)),
    ("GET", "/v1/review/cases", (Scope.REVIEWER,)),
    ("GET", "/v1/policies", tuple(Scope)),
    ("GET", "/v1/videos", (Scope.PERSON,)),
]


@pytest.mark.parametrize(("method", "path", "allowed"), SCOPES, ids=[path for _, path, _ in SCOPES])
def test_each_path_takes_its_scopes_and_no_others(
    town: Town, method: str, path: str, allowed: tuple[Scope, ...]
) -> None:
    for scope in Scope:
        got = status(town.client(RAE, scope), method, path)
        if scope in allowed:
            assert got < 300, (scope, got)
        elif scope == Scope.SERVICE:
            assert got in {403, 400, 422}, (scope, got)
        else:
            assert got == 403, (scope, got)


def test_a_person_cannot_pose_as_another_with_the_services_header(town: Town) -> None:
    answer = town.client(ANN).get("/v1/me", headers={"Kindling-Person": BOB})
    assert answer.json()["id"] == ANN


def test_a_guardians_reading_token_changes_nothing(town: Town) -> None:
    reader = town.client(GUS, Scope.GUARDIAN_READ)
    assert reader.get(f"/v1/family/{TIM}/controls").status_code == 200
    change = {"changes": {"continuous_feed": False}}
    assert reader.put(f"/v1/family/{TIM}/controls", json=change).status_code == 403
    assert reader.post("/v1/family/invites", json={"handle": "eve"}).status_code == 403
    assert town.client(GUS, Scope.GUARDIAN_TIGHTEN).put(f"/v1/family/{TIM}/controls", json=change).status_code == 200


# --- the cookie ---


def test_the_cookie_reads_from_anywhere_but_changes_only_from_our_own_pages(town: Town) -> None:
    client = town.client(None)
    client.cookies.set("kindling_token", town.token(ANN))
    assert status(client, *_ME) == 200
    sent = ("POST", "/v1/feed")
    assert status(client, *sent) == 403, "no word of where it comes from"
    for headers, expected in (
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"}, 403),
    ):
        assert status(client, *sent, headers=headers) == expected, headers


def test_a_token_in_the_header_goes_before_the_cookie(town: Town) -> None:
    client = town.client(BOB)
    client.cookies.set("kindling_token", town.token(ANN))
    assert client.get("/v1/me").json()["id"] == BOB


# --- other people's objects ---


@dataclass
class Objects:
    """One of everything that belongs to Ann, or to the family of Tim."""

    town: Town
    ids: dict[str, str]


@pytest.fixture
def objects(town: Town) -> Objects:
    ann = town.client(ANN)
    page = ann.post("/v1/feed", json={"size": 2}).json()
    steer = ann.post("/v1/steers", json={"text": "more boats"}).json()
    goal = ann.post("/v1/goals", json={"text": "start a pottery shop"}).json()
    draft = ann.post("/v1/videos", json={"prompt": "a red ball rolls down a hill", "model": "world", "size": "360x640"})
    assert draft.status_code == 200, draft.text
    batch = ann.post("/v1/safety/batches", json={"items": [{"texts": [{"text": "a boat"}], "custom_id": "t"}]})
    assert batch.status_code in {200, 201, 202}, batch.text
    with town.rooms.database.write() as tx:
        Polls(tx).offer(StoredPoll(PollId("poll_ann"), ANN, "mood", NOON))
    return Objects(
        town,
        {
            "page_id": page["page_id"], "position": "0", "steer_id": steer["id"], "video_id": draft.json()["id"],
            "teen_id": TIM, "link_id": "link_gus", "person_id": "per_nobody", "poll_id": "poll_ann",
            "nudge_id": "nudge_nobody", "case_id": "case_nobody", "character_id": "char_nobody", "answer": "accept",
            "passkey_id": "nobodys", "decision": "approve", "ask_id": "ask_nobody", "label_id": "label_nobody",
            "consent_id": "consent_nobody", "batch_id": batch.json()["id"], "endpoint_id": "whe_nobody",
            "outcome": "grant", "goal_id": goal["id"],
        },
    )  # fmt: skip


BODIES: dict[str, Any] = {
    "/v1/family/{teen_id}/controls": {"changes": {"daily_minutes": 30}},
    "/v1/family/{teen_id}/consents": {"purpose": "personalisation", "method": "local", "evidence": {}},
    "/v1/family/{teen_id}/asks": {"kind": "more_time", "minutes": 15},
    "/v1/polls/{poll_id}": {"skip": True},
    "/v1/review/cases/{case_id}": {"outcome": "uphold"},
    "/v1/videos/{video_id}/remix": {"prompt": "make it blue"},
    "/v1/videos/{video_id}/publish": {},
    "/v1/characters/{character_id}/permission": {"permission": "only_me"},
    "/v1/people/{person_id}/plan": {"plan": "free"},
    "/v1/webhook_endpoints/{endpoint_id}": {"name": "mine"},
    "/v1/webhook_endpoints/{endpoint_id}/test": {"event_type": "video.completed"},
}


def test_someone_elses_objects_are_not_there_on_any_path(objects: Objects) -> None:
    stranger = objects.town.client("per_eve", *Scope)
    swept = 0
    for path, item in objects.town.app.openapi()["paths"].items():
        if "{" not in path:
            continue
        for method in item:
            answer = stranger.request(method, path.format(**objects.ids), json=BODIES.get(path))
            assert answer.status_code == 404, (method, path, answer.status_code, answer.text)
            swept += 1
    assert swept > 25


def test_the_owner_does_find_them(objects: Objects) -> None:
    ann, gus, ids = objects.town.client(ANN), objects.town.client(GUS), objects.ids
    assert status(ann, "GET", f"/v1/feed/pages/{ids['page_id']}/items/0/why") == 200
    assert status(ann, "GET", f"/v1/videos/{ids['video_id']}") == 200
    assert status(gus, "GET", f"/v1/family/{TIM}/log") == 200
    assert status(objects.town.client(TIM), "GET", f"/v1/family/{TIM}/log") == 200
    assert status(ann, "POST", "/v1/polls/poll_ann", json={"skip": True}) == 204
    assert status(ann, "DELETE", f"/v1/steers/{ids['steer_id']}") == 204
    assert status(ann, "DELETE", f"/v1/goals/{ids['goal_id']}") == 204
