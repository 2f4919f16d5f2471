"""Messages: real ones between people who may write, judged first, and closed to everyone who may not."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.ids import PersonId
from core.storage.people import People
from core.storage.viewing import Viewing
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, BOB, GUS, RAE, TIM, Town
from wellbeing.state import ViewingState

GROOMING = "don't tell your parents about us, send me a nude photo and meet me alone at my place tonight, kid"


def write(client: TestClient, to: str, text: str = "hello there", **more: Any) -> Any:
    return client.post("/v1/messages", json={"to": to, "text": text}, **more)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def follow(town: Town, follower: PersonId, followee: PersonId) -> None:
    with town.rooms.database.write() as tx:
        People(tx).follow(follower, followee, NOON)


def circle(town: Town, value: str) -> None:
    answer = town.client(GUS).put(f"/v1/family/{TIM}/controls", json={"changes": {"direct_messages": value}})
    assert answer.status_code == 200, answer.text


def test_two_people_write_to_each_other_and_a_retry_sends_nothing_twice(both_towns: Town) -> None:
    ann, bob = both_towns.client(ANN), both_towns.client(BOB)
    first = write(ann, BOB, headers={"Idempotency-Key": "m1"})
    assert first.status_code == 201, first.text
    assert write(ann, BOB, headers={"Idempotency-Key": "m1"}).json() == first.json()
    both_towns.clock.advance(seconds=5)
    assert write(bob, ANN, "hi Ann").status_code == 201
    for me, other in ((ann, BOB), (bob, ANN)):
        said = [item["text"] for item in me.get("/v1/messages", params={"with": other}).json()["data"]]
        assert said == ["hi Ann", "hello there"]
    assert [item["person"]["id"] for item in ann.get("/v1/messages/conversations").json()["data"]] == [BOB]


def test_writing_to_a_friend_ends_a_passive_run(town: Town) -> None:
    ann = town.client(ANN)
    ann.post("/v1/feed", json={"size": 8})
    assert passive_videos(town) == 8
    assert write(ann, BOB).status_code == 201
    assert passive_videos(town) == 0


def passive_videos(town: Town) -> int:
    with town.rooms.database.read() as tx:
        return ViewingState.from_json(Viewing(tx).load(ANN)).passive_videos


def test_an_adult_never_writes_to_a_teen_first_whoever_follows_whom(both_towns: Town) -> None:
    town = both_towns
    assert write(town.client(ANN), TIM).status_code == 404, "a stranger does not even find him"
    follow(town, BOB, TIM)  # now mutual: Tim follows Bob
    assert code(write(town.client(BOB), TIM)) == (403, "adult_first")
    assert write(town.client(TIM), BOB).status_code == 201
    assert write(town.client(BOB), TIM, "you wrote first").status_code == 201
    assert write(town.client(GUS), TIM, "dinner is ready").status_code == 201, "family may"


def test_a_guardians_control_holds_from_the_next_message_and_in_old_conversations(both_towns: Town) -> None:
    town = both_towns
    tim, bob = town.client(TIM), town.client(BOB)
    assert write(tim, BOB).status_code == 201
    circle(town, "family")
    assert code(write(bob, TIM)) == (403, "messages_closed")
    assert code(write(tim, BOB)) == (403, "own_messages_closed")
    assert write(town.client(GUS), TIM).status_code == 201
    circle(town, "nobody")
    assert code(write(town.client(GUS), TIM)) == (403, "messages_closed")


def test_a_teen_writes_first_only_to_those_who_take_messages_from_them(town: Town) -> None:
    with town.rooms.database.write() as tx:
        People(tx).block(RAE, TIM, NOON)
    tim = town.client(TIM)
    assert write(tim, RAE).status_code == 404
    change = {"changes": {"direct_messages": "mutuals"}}
    assert town.client(ANN).put(f"/v1/family/{ANN}/controls", json=change).status_code == 200
    assert code(write(tim, ANN)) == (403, "not_in_circle")


def test_a_block_ends_a_conversation_both_ways(both_towns: Town) -> None:
    ann, bob = both_towns.client(ANN), both_towns.client(BOB)
    write(ann, BOB)
    assert bob.put(f"/v1/people/{ANN}/block").status_code == 204
    for me, other in ((ann, BOB), (bob, ANN)):
        assert write(me, other).status_code == 404
        assert me.get("/v1/messages", params={"with": other}).status_code == 404
        assert me.get("/v1/messages/conversations").json()["data"] == []


def test_words_are_judged_before_anyone_reads_them_and_more_strictly_with_the_young(both_towns: Town) -> None:
    tim = both_towns.client(TIM)
    refused = write(tim, BOB, GROOMING)
    assert refused.status_code == 403, refused.text
    assert refused.json()["rule_id"]
    assert refused.json()["decision_id"]
    assert both_towns.client(BOB).get("/v1/messages", params={"with": TIM}).json()["data"] == []


def test_no_one_is_flooded_or_pestered(town: Town) -> None:
    ann = town.client(ANN)
    for number in range(3):
        assert write(ann, RAE, f"hello {number}").status_code == 201
        town.clock.advance(seconds=1)
    assert code(write(ann, RAE)) == (429, "wait_for_an_answer")
    assert write(town.client(RAE), ANN).status_code == 201
    assert write(ann, RAE).status_code == 201


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_an_empty_or_endless_message_is_not_sent(town: Town, text: str) -> None:
    assert write(town.client(ANN), BOB, text).status_code == 422


def test_no_one_else_reads_a_word_not_even_a_guardian(both_towns: Town) -> None:
    secret = "the treasure is under the old oak"
    assert write(both_towns.client(TIM), BOB, secret).status_code == 201
    for who in (GUS, ANN, RAE):
        client = both_towns.client(who, *Scope)
        for path in ("/v1/messages?with=per_bob", "/v1/messages?with=per_tim", "/v1/messages/conversations"):
            assert secret not in client.get(path).text
        assert secret not in client.get("/v1/me/export").text
    assert both_towns.client(ANN).get("/v1/messages", params={"with": TIM}).status_code == 404
    for scope in (Scope.GUARDIAN_READ, Scope.GUARDIAN_LOOSEN, Scope.REVIEWER, Scope.POLICY):
        assert both_towns.client(TIM, scope).get("/v1/messages/conversations").status_code == 403
    assert write(both_towns.client(ANN), ANN).status_code == 404, "not to oneself"
