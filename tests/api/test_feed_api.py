"""A screenful over HTTP, and what people do with it."""

from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, BOB, TIM, Town


def test_a_page_says_why_each_video_is_there_and_a_retry_gets_the_same_page(both_towns: Town) -> None:
    ann = both_towns.client(ANN)
    first = ann.post("/v1/feed", json={"size": 4}, headers={"Idempotency-Key": "k1"})
    assert first.status_code == 200, first.text
    page = first.json()
    assert [item["position"] for item in page["items"]] == [0, 1, 2, 3]
    assert all(item["reason"]["text"] and 0 < item["propensity"] <= 1 for item in page["items"])
    assert ann.post("/v1/feed", json={"size": 4}, headers={"Idempotency-Key": "k1"}).json() == page
    other = ann.post("/v1/feed", json={"size": 5}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    again = ann.post("/v1/feed", json={"size": 4}).json()
    assert not {item["video"]["id"] for item in page["items"]} & {item["video"]["id"] for item in again["items"]}
    why = ann.get(f"/v1/feed/pages/{page['page_id']}/items/0/why")
    assert why.status_code == 200, why.text
    assert why.json()["reason"] == page["items"][0]["reason"]


def test_a_feed_needs_no_body(town: Town) -> None:
    assert len(town.client(ANN).post("/v1/feed").json()["items"]) == 8


def test_a_service_asks_for_whom_it_names(town: Town) -> None:
    service = town.client("feed-service", Scope.SERVICE)
    assert service.post("/v1/feed").json()["field"] == "header.Kindling-Person"
    assert service.post("/v1/feed", headers={"Kindling-Person": "per_ann"}).status_code == 200
    assert service.post("/v1/feed", headers={"Kindling-Person": "per_nobody"}).status_code == 404


def test_events_hold_on_the_next_page_and_count_once(both_towns: Town) -> None:
    ann = both_towns.client(ANN)
    page = ann.post("/v1/feed", json={"size": 3}).json()
    video = page["items"][0]["video"]
    event = {
        "event_id": "e1", "kind": "like", "video_id": video["id"], "page_id": page["page_id"], "position": 0,
        "occurred_at": NOON.isoformat(),
    }  # fmt: skip
    assert ann.post("/v1/events", json={"events": [event]}).json() == {"accepted": 1, "duplicates": 0}
    assert ann.post("/v1/events", json={"events": [event]}).json() == {"accepted": 0, "duplicates": 1}
    bob = both_towns.client(BOB).get(f"/v1/people/{video['creator']['id']}/videos").json()["data"]
    assert next(card for card in bob if card["id"] == video["id"])["counts"]["like"] == 1


def test_hiding_liking_following_and_blocking_have_paths_of_their_own(town: Town) -> None:
    ann = town.client(ANN)
    for path in ("/v1/videos/video_002/hide", "/v1/videos/video_001/like", "/v1/people/per_eve/follow"):
        assert ann.put(path).status_code == 204, path
        assert ann.delete(path).status_code == 204, path
    assert ann.put("/v1/people/per_eve/block").status_code == 204
    shown = [item["video"]["creator"]["id"] for item in ann.post("/v1/feed", json={"size": 30}).json()["items"]]
    assert shown
    assert "per_eve" not in shown
    assert ann.get("/v1/people/per_eve").status_code == 404


def test_a_steer_holds_until_undone(town: Town) -> None:
    ann = town.client(ANN)
    made = ann.post("/v1/steers", json={"text": "something calming, no clocks"})
    assert made.status_code == 201, made.text
    steer = made.json()
    assert ann.get("/v1/steers").json()["data"] == [steer]
    assert town.client(BOB).delete(f"/v1/steers/{steer['id']}").status_code == 404
    assert ann.delete(f"/v1/steers/{steer['id']}").status_code == 204
    assert ann.get("/v1/steers").json()["data"] == []


def test_a_teens_feed_pauses_and_says_until_when(town: Town) -> None:
    tim = town.client(TIM)
    pages = [tim.post("/v1/feed", json={"size": 30}).json() for _ in range(8)]
    pause = next((page["pause"] for page in pages if page["pause"]), None)
    assert pause is not None
    assert pause["resumes_at"]
    assert not pages[-1]["items"]
