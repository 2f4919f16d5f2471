"""My account, my time, my family, over HTTP."""

from datetime import timedelta

from core.ids import PollId
from core.records_wellbeing import StoredPoll
from core.storage.polls import Polls
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, BOB, GUS, TIM, Town


def test_me_signals_reset_and_export(both_towns: Town) -> None:
    ann = both_towns.client(ANN)
    me = ann.get("/v1/me").json()
    assert (me["id"], me["audience"], me["is_minor"], me["following"]) == (ANN, "adult", False, 1)
    changed = ann.put("/v1/me/signals", json={"in_app_activity": False}).json()
    assert changed["signals"]["in_app_activity"] is False
    assert ann.get("/v1/me/signals").json() == changed
    assert ann.put("/v1/me/signals", json={"mind_reading": True}).json()["field"] == "mind_reading"
    assert ann.put("/v1/me/signals", json={"in_app_activity": "perhaps"}).status_code == 422
    first = ann.post("/v1/me/reset", json={}, headers={"Idempotency-Key": "r1"}).json()
    both_towns.clock.advance(hours=1)
    assert ann.post("/v1/me/reset", json={}, headers={"Idempotency-Key": "r1"}).json() == first
    assert ann.get("/v1/me").json()["reset_at"] == first["reset_at"]
    ann.post("/v1/feed")
    export = ann.get("/v1/me/export")
    assert "attachment" in export.headers["content-disposition"]
    assert export.json()["person"]["id"] == ANN
    assert len(export.json()["held"]["pages"]) == 1


def test_an_export_of_one_person_holds_no_other_persons_rows(town: Town) -> None:
    for person in (ANN, BOB):
        town.client(person).post("/v1/feed")
    held = town.client(ANN).get("/v1/me/export").json()["held"]
    assert {row["person_id"] for row in held["impressions"]} == {ANN}


def test_a_reset_makes_the_ranker_use_nothing_from_before(town: Town) -> None:
    ann = town.client(ANN)
    page = ann.post("/v1/feed").json()
    like = {
        "event_id": "e1",
        "kind": "like",
        "video_id": page["items"][0]["video"]["id"],
        "occurred_at": NOON.isoformat(),
    }
    ann.post("/v1/events", json={"events": [like]})
    town.clock.advance(minutes=1)
    ann.post("/v1/me/reset")
    from pipelines.online.cards import known_person
    from pipelines.online.viewers import load_viewer

    with town.rooms.database.read() as tx:
        viewer = load_viewer(tx, town.rooms, known_person(tx, ANN), town.clock.now())
    assert list(viewer.events) == []
    assert not viewer.knows_past


def test_people_are_found_by_name_and_described(town: Town) -> None:
    ann = town.client(ANN)
    assert [card["handle"] for card in ann.get("/v1/people?query=bo").json()["data"]] == ["bob"]
    assert ann.get("/v1/people?query=tim").json()["data"] == []
    profile = ann.get("/v1/people/per_bob").json()
    assert (profile["following"], profile["follows_you"], profile["may_follow"]) == (True, True, True)
    assert ann.get("/v1/people?query=").json()["field"] == "query.query"
    assert ann.get("/v1/people/per_tim").status_code == 404
    first = ann.get("/v1/people/per_eve/videos?limit=2").json()["data"]
    rest = ann.get(f"/v1/people/per_eve/videos?limit=2&after={first[-1]['id']}").json()["data"]
    assert len({card["id"] for card in first + rest}) == 4


def test_my_time_counts_what_was_handed_out(town: Town) -> None:
    tim = town.client(TIM)
    count = len(tim.post("/v1/feed", json={"size": 5}).json()["items"])
    time = tim.get("/v1/me/wellbeing").json()
    assert (time["today"]["videos"], time["session"]["videos_this_session"]) == (count, count)
    assert isinstance(time["limits"]["daily_minutes"], int)
    assert town.client(ANN).get("/v1/me/wellbeing").json()["limits"]["daily_minutes"] is None


def test_a_break_closes_my_feed_until_i_end_it(town: Town) -> None:
    ann = town.client(ANN)
    assert ann.post("/v1/me/break", json={"minutes": 30}).status_code == 201
    page = ann.post("/v1/feed").json()
    assert (page["items"], page["pause"]["kind"]) == ([], "break")
    assert ann.delete("/v1/me/break").json()["is_open"]
    assert ann.post("/v1/feed").json()["items"]


def test_a_poll_is_answered_skipped_or_stopped_but_not_all_at_once(town: Town) -> None:
    with town.rooms.database.write() as tx:
        Polls(tx).offer(StoredPoll(PollId("poll_1"), ANN, "mood", NOON - timedelta(minutes=1)))
    ann = town.client(ANN)
    for body in ({}, {"answer": 3, "skip": True}, {"skip": False}, {"answer": "good"}):
        assert ann.post("/v1/polls/poll_1", json=body).status_code == 422, body
    assert ann.post("/v1/polls/poll_1", json={"answer": 3}).status_code == 204
    assert ann.post("/v1/polls/poll_1", json={"answer": 3}).status_code == 204
    assert ann.post("/v1/polls/poll_1", json={"answer": 5}).status_code == 409


def test_a_family_from_invitation_to_control_to_log(both_towns: Town) -> None:
    eve, tim, gus = both_towns.client("per_eve"), both_towns.client(TIM), both_towns.client(GUS)
    link = eve.post("/v1/family/invites", json={"handle": "tim"}, headers={"Idempotency-Key": "i1"})
    assert link.status_code == 201, link.text
    assert (
        eve.post("/v1/family/invites", json={"handle": "tim"}, headers={"Idempotency-Key": "i1"}).json() == link.json()
    )
    path = f"/v1/family/links/{link.json()['id']}"
    assert gus.post(f"{path}/accept").status_code == 404
    assert tim.post(f"{path}/accept").json()["status"] == "active"
    changed = gus.put(f"/v1/family/{TIM}/controls", json={"changes": {"daily_minutes": 30}})
    assert changed.status_code == 200, changed.text
    control = next(item for item in changed.json()["controls"] if item["name"] == "daily_minutes")
    assert (control["value"], control["set_by"], control["yours"]) == (30, "guardian", 30)
    assert tim.get("/v1/me/wellbeing").json()["limits"]["daily_minutes"] == 30, "it holds from the next request"
    wrong = gus.put(f"/v1/family/{TIM}/controls", json={"changes": {"daily_minutes": "many"}})
    assert (wrong.status_code, "daily_minutes" in wrong.json()["field"]) == (422, True)
    logs = [client.get(f"/v1/family/{TIM}/log").json() for client in (gus, tim, eve)]
    assert logs[0] == logs[1] == logs[2]
    assert (logs[0]["data"][0]["action"], logs[0]["data"][0]["actor"]["id"]) == ("control_set", GUS)
    assert eve.post(f"{path}/end").json()["status"] == "ended"
    assert eve.get(f"/v1/family/{TIM}/log").status_code == 404
    assert gus.get(f"/v1/family/{TIM}/activity").json()["teen"]["id"] == TIM


def test_loosening_takes_a_guardians_token_that_says_so(town: Town) -> None:
    wide = {"changes": {"daily_minutes": 120}}
    tight = {"changes": {"daily_minutes": 20}}
    path = f"/v1/family/{TIM}/controls"
    assert town.client(GUS, Scope.GUARDIAN_TIGHTEN).put(path, json=tight).status_code == 200
    assert town.client(GUS, Scope.GUARDIAN_TIGHTEN).put(path, json=wide).status_code == 403
    assert town.client(GUS, Scope.GUARDIAN_LOOSEN).put(path, json=wide).status_code == 200


def test_the_server_says_how_it_is_without_saying_who(town: Town) -> None:
    town.client(ANN).get("/v1/people/per_bob")
    nobody = town.client(None)
    assert nobody.get("/healthz").json()["status"] == "ok"
    text = nobody.get("/metrics").text
    assert 'route="/v1/people/{person_id}"' in text
    assert "per_bob" not in text
