"""`POST /v1/moderations` as OpenAI's own client speaks it, and appeals decided by a person."""

import openai
import pytest

from core.ids import DecisionId
from core.verdicts import Verdict
from core.vocabulary import Audience, Outcome, Scope, Surface
from pipelines.online.moderation import record
from tests.pictures import data_url, png
from tests.town import ANN, BOB, RAE, Town

CALM = "a red ball rolls down a green hill"
HARSH = "I am going to find you and beat you until you bleed, you worthless idiot"


def client(town: Town, token: str | None = None) -> openai.OpenAI:
    key = town.token(ANN) if token is None else token
    return openai.OpenAI(api_key=key, base_url="http://testserver/v1", http_client=town.client(None), max_retries=0)


def test_one_text_has_one_result_in_openais_own_shape(town: Town) -> None:
    answer = client(town).moderations.create(input=CALM, model="omni-moderation-latest")
    assert (len(answer.results), answer.results[0].flagged) == (1, False)
    assert answer.id.startswith("modr")
    assert 0 <= answer.results[0].category_scores.violence < 0.5
    assert answer.results[0].category_applied_input_types.violence == ["text"]


def test_each_of_several_texts_is_judged_alone(town: Town) -> None:
    results = client(town).moderations.create(input=[CALM, HARSH, CALM]).results
    assert [result.flagged for result in results] == [False, True, False]
    assert (
        results[1].categories.harassment
        or results[1].categories.harassment_threatening
        or results[1].categories.violence
    )
    alone = client(town).moderations.create(input=HARSH).results[0]
    assert alone.category_scores == results[1].category_scores, "a text's score never depends on its neighbours"


def test_parts_of_one_message_are_judged_together_and_say_which_detectors_looked(town: Town) -> None:
    parts = [{"type": "text", "text": CALM}, {"type": "image_url", "image_url": {"url": data_url(png())}}]
    answer = client(town).moderations.create(input=parts)  # type: ignore[arg-type]
    assert len(answer.results) == 1
    verdict = answer.results[0].kindling  # type: ignore[attr-defined]
    assert {detector["looked_at"] for detector in verdict["detectors"]} == {"text", "image"}
    assert all(detector["ran"] or detector["note"] for detector in verdict["detectors"])


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png",
        "data:image/png;base64,!!!!",
        "data:text/plain;base64,aGk=",
        "data:image/png;base64,aGk=",
    ],
)
def test_a_picture_that_is_not_in_the_request_or_no_picture_is_told_so(town: Town, url: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client(town).moderations.create(input=[{"type": "image_url", "image_url": {"url": url}}])
    assert caught.value.code == "bad_picture"
    assert str(caught.value.param).startswith("input")


def test_mistakes_come_in_openais_envelope(town: Town) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client(town).moderations.create(input=[])
    assert (caught.value.code, str(caught.value.param).split(".")[0]) == ("invalid_input", "input")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(
            api_key="no", base_url="http://testserver/v1", http_client=town.client(None), max_retries=0
        ).moderations.create(input="x")


def test_a_teens_audience_is_never_judged_more_loosely(town: Town) -> None:
    ann = town.client(ANN)
    for text in (CALM, HARSH, "two people kiss in the rain"):
        adult, teen = (
            ann.post("/v1/moderations", json={"input": text, "surface": "feed", "audience": audience}).json()
            for audience in ("adult", "teen")
        )
        order = ("allow", "limit", "review", "block")
        harsh = [order.index(answer["results"][0]["kindling"]["outcome"]) for answer in (adult, teen)]
        assert harsh[0] <= harsh[1]


def blocked(town: Town) -> DecisionId:
    verdict = Verdict(
        Outcome.BLOCK, "2026-11-21.2", Surface.PROMPT, Audience.ADULT, rule_id="violence/prompt", category="violence"
    )
    with town.rooms.database.write() as tx:
        return record(tx, town.rooms, verdict, "prompt", "video_x", ANN)


def test_an_appeal_is_decided_by_a_person_and_only_once(both_towns: Town) -> None:
    decision = blocked(both_towns)
    ann, rae = both_towns.client(ANN), both_towns.client(RAE, Scope.REVIEWER)
    appeal = {"decision_id": decision, "text": "It is a stage fight."}
    assert both_towns.client(BOB).post("/v1/appeals", json=appeal).status_code == 404
    made = ann.post("/v1/appeals", json=appeal, headers={"Idempotency-Key": "a1"})
    assert made.status_code == 201, made.text
    assert ann.post("/v1/appeals", json=appeal, headers={"Idempotency-Key": "a1"}).json() == made.json()
    assert ann.post("/v1/appeals", json=appeal).status_code == 409
    case = next(item for item in rae.get("/v1/review/cases").json()["data"] if item["decision"]["id"] == decision)
    assert (case["appeal_text"], case["decision"]["outcome"]) == (appeal["text"], "block")
    path = f"/v1/review/cases/{case['id']}"
    assert ann.post(path, json={"outcome": "overturn"}).status_code == 403
    resolved = rae.post(path, json={"outcome": "overturn", "note": "Stage fight."})
    assert (resolved.status_code, resolved.json()["status"]) == (200, "overturned")
    assert rae.post(path, json={"outcome": "uphold"}).status_code == 409


def test_the_policies_in_force_name_their_version_owner_and_reason(town: Town) -> None:
    found = town.client(ANN).get("/v1/policies").json()["data"]
    assert len(found) >= 10
    assert all(item["version"] and item["owner"] and len(item["reason"]) >= 10 for item in found)
