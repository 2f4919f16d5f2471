"""A teen's feed waits to be asked, and pauses; a family agrees on limits that hold on the next page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, Walker, ask, picture

pytestmark = pytest.mark.e2e


def ids(page: Page) -> list[str]:
    """Return the videos on the reel, in order."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('article.item')].map((node) => node.item.video.id)"
    )
    return found


def test_a_teens_feed_waits_for_them_and_pauses_after_the_limit(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.teen())
    page.locator("article.item").first.wait_for()
    expect(page.locator("#reel")).to_have_attribute("data-continuous", "false")
    assert page.locator("article.item video").first.evaluate("(video) => video.paused")
    picture(page, "feed-teen-phone")
    page.locator("article.item .tap").first.click()
    page.wait_for_function("() => document.querySelector('article.item video').currentTime > 0.2")
    seen = 0
    for _ in range(12):
        seen = len(ids(page))
        page.locator("[data-action=show-more]").scroll_into_view_if_needed()
        page.locator("[data-action=show-more]").click()
        page.wait_for_function(
            "(n) => document.querySelectorAll('article.item').length > n || document.querySelector('[data-pause]')",
            arg=seen,
        )
        if page.locator("[data-pause]").count():
            break
    pause = page.locator("[data-pause]")
    expect(pause).to_be_visible()
    expect(pause.get_by_role("timer")).to_contain_text("until it opens again")
    expect(pause.get_by_role("link", name="Make this")).to_be_visible()
    picture(page, "pause-phone")
    assert ask(page, "POST", "/v1/feed", {"size": 8})["items"] == []


def test_guardian_and_teen_agree_see_the_same_and_the_limit_holds_at_once(walk: Walker, cast: Cast) -> None:
    parent, child = cast.adult(), cast.teen()
    guardian, teen = walk.sign_in(parent, DESKTOP), walk.sign_in(child)
    teen.locator("article.item").first.wait_for()

    walk.open(guardian, "/family")
    guardian.get_by_label("Invite a teen").fill(child.handle)
    guardian.get_by_role("button", name="Invite", exact=True).click()
    expect(guardian.locator("#links")).to_contain_text("Has not answered yet")

    walk.open(teen, "/family")
    teen.get_by_role("button", name="Accept").click()
    expect(teen.locator("#links")).to_contain_text("Looks after you")

    walk.open(guardian, "/family")
    card = guardian.locator(f"[data-teen={child.id}]")
    videos = card.get_by_label("Videos each day", exact=True)
    with guardian.expect_response(lambda answer: answer.request.method == "PUT" and "/controls" in answer.url) as saved:
        videos.select_option("10")
    assert saved.value.ok
    expect(card.locator("[data-control=daily_videos] [data-set-by=guardian]")).to_contain_text("you")
    picture(guardian, "family-guardian-desktop")

    handed_out = len(ask(teen, "POST", "/v1/feed", {"size": 8})["items"])
    assert handed_out <= 2  # eight were handed out when the feed opened, ten is the day's limit
    walk.open(teen, "/family")
    mine = teen.locator(f"[data-teen={child.id}]")
    expect(mine.get_by_label("Videos each day", exact=True)).to_have_value("10")
    expect(mine.locator("[data-control=daily_videos] [data-set-by=guardian]")).to_contain_text(parent.display_name)
    picture(teen, "family-teen-phone")
    logs = [
        [re.sub(r",.*", "", line) for line in page.locator(".timeline li > span").all_inner_texts()]
        for page in (guardian.locator(f"[data-teen={child.id}]"), mine)
    ]
    assert logs[0] == logs[1]
    assert len(logs[0]) >= 3  # invited, accepted, set
