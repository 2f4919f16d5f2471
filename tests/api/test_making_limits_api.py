"""Limits on making and the filter of sensitive topics, as a family sets them and the next request meets them."""

from concurrent.futures import ThreadPoolExecutor

from core.ids import PersonId, VideoId
from core.storage.videos import Videos
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, GUS, TIM, Town, video

WISH = {"prompt": "a red ball rolls down a hill", "model": "world", "size": "360x640"}
SCARY = "A terrifying horror scene: a bloodless ghost screams in a haunted graveyard at midnight, pure nightmare"


def set_for_tim(town: Town, **changes: object) -> None:
    answer = town.client(GUS, Scope.GUARDIAN_LOOSEN).put(f"/v1/family/{TIM}/controls", json={"changes": changes})
    assert answer.status_code == 200, answer.text


def test_a_days_creations_are_counted_whatever_becomes_of_them(both_towns: Town) -> None:
    town = both_towns
    set_for_tim(town, daily_creations=2)
    tim = town.client(TIM)
    first = tim.post("/v1/videos", json=WISH)
    assert first.status_code == 200, first.text
    assert tim.post("/v1/videos", json=WISH).status_code == 200
    assert tim.delete(f"/v1/videos/{first.json()['id']}").status_code in {200, 204}
    refused = tim.post("/v1/videos", json=WISH)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "daily_creations_reached")
    assert "set by: guardian" in refused.json()["error"]["message"]
    town.clock.advance(hours=24, seconds=1)
    assert town.client(TIM).post("/v1/videos", json=WISH).status_code == 200


def test_many_devices_at_once_make_no_video_more(both_towns: Town) -> None:
    set_for_tim(both_towns, daily_creations=3)
    clients = [both_towns.client(TIM) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda client: client.post("/v1/videos", json=WISH).status_code, clients))
    assert sorted(codes) == [200] * 3 + [429] * 5


def test_credits_are_checked_before_anything_is_made_and_zero_means_none(both_towns: Town) -> None:
    set_for_tim(both_towns, monthly_credits=10)
    tim = both_towns.client(TIM)
    assert tim.post("/v1/videos", json=WISH | {"seconds": "8"}).status_code == 200
    refused = tim.post("/v1/videos", json=WISH | {"seconds": "4"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "monthly_credits_reached")
    set_for_tim(both_towns, monthly_credits=0)
    assert tim.post("/v1/videos", json=WISH | {"seconds": "4"}).status_code == 429


def test_the_feed_leaves_sensitive_topics_out_for_a_teen_by_default(both_towns: Town) -> None:
    town = both_towns
    rooms, eve = town.rooms, PersonId("per_eve")
    calm = video(901, creator_id=eve, prompt="A calm lake at dawn, soft light", published_at=NOON)
    vector = rooms.encoder.encode_one(SCARY).astype("<f4").tobytes()
    scary = video(900, creator_id=eve, prompt=SCARY, caption="", published_at=NOON, embedding=vector)
    unread = video(902, creator_id=eve, prompt=SCARY, caption="boo", published_at=NOON)  # has no vector yet
    limited = video(903, creator_id=eve, prompt="A kite", published_at=NOON, limited=True)
    with rooms.database.write() as tx:
        Videos(tx).add([calm, scary, unread, limited])
    asked = {"size": 20, "mode": "chronological"}
    shown = {
        who: {item["video"]["id"] for item in town.client(who).post("/v1/feed", json=asked).json()["items"]}
        for who in (ANN, TIM)
    }
    assert {calm.id, scary.id} <= shown[ANN]
    assert calm.id in shown[TIM]
    assert not {scary.id, unread.id, limited.id} & shown[TIM]


def test_switching_sensitive_topics_off_holds_for_a_page_that_is_asked_for_again(town: Town) -> None:
    vector = town.rooms.encoder.encode_one(SCARY).astype("<f4").tobytes()
    scary = video(900, creator_id=PersonId("per_eve"), prompt=SCARY, published_at=NOON, embedding=vector)
    with town.rooms.database.write() as tx:
        Videos(tx).add([scary])
    ann, asked = town.client(ANN), {"size": 20, "mode": "chronological"}

    def page() -> set[VideoId]:
        items = ann.post("/v1/feed", json=asked, headers={"Idempotency-Key": "k"}).json()["items"]
        return {item["video"]["id"] for item in items}

    assert scary.id in page()
    changed = ann.put(f"/v1/family/{ANN}/controls", json={"changes": {"sensitive_topics": False}})
    assert changed.status_code == 200, changed.text
    assert scary.id not in page()
