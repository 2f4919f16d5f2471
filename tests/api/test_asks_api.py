"""What teens ask and guardians answer; and that a guardian, by whatever path, reads no content of a teen's."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.ids import PollId, VideoId
from core.records_wellbeing import StoredPoll
from core.storage.polls import Polls
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import BOB, GUS, TIM, Town

ASKS, CONTROLS = f"/v1/family/{TIM}/asks", f"/v1/family/{TIM}/controls"
MORE = {"kind": "more_time", "minutes": 15}


def ask(town: Town, body: dict[str, Any], code: int = 201) -> Any:
    answer = town.client(TIM).post(ASKS, json=body)
    assert answer.status_code == code, answer.text
    return answer.json()


def loosener(town: Town, who: str = GUS) -> TestClient:
    return town.client(who, Scope.PERSON, Scope.GUARDIAN_LOOSEN)


def set_as(client: TestClient, **changes: object) -> None:
    answer = client.put(CONTROLS, json={"changes": changes})
    assert answer.status_code == 200, answer.text


def second_guardian(town: Town) -> TestClient:
    eve = loosener(town, "per_eve")
    link = eve.post("/v1/family/invites", json={"handle": "tim"}).json()["id"]
    assert town.client(TIM).post(f"/v1/family/links/{link}/accept").status_code == 200
    return eve


def videos_now(town: Town) -> int:
    return len(town.client(TIM).post("/v1/feed", json={"size": 5}).json()["items"])


def test_fifteen_more_minutes_are_asked_for_given_used_and_gone_the_next_day(both_towns: Town) -> None:
    town = both_towns
    set_as(town.client(GUS), daily_minutes=0)
    assert videos_now(town) == 0
    asked = ask(town, MORE)
    assert videos_now(town) == 0, "asking opens nothing"
    refused = town.client(GUS).post(f"{ASKS}/{asked['id']}/grant")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    granted = loosener(town).post(f"{ASKS}/{asked['id']}/grant")
    assert (granted.status_code, granted.json()["status"]) == (200, "granted"), granted.text
    assert loosener(town).post(f"{ASKS}/{asked['id']}/grant").json()["code"] == "not_open", "given once"
    assert videos_now(town) > 0
    town.clock.advance(hours=24)
    assert videos_now(town) == 0


def test_only_the_guardian_who_set_the_limit_gives_more_time(both_towns: Town) -> None:
    eve = second_guardian(both_towns)
    set_as(eve, daily_minutes=20)
    asked = ask(both_towns, MORE)
    refused = loosener(both_towns).post(f"{ASKS}/{asked['id']}/grant")
    assert (refused.status_code, refused.json()["code"]) == (409, "another_guardians_limit")
    assert eve.post(f"{ASKS}/{asked['id']}/grant").status_code == 200


def test_no_one_else_answers(both_towns: Town) -> None:
    town = both_towns
    asked = ask(town, MORE)
    path = f"{ASKS}/{asked['id']}"
    tim, stranger = town.client(TIM, *Scope), loosener(town, "per_eve")
    assert tim.post(f"{path}/grant").status_code == 403
    assert stranger.post(f"{path}/grant").status_code == 404
    assert stranger.get(ASKS).status_code == 404
    assert loosener(town).post(f"{path}/withdraw").status_code == 404
    assert town.client(GUS).post(ASKS, json=MORE).status_code == 404, "a guardian does not ask for the teen"
    assert town.client(GUS, Scope.GUARDIAN_READ).post(f"{path}/decline").status_code == 403
    assert town.client(GUS).post("/v1/family/links/link_gus/end").status_code == 200
    assert loosener(town).post(f"{path}/grant").status_code == 404, "the link has ended"


def test_a_change_that_was_asked_for_is_made_by_the_yes(both_towns: Town) -> None:
    town = both_towns
    wide = ask(town, {"kind": "change", "control": "daily_minutes", "value": 90})
    tight = ask(town, {"kind": "change", "control": "daily_videos", "value": 50})
    assert town.client(GUS).post(f"{ASKS}/{wide['id']}/grant").json()["code"] == "step_up_needed"
    assert town.client(GUS).post(f"{ASKS}/{tight['id']}/grant").status_code == 200
    assert loosener(town).post(f"{ASKS}/{wide['id']}/grant").status_code == 200
    held = {item["name"]: item for item in town.client(TIM).get(CONTROLS).json()["controls"]}
    assert (held["daily_minutes"]["value"], held["daily_minutes"]["set_by"]) == (90, "guardian")
    assert held["daily_videos"]["value"] == 50
    never = ask(town, {"kind": "change", "control": "adult_discovery", "value": "everyone"})
    assert loosener(town).post(f"{ASKS}/{never['id']}/grant").json()["code"] == "looser_than_allowed"


def test_everyone_reads_the_same_and_is_told_of_each_step(both_towns: Town) -> None:
    town = both_towns
    objection = {"kind": "objection", "control": "night_hours", "words": "it is earlier than for all my friends"}
    asked = ask(town, objection)
    town.clock.advance(seconds=1)
    assert town.client(GUS).post(f"{ASKS}/{asked['id']}/decline").status_code == 200
    tim, gus = town.client(TIM), town.client(GUS)
    assert tim.get(ASKS).json() == gus.get(ASKS).json()
    assert tim.get(f"/v1/family/{TIM}/log").json() == gus.get(f"/v1/family/{TIM}/log").json()
    assert [item["text"] for item in gus.get("/v1/family/notices").json()["data"]] == ["objected to Night hours"]
    told = tim.get("/v1/family/notices").json()["data"]
    assert [item["text"] for item in told] == ["said no: objected to Night hours"]
    assert tim.post("/v1/family/notices/seen").status_code == 204
    assert tim.get("/v1/family/notices").json()["data"][0]["seen"]
    town.clock.advance(seconds=1)
    assert tim.post("/v1/family/links/link_gus/end").status_code == 200
    assert gus.get("/v1/family/notices").json()["data"][0]["text"] == "ended the family link with @gus"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "more_time", "minutes": 600}, 422),
        ({"kind": "more_time"}, 422),
        ({"kind": "change", "control": "no_such", "value": 1}, 422),
        ({"kind": "change", "control": "daily_minutes", "value": "many"}, 422),
        ({"kind": "objection"}, 422),
        ({"kind": "objection", "control": "night_hours", "words": "I will stab you, you will bleed and die"}, 403),
    ],
)
def test_what_cannot_be_asked_is_refused(town: Town, body: dict[str, Any], code: int) -> None:
    ask(town, body, code)


def test_asks_lapse_and_no_one_is_flooded(town: Town) -> None:
    asked = [ask(town, MORE) for _ in range(3)]
    assert town.client(TIM).post(ASKS, json=MORE).json()["code"] == "too_many_asks"
    assert town.client(TIM).post(f"{ASKS}/{asked[0]['id']}/withdraw").json()["status"] == "withdrawn"
    ask(town, MORE)
    town.clock.advance(hours=12)  # past midnight
    assert loosener(town).post(f"{ASKS}/{asked[1]['id']}/grant").json()["code"] == "not_open"


def test_one_without_a_guardian_has_no_one_to_ask(town: Town) -> None:
    answer = town.client(BOB).post(f"/v1/family/{BOB}/asks", json=MORE)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_guardian")


SECRETS = {
    "prompt": "a purple walrus juggles seven teapots",
    "steer": "more zeppelins please",
    "message": "the code word is marmalade",
    "comment": "wonderful rutabaga",
    "poll": "per_tim_mood",
}


def with_secrets(town: Town) -> dict[str, str]:
    """Let Tim write a prompt, a steer, a message, a comment and a mood; return ids for every path."""
    tim = town.client(TIM)
    wish = {"prompt": SECRETS["prompt"], "model": "world", "size": "360x640"}
    made = tim.post("/v1/videos", json=wish)
    assert made.status_code == 200, made.text
    steer = tim.post("/v1/steers", json={"text": SECRETS["steer"]}).json()
    assert tim.post("/v1/messages", json={"to": BOB, "text": SECRETS["message"]}).status_code == 201
    page = tim.post("/v1/feed", json={"size": 2}).json()
    comment = {
        "event_id": "c1", "kind": "comment", "video_id": page["items"][0]["video"]["id"], "text": SECRETS["comment"],
        "occurred_at": NOON.isoformat(),
    }  # fmt: skip
    assert tim.post("/v1/events", json={"events": [comment]}).status_code == 200
    with town.rooms.database.write() as tx:
        Polls(tx).offer(StoredPoll(PollId(SECRETS["poll"]), TIM, "mood", NOON, video_id=VideoId("video_001")))
    assert tim.post(f"/v1/polls/{SECRETS['poll']}", json={"answer": 2}).status_code == 204
    return {
        "person_id": TIM, "teen_id": TIM, "video_id": made.json()["id"], "steer_id": steer["id"],
        "page_id": page["page_id"], "position": "0", "poll_id": SECRETS["poll"],
    }  # fmt: skip


def test_a_guardian_reads_no_content_prompt_message_or_mood_by_any_path(both_towns: Town) -> None:
    ids, swept = with_secrets(both_towns), 0
    guardian = both_towns.client(GUS, Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)
    for path, item in both_towns.app.openapi()["paths"].items():
        if "get" not in item:
            continue
        names = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        filled = path.format(**{name: ids.get(name, "nobody") for name in names})
        for query in ({}, {"with": BOB}, {"with": TIM}, {"query": "tim"}):
            text = guardian.get(filled, params=query).text
            assert not [name for name, secret in SECRETS.items() if secret in text], path
            swept += 1
    assert swept > 100
    known = guardian.get(f"/v1/family/{TIM}/contacts").json()["data"]
    assert known == [{"id": BOB, "handle": "bob", "display_name": "Bob"}], "names, and nothing more"
    assert both_towns.client(TIM).get(f"/v1/family/{TIM}/contacts").json()["data"] == known, "the teen sees the same"
