"""Loosening needs a fresh proof that it is the guardian: passkeys, sign-in times, and everything that is no proof."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt

from core.tokens import open_key
from core.vocabulary import Scope
from tests.soft_authenticator import PRESENT, SoftAuthenticator
from tests.town import ANN, GUS, TIM, Town

CONTROLS = f"/v1/family/{TIM}/controls"
WIDE = {"changes": {"daily_minutes": 120}}
PATIENCE = timedelta(seconds=301)


def bearer(town: Town, token: str) -> TestClient:
    return town.client(None, Authorization=f"Bearer {token}")


def registered(town: Town, person: str = GUS, key: SoftAuthenticator | None = None) -> SoftAuthenticator:
    key, client = key or SoftAuthenticator(), town.client(person)
    options = client.post("/v1/me/passkeys/options").json()
    made = client.post("/v1/me/passkeys", json={"name": "phone", "credential": key.create(options)})
    assert made.status_code == 201, made.text
    return key


def answer(client: TestClient, key: SoftAuthenticator) -> dict[str, Any]:
    return {"credential": key.get(client.post("/v1/step-up/options").json())}


def with_claims(town: Town, subject: str, scopes: list[Scope], **claims: Any) -> str:
    """A token of this installation with claims of one's choice: what an OpenID provider would send."""
    key, now = open_key(town.rooms.settings.keys), int(town.clock.now().timestamp())
    base = {"iss": "kindling", "aud": "kindling", "sub": subject, "exp": now + 3600, "scope": " ".join(scopes)}
    header = {"alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, base | claims, key, algorithms=["Ed25519"])


def test_a_passkey_gives_a_short_lived_leave_to_loosen(both_towns: Town) -> None:
    town = both_towns
    key = registered(town)
    client = town.client(GUS)
    assert client.put(CONTROLS, json=WIDE).json()["code"] == "step_up_needed"
    stepped = client.post("/v1/step-up", json=answer(client, key))
    assert stepped.status_code == 200, stepped.text
    assert set(stepped.json()["scopes"]) == {"person", "guardian:read", "guardian:tighten", "guardian:loosen"}
    loosener = bearer(town, stepped.json()["token"])
    assert loosener.put(CONTROLS, json=WIDE).status_code == 200
    town.clock.advance(seconds=PATIENCE.seconds + 5)
    assert loosener.put(CONTROLS, json=WIDE).status_code == 401
    assert client.get("/v1/me/passkeys").json()["data"][0]["last_used_at"] is not None


def test_an_old_step_up_no_longer_loosens_and_still_tightens(both_towns: Town) -> None:
    town = both_towns
    long = bearer(town, town.token(GUS, [Scope.PERSON, Scope.GUARDIAN_LOOSEN], lifetime_s=12 * 3600))
    assert long.put(CONTROLS, json=WIDE).status_code == 200
    town.clock.advance(seconds=PATIENCE.seconds)
    wider = {"changes": {"daily_minutes": 150}}
    refused = long.put(CONTROLS, json=wider)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert long.put(CONTROLS, json={"changes": {"daily_minutes": 20}}).status_code == 200


def test_a_sign_in_counts_by_its_auth_time_not_by_when_the_token_was_issued(town: Town) -> None:
    now = int(town.clock.now().timestamp())
    scopes = [Scope.GUARDIAN_LOOSEN]
    for auth_time, code in ((now - 301, 403), (now + 3000, 403), ("now", 403), (None, 403), (now - 10, 200)):
        claims = {"iat": now} | ({} if auth_time is None else {"auth_time": auth_time})
        got = bearer(town, with_claims(town, GUS, scopes, **claims)).put(CONTROLS, json=WIDE)
        assert got.status_code == code, (auth_time, got.text)


def test_a_replayed_answer_proves_nothing(both_towns: Town) -> None:
    town = both_towns
    key, client = registered(town), town.client(GUS)
    sent = answer(client, key)
    assert client.post("/v1/step-up", json=sent).status_code == 200
    again = client.post("/v1/step-up", json=sent)
    assert (again.status_code, again.json()["code"]) == (403, "passkey_refused")


@pytest.mark.parametrize(
    "change",
    [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}, {"count": -2}],
    ids=["wrong origin", "wrong site", "user not verified", "counter went back"],
)
def test_an_answer_that_is_not_for_us_or_not_by_the_guardian_proves_nothing(town: Town, change: dict[str, Any]) -> None:
    key, client = registered(town, key=SoftAuthenticator(count=5)), town.client(GUS)
    assert client.post("/v1/step-up", json=answer(client, key)).status_code == 200
    for name, value in change.items():
        setattr(key, name, value if name != "count" else key.count + value)
    refused = client.post("/v1/step-up", json=answer(client, key))
    assert (refused.status_code, refused.json()["code"]) == (403, "passkey_refused")


def test_no_passkey_proves_someone_else(town: Town) -> None:
    key = registered(town)
    ann_key = registered(town, ANN)
    gus, ann = town.client(GUS), town.client(ANN)
    options = gus.post("/v1/step-up/options").json()
    assert ann.post("/v1/step-up", json={"credential": key.get(options)}).status_code == 403, "another's challenge"
    options = gus.post("/v1/step-up/options").json()
    assert gus.post("/v1/step-up", json={"credential": ann_key.get(options)}).status_code == 403, "another's passkey"
    stranger = SoftAuthenticator(id=key.id)
    options = gus.post("/v1/step-up/options").json()
    assert gus.post("/v1/step-up", json={"credential": stranger.get(options)}).status_code == 403, "another's key"


def test_a_challenge_lapses_and_is_for_one_purpose(town: Town) -> None:
    key, client = registered(town), town.client(GUS)
    options = client.post("/v1/step-up/options").json()
    town.clock.advance(minutes=6)
    assert client.post("/v1/step-up", json={"credential": key.get(options)}).status_code == 403
    fresh = town.client(GUS)
    options = fresh.post("/v1/me/passkeys/options").json()
    assert fresh.post("/v1/step-up", json={"credential": key.get(options)}).status_code == 403


def test_a_stale_session_can_neither_add_nor_remove_a_passkey(town: Town) -> None:
    key, client = registered(town), town.client(GUS)
    town.clock.advance(seconds=PATIENCE.seconds)
    assert client.post("/v1/me/passkeys/options").json()["code"] == "step_up_needed"
    ident = key.create({"challenge": "AA"})["id"]
    assert client.delete(f"/v1/me/passkeys/{ident}").status_code == 403
    stepped = bearer(town, client.post("/v1/step-up", json=answer(client, key)).json()["token"])
    assert stepped.delete(f"/v1/me/passkeys/{ident}").status_code == 204
    assert client.post("/v1/step-up/options").json()["code"] == "no_passkey"


def test_a_passkey_is_registered_once_and_only_with_a_whole_answer(town: Town) -> None:
    key, client = registered(town), town.client(ANN)
    options = client.post("/v1/me/passkeys/options").json()
    again = client.post("/v1/me/passkeys", json={"name": "mine now", "credential": key.create(options)})
    assert (again.status_code, again.json()["code"]) == (409, "passkey_known")
    for nonsense in ({}, {"response": {"clientDataJSON": "!!"}}, {"response": 3}):
        assert client.post("/v1/me/passkeys", json={"name": "x", "credential": nonsense}).status_code == 422
        assert client.post("/v1/step-up", json={"credential": nonsense}).status_code == 422


def test_signing_out_ends_every_token_on_the_next_request(both_towns: Town) -> None:
    town = both_towns
    phone, laptop = town.client(GUS), town.client(GUS, Scope.GUARDIAN_LOOSEN)
    assert phone.post("/v1/me/sign-out").status_code == 204
    for client in (phone, laptop):
        refused = client.get("/v1/family")
        assert (refused.status_code, refused.json()["code"]) == (401, "token_signed_out")
    town.clock.advance(seconds=1)
    assert town.client(GUS).get("/v1/family").status_code == 200
    assert bearer(town, with_claims(town, GUS, [Scope.PERSON])).get("/v1/me").status_code == 401, "of unknown age"


def test_a_teen_who_steps_up_loosens_nothing_of_their_own(town: Town) -> None:
    key, client = registered(town, TIM), town.client(TIM)
    stepped = bearer(town, client.post("/v1/step-up", json=answer(client, key)).json()["token"])
    assert stepped.put(CONTROLS, json={"changes": {"daily_minutes": 120}}).status_code == 403


def test_a_step_up_does_not_reach_another_guardians_teen(town: Town) -> None:
    key, client = registered(town, ANN), town.client(ANN)
    stepped = bearer(town, client.post("/v1/step-up", json=answer(client, key)).json()["token"])
    assert stepped.put(CONTROLS, json=WIDE).status_code == 404
    assert stepped.get(f"/v1/family/{TIM}/log").status_code == 404


def test_no_service_steps_up_for_anyone(town: Town) -> None:
    service = town.client("feed", Scope.SERVICE, **{"Kindling-Person": GUS})
    for path in ("/v1/step-up/options", "/v1/me/passkeys/options", "/v1/me/sign-out"):
        assert service.post(path).status_code == 403
    assert service.put(CONTROLS, json=WIDE).status_code == 403
