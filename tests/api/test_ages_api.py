"""Accounts, age checks and consent over HTTP; and that no evidence stays in any row or file."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from core.storage.tables import metadata
from core.storage.tables.accounts import people
from core.vocabulary import Scope
from tests.town import ANN, GUS, RAE, TIM, Town

CONTROLS, CONSENTS = f"/v1/family/{TIM}/controls", f"/v1/family/{TIM}/consents"
PROFILE = {"changes": {"personalisation": True}}


def service(town: Town, person: str | None = None) -> TestClient:
    headers = {} if person is None else {"Kindling-Person": person}
    return town.client("accounts", Scope.SERVICE, **headers)


def joined(town: Town, handle: str, born: str | None, code: int = 201) -> Any:
    body = {"handle": handle, "display_name": handle.title(), "birth_date": born, "timezone": "Europe/Paris"}
    answer = service(town).post("/v1/people", json=body)
    assert answer.status_code == code, answer.text
    return answer.json()


def attested(town: Town, person: str, at_least: int = 18) -> dict[str, Any]:
    desk = town.client(RAE, Scope.REVIEWER)
    signed = desk.post("/v1/review/ages", json={"person_id": person, "at_least_years": at_least}).json()
    return {"method": "local", "evidence": signed}


def in_california(town: Town) -> None:
    with town.rooms.database.write() as tx:
        tx.connection.execute(update(people).where(people.c.id == TIM).values(jurisdiction="US-CA"))


def loosener(town: Town, who: str = GUS) -> TestClient:
    return town.client(who, Scope.PERSON, Scope.GUARDIAN_LOOSEN)


@pytest.mark.parametrize("born", ["1990-05-01", "2011-03-01", None], ids=["says adult", "says teen", "says nothing"])
def test_everyone_begins_as_a_minor_with_a_private_account(both_towns: Town, born: str | None) -> None:
    made = joined(both_towns, "newcomer", born)
    assert made["is_private"]
    me = both_towns.client(made["id"]).get("/v1/me").json()
    assert (me["is_minor"], me["audience"]) == (True, "teen")
    assert both_towns.client(ANN).get("/v1/people", params={"query": "newcomer"}).json()["data"] == []
    opened = both_towns.client(made["id"]).put("/v1/me/privacy", json={"is_private": False})
    assert opened.json()["code"] == "kept_private"


def test_a_handle_is_taken_once_and_the_too_young_have_no_account(town: Town) -> None:
    joined(town, "newcomer", None)
    assert joined(town, "newcomer", None, 409)["code"] == "handle_taken"
    assert joined(town, "toddler", "2020-01-01", 403)["code"] == "too_young"
    assert town.client(ANN).post("/v1/people", json={"handle": "x1", "display_name": "X"}).status_code == 403


def test_a_verified_adult_becomes_one_and_a_minors_word_makes_one_a_minor(both_towns: Town) -> None:
    ident = joined(both_towns, "newcomer", "1990-05-01")["id"]
    client = both_towns.client(ident)
    device = {"method": "apple", "evidence": {"lowerBound": 18, "ageRangeDeclaration": "confirmed"}}
    assert client.post("/v1/me/age-checks", json=device).json()["code"] == "service_only"
    assert client.get("/v1/me").json()["is_minor"]
    checked = client.post("/v1/me/age-checks", json=attested(both_towns, ident))
    assert (checked.status_code, checked.json()["level"]) == (201, "verified"), checked.text
    assert not client.get("/v1/me").json()["is_minor"]
    assert client.put("/v1/me/privacy", json={"is_private": False}).status_code == 200
    young = {"method": "google", "evidence": {"userStatus": "SUPERVISED", "ageLower": 13, "ageUpper": 15}}
    assert service(both_towns, ident).post("/v1/me/age-checks", json=young).status_code == 201
    me = client.get("/v1/me").json()
    assert (me["is_minor"], me["is_private"]) == (True, True), "and the account closes again"
    assert len(client.get("/v1/me/age-checks").json()["data"]) == 2


def test_someone_elses_attestation_proves_nothing(town: Town) -> None:
    ident = joined(town, "newcomer", None)["id"]
    refused = town.client(ident).post("/v1/me/age-checks", json=attested(town, ANN))
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_evidence")
    assert town.client(ANN).post("/v1/review/ages", json={"person_id": ident, "at_least_years": 18}).status_code == 403


def test_no_row_and_no_file_keeps_what_an_age_was_decided_on(both_towns: Town) -> None:
    town, ident = both_towns, joined(both_towns, "newcomer", "1991-07-23")["id"]
    marks = ["1991-07-23", "install-4711", "passport-0815"]
    signed = attested(town, ident)
    marks.append(signed["evidence"]["attestation"])
    sent = signed | {"evidence": signed["evidence"] | {"document": "passport-0815"}}
    assert town.client(ident).post("/v1/me/age-checks", json=sent).status_code == 201
    device = {"method": "google", "evidence": {"userStatus": "VERIFIED", "installId": "install-4711"}}
    assert service(town, ident).post("/v1/me/age-checks", json=device).status_code == 201
    with town.rooms.database.read() as tx:
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in tx.connection.execute(select(table))]
    files = [path for path in town.rooms.settings.home.rglob("*") if path.is_file()]
    texts = rows + [path.read_bytes().decode("latin-1") for path in files]
    assert len(rows) > 50
    assert files
    for mark in marks:
        assert not [text[:200] for text in texts if mark in text], mark


def test_a_law_that_asks_for_a_parents_consent_gets_it_or_the_control_stays(both_towns: Town) -> None:
    town = both_towns
    in_california(town)
    gus = loosener(town)
    assert gus.put(CONTROLS, json=PROFILE).json()["code"] == "consent_needed"
    body = {"purpose": "personalisation"} | attested(town, GUS)
    assert town.client(GUS).post(CONSENTS, json=body).json()["code"] == "step_up_needed"
    assert loosener(town, "per_eve").post(CONSENTS, json=body).status_code == 404
    assert loosener(town, TIM).post(CONSENTS, json=body).json()["code"] == "own_consent"
    weak = {"purpose": "personalisation"} | attested(town, GUS, at_least=17)
    assert gus.post(CONSENTS, json=weak).json()["code"] == "not_verified"
    given = gus.post(CONSENTS, json=body)
    assert given.status_code == 201, given.text
    assert gus.put(CONTROLS, json=PROFILE).status_code == 200
    assert town.client(TIM).get("/v1/me/wellbeing").json()["limits"]["personalisation"] is True
    records = [town.client(who).get(CONSENTS).json()["data"] for who in (TIM, GUS)]
    assert records[0] == records[1]
    assert {"purpose", "method", "method_version", "text_version", "given_at"} <= set(records[0][0])


def test_a_consent_taken_back_holds_no_longer_from_the_next_request(both_towns: Town) -> None:
    town = both_towns
    in_california(town)
    gus = loosener(town)
    consent = gus.post(CONSENTS, json={"purpose": "personalisation"} | attested(town, GUS)).json()["id"]
    assert gus.put(CONTROLS, json=PROFILE).status_code == 200
    revoked = town.client(TIM).delete(f"{CONSENTS}/{consent}")
    assert (revoked.status_code, revoked.json()["revoked_by"]) == (200, TIM), revoked.text
    assert town.client(TIM).get("/v1/me/wellbeing").json()["limits"]["personalisation"] is False
    assert gus.put(CONTROLS, json=PROFILE).json()["code"] == "consent_needed"
    assert loosener(town, "per_eve").delete(f"{CONSENTS}/{consent}").status_code == 404
    texts = [item["text"] for item in gus.get("/v1/family/notices").json()["data"]]
    assert texts[0].startswith("took back the consent to")


def test_a_consent_ends_with_its_guardians_link_and_so_does_what_others_rested_on_it(both_towns: Town) -> None:
    town = both_towns
    in_california(town)
    gus, eve = loosener(town), loosener(town, "per_eve")
    link = eve.post("/v1/family/invites", json={"handle": "tim"}).json()["id"]
    assert town.client(TIM).post(f"/v1/family/links/{link}/accept").status_code == 200
    assert gus.post(CONSENTS, json={"purpose": "personalisation"} | attested(town, GUS)).status_code == 201
    assert eve.put(CONTROLS, json=PROFILE).status_code == 200
    assert town.client(TIM).post("/v1/family/links/link_gus/end").status_code == 200
    assert town.client(TIM).get("/v1/me/wellbeing").json()["limits"]["personalisation"] is False
    assert eve.put(CONTROLS, json=PROFILE).json()["code"] == "consent_needed"
