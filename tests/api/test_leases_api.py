"""Leases over HTTP: a page again and never a new allowance, a minor's films, and nothing for anyone logged out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.ids import PersonId, VideoId
from core.storage.videos import Videos
from pipelines.online import leases
from tests.conftest import NOON
from tests.town import ANN, TIM, Town, video


@pytest.fixture
def filmed(both_towns: Town) -> Town:
    """The town with a film under every video."""
    for number in range(40):
        key = f"films/{number:03}.mp4"
        both_towns.rooms.media.put_bytes(key, b"a film " + str(number).encode())
        with both_towns.rooms.database.write() as tx:
            Videos(tx).change(VideoId(f"video_{number:03}"), film_key=key)
    return both_towns


def videos_today(town: Town) -> int:
    today: int = town.client(TIM).get("/v1/me/wellbeing").json()["today"]["videos"]
    return today


def test_a_lease_presented_again_is_the_same_page_and_never_a_new_allowance(both_towns: Town) -> None:
    tim = both_towns.client(TIM)
    page = tim.post("/v1/feed", json={"size": 6}).json()
    for _ in range(3):
        assert tim.post("/v1/feed/lease", json={"lease": page["lease"]}).json() == page
    assert videos_today(both_towns) == 6


def test_a_lease_of_someone_else_a_forged_and_an_old_one_are_not_there(town: Town) -> None:
    tim = town.client(TIM)
    lease = tim.post("/v1/feed", json={"size": 2}).json()["lease"]
    head, body, signature = lease.split(".")
    more = leases.signed(
        town.rooms,
        leases.PageLease("page_of_my_own", PersonId("per_tim"), 30, NOON),  # type: ignore[arg-type]
    ).split(".")[1]
    for forged in (
        f"{head}.{more}.{signature}",
        f"{head}.{body}.{'A' * len(signature)}",
        "nonsense",
        f"{head}.{body}.",
    ):
        assert tim.post("/v1/feed/lease", json={"lease": forged}).status_code == 404, forged
    assert town.client(ANN).post("/v1/feed/lease", json={"lease": lease}).status_code == 404
    town.clock.advance(hours=6)
    assert town.client(TIM).post("/v1/feed/lease", json={"lease": lease}).status_code == 404


def test_a_minors_films_on_a_page_are_fetched_under_its_lease_and_count_once(filmed: Town) -> None:
    tim = filmed.client(TIM)
    page = tim.post("/v1/feed", json={"size": 6}).json()
    for item in page["items"]:
        assert "lease=" in item["video"]["url"]
        for _ in range(2):
            assert tim.get(item["video"]["url"], headers={"Range": "bytes=0-3"}).status_code == 206
    assert videos_today(filmed) == 6


def test_opening_films_from_links_and_profiles_is_no_way_round_the_limits(filmed: Town) -> None:
    tim = filmed.client(TIM)
    opened = [tim.get(f"/v1/videos/video_{number:03}/content") for number in range(40)]
    assert [answer.status_code for answer in opened] == [200] * 20 + [403] * 20
    assert opened[-1].json()["error"]["code"] == "feed_cooldown"
    assert tim.post("/v1/feed").json()["items"] == []
    assert tim.get("/v1/videos/video_000/content").status_code == 200  # it was counted: it stays open for a while
    assert tim.get("/v1/videos/video_030/content?variant=thumbnail").status_code != 403
    filmed.clock.advance(minutes=21)
    assert tim.post("/v1/feed").json()["items"]
    assert filmed.client(ANN).get("/v1/videos/video_030/content").status_code == 200


def test_a_lease_does_not_open_what_is_not_on_its_page(filmed: Town) -> None:
    tim = filmed.client(TIM)
    page = tim.post("/v1/feed", json={"size": 2}).json()
    while tim.post("/v1/feed", json={"size": 30}).json()["pause"] is None:
        pass
    on_it = {item["video"]["id"] for item in page["items"]}
    other = next(f"video_{number:03}" for number in range(40) if f"video_{number:03}" not in on_it)
    answer = tim.get(f"/v1/videos/{other}/content", params={"lease": page["lease"]})
    assert answer.status_code == 403


def test_one_film_opened_by_many_devices_at_once_counts_once(filmed: Town) -> None:
    tim = filmed.client(TIM)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tim.get("/v1/videos/video_003/content").status_code, range(16)))
    assert set(answers) == {200}
    assert videos_today(filmed) == 1


def test_what_a_minor_made_is_theirs_to_watch_whatever_the_limits(filmed: Town) -> None:
    own = video(90, creator_id=TIM, film_key="films/000.mp4", published_at=NOON - timedelta(days=1))
    with filmed.rooms.database.write() as tx:
        Videos(tx).add([own])
    tim = filmed.client(TIM)
    while tim.post("/v1/feed", json={"size": 30}).json()["items"]:
        pass
    before = videos_today(filmed)
    assert tim.get(f"/v1/videos/{own.id}/content").status_code == 200
    assert videos_today(filmed) == before


def test_nothing_is_served_to_anyone_logged_out(filmed: Town) -> None:
    nobody = filmed.client(None)
    asked = 0
    for template, methods in filmed.app.openapi()["paths"].items():
        if not template.startswith("/v1"):
            continue
        path = re.sub(r"{(\w+)}", lambda found: {"video_id": "video_001"}.get(found[1], "1"), template)
        for method in methods:
            assert nobody.request(method.upper(), path).status_code == 401, (method, path)
            asked += 1
    assert asked > 40
    page = filmed.client(TIM).post("/v1/feed", json={"size": 1}).json()
    assert nobody.get(page["items"][0]["video"]["url"]).status_code == 401  # a lease alone lets no one in
    for path in ("/", "/feed", "/watch/video_001", "/create", "/me", "/family"):
        answer = nobody.get(path, follow_redirects=True)
        assert "take 1" not in answer.text, path
        assert "/content" not in answer.text, path


def test_a_budget_of_ones_own_is_set_and_ended_over_the_api(town: Town) -> None:
    ann = town.client(ANN)
    made = ann.post("/v1/me/budget", json={"minutes": 15})
    assert (made.status_code, made.json()["budget"]["minutes"]) == (201, 15)
    assert ann.post("/v1/feed").json()["session"]["budget"]["minutes"] == 15
    for _ in range(40):
        town.clock.advance(seconds=60)
        page = ann.post("/v1/feed", json={"size": 1}).json()
    assert page["pause"]["kind"] == "budget"
    assert ann.delete("/v1/me/budget").json()["budget"] is None
    assert ann.post("/v1/feed", json={"size": 1}).json()["items"]
    assert ann.post("/v1/me/budget", json={"minutes": 0}).status_code == 422


def test_a_page_says_what_to_show_before_it(town: Town) -> None:
    from sqlalchemy import update

    from core.storage.tables.accounts import people

    with town.rooms.database.write() as tx:
        tx.connection.execute(update(people).where(people.c.id == TIM).values(jurisdiction="US-CA"))
    tim = town.client(TIM)
    label = tim.post("/v1/feed", json={"size": 2}).json()["label"]
    assert (label["seconds"], label["skippable"]) == (10, True)
    assert town.client(ANN).post(f"/v1/labels/{label['id']}/shown").status_code == 404
    assert tim.post(f"/v1/labels/{label['id']}/shown").status_code == 204
    assert tim.post("/v1/feed", json={"size": 2}).json()["label"] is None
