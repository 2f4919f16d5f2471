"""The pages before any script runs: who may open them, how one signs in, and what an error looks like."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.town import ANN, GUS, TIM, Town

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
OWN_PAGES = ("/feed", "/create", "/family", "/me", "/messages", "/time", "/watch/video_001")


@pytest.fixture
def visitor(town: Town) -> TestClient:
    """A browser at the demo's front door; it follows no redirect by itself."""
    settings = town.rooms.settings.model_copy(update={"demo": True})
    app = create_app(rooms=replace(town.rooms, settings=settings))
    return TestClient(app, follow_redirects=False, headers=BROWSER)


def enter(visitor: TestClient, person_id: str, after: str = "/feed") -> None:
    answer = visitor.post("/demo/enter", data={"person_id": person_id, "next": after}, headers=SAME_SITE)
    assert answer.status_code == 303


@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_page_of_ones_own_asks_to_choose_a_person_first(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/?next={path}")


@pytest.mark.parametrize("path", OWN_PAGES)
def test_whoever_was_chosen_is_signed_in_on_every_page(visitor: TestClient, path: str) -> None:
    enter(visitor, ANN)
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert f'data-person="{ANN}"' in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(visitor: TestClient) -> None:
    answer = visitor.post("/demo/enter", data={"person_id": ANN}, headers=SAME_SITE)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert visitor.get("/v1/me", headers=SAME_SITE).json()["id"] == ANN


def test_another_site_cannot_sign_anyone_in(visitor: TestClient) -> None:
    answer = visitor.post("/demo/enter", data={"person_id": ANN}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("after", ["https://example.org", "//example.org", "/\\example.org", "/v1/me/export", "feed"])
def test_signing_in_never_leads_away_from_the_pages(visitor: TestClient, after: str) -> None:
    answer = visitor.post("/demo/enter", data={"person_id": ANN, "next": after}, headers=SAME_SITE)
    assert answer.headers["location"] == "/feed"


def test_a_server_that_is_no_demo_lets_no_one_act_as_someone_else(town: Town) -> None:
    visitor = TestClient(town.app, follow_redirects=False, headers=BROWSER)
    assert visitor.post("/demo/enter", data={"person_id": ANN}, headers=SAME_SITE).status_code == 404
    assert visitor.get("/demo/people?query=ann").status_code == 404
    assert "Ann" not in visitor.get("/?query=ann").text


def test_an_unknown_person_cannot_be_entered(visitor: TestClient) -> None:
    assert visitor.post("/demo/enter", data={"person_id": "per_nobody"}, headers=SAME_SITE).status_code == 404


def test_the_front_door_suggests_people_by_their_role(visitor: TestClient) -> None:
    text = visitor.get("/").text
    assert "Looks after Tim." in text
    assert "15 years old. Follows 1." in text


def test_a_search_finds_people_by_a_part_of_their_name(visitor: TestClient) -> None:
    found = visitor.get("/demo/people?query=@gu").json()["data"]
    assert [person["id"] for person in found] == [GUS]
    assert visitor.get("/demo/people?query=").json()["data"] == []


def test_names_are_text_and_never_markup(visitor: TestClient) -> None:
    text = visitor.get("/", params={"query": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_minors_feed_waits_and_an_adults_runs_on(visitor: TestClient) -> None:
    enter(visitor, TIM)
    assert 'data-continuous="false"' in visitor.get("/feed").text
    enter(visitor, ANN)
    assert 'data-continuous="true"' in visitor.get("/feed").text


def test_leaving_forgets_who_was_signed_in(visitor: TestClient) -> None:
    enter(visitor, ANN)
    assert visitor.post("/demo/leave", headers=SAME_SITE).status_code == 303
    assert visitor.get("/feed").status_code == 303


def test_a_stale_cookie_is_the_same_as_none(visitor: TestClient) -> None:
    visitor.cookies.set("kindling_token", "not.a.token")
    assert visitor.get("/").status_code == 200
    assert visitor.get("/feed").status_code == 303


def test_a_reader_gets_a_friendly_page_and_a_client_gets_a_problem(visitor: TestClient) -> None:
    page = visitor.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing here" in page.text
    problem = visitor.get("/nowhere", headers={"Accept": "application/json"})
    assert problem.headers["content-type"].startswith("application/problem+json")
    assert visitor.get("/v1/nowhere").headers["content-type"].startswith("application/problem+json")


def test_static_files_may_be_kept_for_good_and_nothing_else_is_served(visitor: TestClient) -> None:
    answer = visitor.get("/static/any/style.css")
    assert "immutable" in answer.headers["cache-control"]
    assert visitor.get("/static/any/../router.py").status_code == 404
    assert visitor.get("/static/any/%2e%2e/router.py").status_code == 404


def test_pages_run_no_inline_script_and_load_nothing_from_elsewhere(visitor: TestClient) -> None:
    enter(visitor, ANN)
    for path in ("/", *OWN_PAGES):
        answer = visitor.get(path)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text
        assert "https://" not in answer.text
        assert " style=" not in answer.text
        assert "<script>" not in answer.text
