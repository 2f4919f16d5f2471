"""Making a video: from a sentence, through live progress, to a follower's next page; and what a refusal says."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, Walker, ask, picture

pytestmark = pytest.mark.e2e
MADE_WITHIN_MS = 90_000


def test_a_sentence_becomes_a_video_on_a_followers_next_page(walk: Walker, cast: Cast) -> None:
    maker, friend = cast.creator_and_follower()
    # The friend is away from the feed before anything is published: their feed's own pages must not take it first.
    other = walk.open(walk.sign_in(friend), "/family")
    page = walk.open(walk.sign_in(maker, DESKTOP), "/create")
    page.get_by_label("What happens?").fill("A paper boat drifts over a quiet lake at sunset")
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.get_by_role("progressbar", name="Making your video")).to_be_visible()
    picture(page, "create-progress-desktop")
    expect(page.locator("#publish")).to_be_visible(timeout=MADE_WITHIN_MS)
    page.wait_for_function("() => document.querySelector('#result video').readyState >= 1")
    page.get_by_text("Made with AI").click()
    expect(page.locator(".provenance")).to_contain_text("Signature holds")
    picture(page, "create-preview-desktop")

    page.get_by_label("Caption").fill("Small boat, no hurry")
    with page.expect_response(re.compile(r"/publish$")) as published:
        page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Published")).to_be_visible()
    video_id = published.value.url.split("/")[-2]

    page_now = ask(other, "POST", "/v1/feed", {"size": 8, "mode": "chronological"})
    assert video_id in [item["video"]["id"] for item in page_now["items"]]
    walk.open(other, f"/watch/{video_id}")
    expect(other.get_by_role("heading", level=1)).to_have_text("Small boat, no hurry")
    picture(other, "watch-phone")


def test_a_refusal_names_the_rule_and_can_be_appealed(walk: Walker, cast: Cast) -> None:
    walk.expected = ("400", "403")
    page = walk.open(walk.sign_in(cast.adult()), "/create")
    page.get_by_label("What happens?").fill(
        "A man tortures and kills a screaming child, blood everywhere, in graphic detail"
    )
    page.get_by_role("button", name="Make it", exact=True).click()
    refused = page.locator("[data-refused]")
    expect(refused).to_be_visible()
    expect(refused).to_contain_text("Rule ")
    picture(page, "create-refused-phone")
    refused.get_by_role("button", name="This is a mistake").click()
    page.get_by_label("Why is it a mistake?").fill("It was a line from a play.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(refused.get_by_role("status")).to_contain_text("A person will look at it")


def test_a_remix_begins_with_what_it_remixes(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    page.locator("article.item").first.wait_for()
    page.locator("article.item [data-action=remix]").first.click()
    page.wait_for_url("**/create?remix=*")
    expect(page.locator("#remix-of")).to_contain_text("A remix of")
    expect(page.get_by_label("What should change?")).to_be_visible()
