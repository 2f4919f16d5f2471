"""Warning labels, a budget of one's own, and what My time says of both."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.records_wellbeing import Setting
from core.storage.database import Database
from core.storage.family import FamilyLinks
from tests.e2e.city import Cast, change_viewing
from tests.e2e.walker import DESKTOP, PHONE, Walker, ask, overflow, picture, problems

pytestmark = pytest.mark.e2e
WATCHED_S = 3 * 3600 + 90


def label_of(page: Page) -> Any:
    """Return the label that fills the screen."""
    return page.locator("dialog.warning")


def test_a_label_on_first_use_fills_the_screen_and_may_be_skipped(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.newcomer("Cali", age=16, jurisdiction="US-CA"))
    label = label_of(page)
    expect(label).to_be_visible()
    expect(label.get_by_role("timer", name="Seconds left")).to_contain_text("seconds")
    expect(label.get_by_role("heading", name="A warning from the Surgeon General")).to_be_focused()
    assert problems(page) == []
    assert overflow(page) == 0
    picture(page, "label-skippable-phone")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.wait_for_timeout(400)  # colours glide from one theme to the other
    assert problems(page) == []
    picture(page, "label-skippable-desktop-dark")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.keyboard.press("Escape")
    expect(label).to_be_visible()
    assert page.locator("article.item").count() == 0  # nothing is laid out, let alone played, under it
    with page.expect_response(re.compile(r"/v1/labels/.+/shown$")) as shown:
        label.get_by_role("button", name="Skip").click()
    assert shown.value.status == 204
    page.locator("article.item .tap").first.click()
    page.wait_for_function("() => document.querySelector('article.item video').currentTime > 0.2")
    assert "lease=" in page.locator("article.item video").first.evaluate("(video) => video.currentSrc")
    page.reload()
    page.locator("article.item").first.wait_for()
    expect(label).to_have_count(0)  # once a day


def test_a_label_after_three_hours_cannot_be_skipped(walk: Walker, cast: Cast, city_database: Database) -> None:
    parent = cast.parent()
    teen = cast.newcomer("Three", age=17, jurisdiction="US-CA", guardian=parent)
    with city_database.write() as tx:
        for control, value in (("daily_minutes", 240), ("daily_videos", 600)):
            FamilyLinks(tx).set_control(teen.id, Setting(control, value, parent.id, datetime.now(UTC)))
    page = walk.sign_in(teen)
    label_of(page).get_by_role("button", name="Skip").click()
    page.locator("article.item").first.wait_for()
    change_viewing(city_database, teen, lambda state: state.update(elapsed_s_today=WATCHED_S))
    page.reload()
    label = label_of(page)
    go_on = label.locator("[data-action=label]")
    expect(go_on).to_be_disabled()
    picture(page, "label-held-phone")
    for _ in range(2):
        page.keyboard.press("Escape")
    expect(label).to_be_visible()
    expect(go_on).to_be_enabled(timeout=40_000)
    expect(label.get_by_role("status")).to_have_text("You can go on now.")
    go_on.click()
    page.locator("article.item").first.wait_for(timeout=15_000)
    expect(label).to_have_count(0)


def test_i_give_myself_minutes_and_the_feed_stops_when_they_are_over(
    walk: Walker, cast: Cast, city_database: Database
) -> None:
    person = cast.adult()
    page = walk.sign_in(person)
    page.locator("article.item").first.wait_for()
    page.get_by_role("button", name="Only so long, then stop").click()
    picture(page, "budget-sheet-phone")
    assert problems(page) == []
    page.get_by_role("dialog").get_by_role("button", name="15 min").click()
    expect(page.locator("#budget-open")).to_contain_text("15 min")
    picture(page, "budget-chip-phone")
    change_viewing(city_database, person, lambda state: state["budget"].update(elapsed_s=4 * 60 + 5))
    walk.open(page, "/time")
    expect(page.locator("[data-budget]")).to_contain_text("11 of 15 minutes left")
    change_viewing(city_database, person, lambda state: state["budget"].update(elapsed_s=15 * 60))
    walk.open(page, "/feed")
    pause = page.locator("[data-pause=budget]")
    expect(pause).to_contain_text("Your time is up, as you asked")
    expect(pause).to_contain_text("until it opens again")
    page.wait_for_load_state("networkidle")  # what friends made has its pictures
    picture(page, "budget-over-phone")
    pause.get_by_role("link", name="My time").click()
    page.get_by_role("button", name="End this").click()
    expect(page.locator("#limits")).to_contain_text("Only so long, then stop")
    assert ask(page, "POST", "/v1/feed", {"size": 4})["pause"] is None
