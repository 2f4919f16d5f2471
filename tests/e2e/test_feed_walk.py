"""The feed, walked: it plays, explains itself, does as it is told, and lets go."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Request, Response, expect

from core.storage.database import Database
from tests.e2e.city import Cast, change_viewing
from tests.e2e.walker import DESKTOP, Walker, ask, picture

pytestmark = pytest.mark.e2e
PLAYING = "(video) => video.currentTime > 0.3 && !video.paused && video.readyState >= 3"


def current_video(page: Page) -> str:
    """Return the id of the video that fills the screen."""
    found: str = page.evaluate(
        """() => {
            const reel = document.getElementById("reel");
            const index = Math.round(reel.scrollTop / reel.clientHeight);
            return reel.children[index]?.item?.video.id ?? "";
        }"""
    )
    return found


def first_video(page: Page) -> str:
    """Wait until the first video is there, and return its id."""
    page.locator("article.item").first.wait_for()
    page.wait_for_function("() => document.querySelector('article.item').item")
    return current_video(page)


def is_feed(response: Response) -> bool:
    """Whether this is the answer with a page of videos."""
    return response.url.endswith("/v1/feed") and response.request.method == "POST"


def test_choosing_a_person_opens_a_feed_that_plays_with_sound(walk: Walker) -> None:
    page = walk.device()
    page.goto(walk.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Make more")
    picture(page, "start-phone")
    page.locator(".pick", has=page.locator(".badge", has_text="Adult")).first.click()
    page.wait_for_url("**/feed")
    first_video(page)
    video = page.locator("article.item video").first
    page.wait_for_function(PLAYING, arg=video.element_handle())
    assert video.evaluate("(video) => video.muted")
    page.locator("article.item .tap").first.click()
    expect(page.get_by_role("button", name="Sound", exact=True)).to_have_attribute("aria-pressed", "true")
    assert not video.evaluate("(video) => video.muted")
    page.wait_for_function("(video) => video.webkitAudioDecodedByteCount > 0", arg=video.element_handle())
    picture(page, "feed-phone")
    assert page.context.cookies()[0]["httpOnly"]


def test_the_keyboard_moves_plays_and_likes(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult(), DESKTOP)
    first = first_video(page)
    page.wait_for_function(PLAYING, arg=page.locator("article.item video").first.element_handle())
    picture(page, "feed-desktop")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('article.item video').paused")
    with page.expect_response(re.compile(r"/like$")) as liked:
        page.keyboard.press("l")
    assert liked.value.ok
    expect(page.locator("article.item [data-action=like]").first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("(first) => document.getElementById('reel').scrollTop > 100", arg=first)
    assert ask(page, "GET", f"/v1/videos/{first}/card")["viewer"]["liked"]
    page.keyboard.press("/")
    expect(page.locator("#steer-side")).to_be_focused()


def test_why_this_shows_the_parts_of_the_score(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    first_video(page)
    page.locator("[data-why]").first.click()
    sheet = page.get_by_role("dialog", name="Why this?")
    expect(sheet.locator(".bars li").first).to_be_visible()
    expect(sheet).to_contain_text("want to create")
    expect(sheet).to_contain_text("How long you watch is never used")
    picture(page, "why-phone")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_steer_changes_the_next_page_and_undo_takes_it_back(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    first_video(page)
    page.get_by_role("button", name="Steer your feed").click()
    picture(page, "steer-phone")
    page.get_by_role("dialog").get_by_label("Say what you want").fill("more paper boats and quiet lakes")
    with page.expect_response(is_feed) as answer:
        page.get_by_role("dialog").get_by_role("button", name="Steer", exact=True).click()
    steered = answer.value.json()["items"]
    assert any(item["steer_id"] for item in steered)
    expect(page.locator(".toast")).to_contain_text("From the next video on")
    assert len(ask(page, "GET", "/v1/steers")["data"]) == 1
    with page.expect_response(is_feed) as again:
        page.locator(".toast").get_by_role("button", name="Undo").click()
    assert not any(item["steer_id"] for item in again.value.json()["items"])
    assert ask(page, "GET", "/v1/steers")["data"] == []


def test_hiding_takes_a_video_away_and_undo_brings_it_back(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    first = first_video(page)
    page.locator("[data-action=more]").first.click()
    picture(page, "more-phone")
    with page.expect_response(re.compile(r"/hide$")):
        page.get_by_role("dialog").get_by_role("button", name="Hide this").click()
    page.wait_for_function(
        "(id) => ![...document.querySelectorAll('article')].some((node) => node.item.video.id === id)", arg=first
    )
    with page.expect_response(re.compile(r"/hide$")) as undone:
        page.locator(".toast").get_by_role("button", name="Undo").click()
    assert undone.value.request.method == "DELETE"
    page.wait_for_function(
        "(id) => [...document.querySelectorAll('article')].some((node) => node.item.video.id === id)", arg=first
    )


def test_a_report_can_be_undone_until_it_is_sent(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    first = first_video(page)
    page.locator("[data-action=more]").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Report this").click()
    page.get_by_role("dialog").get_by_label("Something else").check()
    page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    assert current_video(page) == first
    page.locator("[data-action=more]").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Report this").click()
    page.get_by_role("dialog").get_by_label("Something else").check()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
    with page.expect_response(re.compile(r"/v1/events$")):
        expect(page.locator(".toast")).to_have_count(0)
    assert any('"report"' in (request.post_data or "") for request in sent)


def test_events_reach_the_server_once_each_and_say_nothing_of_time(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    with page.expect_response(re.compile(r"/v1/events$")) as sent:
        first_video(page)
    events = sent.value.request.post_data_json["events"]
    assert {"view"} <= {event["kind"] for event in events}
    allowed = {"event_id", "kind", "occurred_at", "video_id", "page_id", "position"}
    assert all(set(event) <= allowed for event in events)
    assert ask(page, "POST", "/v1/events", {"events": events}) == {"accepted": 0, "duplicates": len(events)}


def test_a_question_is_answered_in_one_tap(walk: Walker, cast: Cast, city_database: Database) -> None:
    person = cast.adult()
    now = datetime.now(UTC).isoformat()
    rare = dict.fromkeys(("look_back", "who5", "time_well_spent"), now)  # the form has its own walk
    change_viewing(city_database, person, lambda state: state.update(last_offer_at=rare))
    page = walk.sign_in(person)
    for _ in range(6):
        first_video(page)
        if page.locator("[data-poll]").count():
            break
        page.reload()
    poll = page.locator("[data-poll]").first
    poll.scroll_into_view_if_needed()
    picture(page, "poll-phone")
    with page.expect_response(re.compile(r"/v1/polls/")) as answered:
        poll.locator(".choices button").last.click()
    assert answered.value.status == 204


def test_long_scrolling_brings_a_gentle_word_that_closes(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    first_video(page)
    ask(page, "POST", "/v1/feed", {"size": 30})
    nudge = page.locator("dialog[data-nudge]")
    for _ in range(5):
        page.reload()
        first_video(page)
        if nudge.count():
            break
    expect(nudge).to_be_visible()
    picture(page, "nudge-phone")
    with page.expect_response(re.compile(r"/dismiss$")) as dismissed:
        nudge.get_by_role("button", name="Keep watching").click()
    assert dismissed.value.ok
