"""Messages: two people write to each other; words that hurt are stopped; strangers do not reach the young."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, Walker, overflow, picture, problems

pytestmark = pytest.mark.e2e


def write_to(page: Page, handle: str) -> None:
    """Open a conversation with someone."""
    page.get_by_label("Write to someone").fill(handle)
    page.get_by_role("button", name="Write", exact=True).click()


def test_two_people_write_to_each_other(walk: Walker, cast: Cast) -> None:
    walk.expected = ("400", "403")  # the message that is refused
    one, other = cast.adult(), cast.adult()
    page = walk.open(walk.sign_in(one), "/messages")
    write_to(page, other.handle)
    expect(page.get_by_role("heading", name=f"With {other.display_name}")).to_be_focused()
    page.get_by_label("Your message").fill("Your paper boats made my day. How do you fold them?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".thread")).to_contain_text("paper boats")

    answering = walk.open(walk.sign_in(other, DESKTOP), "/messages")
    answering.locator("#talks").get_by_role("button", name=one.display_name).click()
    expect(answering.locator(".thread li")).to_have_count(1)
    answering.get_by_label("Your message").fill("Twice over, then <b>gently</b>.")
    answering.get_by_role("button", name="Send").click()
    expect(answering.locator(".thread li.mine")).to_contain_text("then <b>gently</b>.")
    picture(answering, "messages-desktop")

    walk.open(page, "/messages")
    page.locator("#talks").get_by_role("button", name=other.display_name).click()
    expect(page.locator(".thread li")).to_have_count(2)
    page.get_by_label("Your message").fill("I will kill you and your whole family, you worthless piece of dirt")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#write-error")).to_be_visible()
    expect(page.locator(".thread li")).to_have_count(2)
    assert problems(page) == []
    assert overflow(page) == 0
    picture(page, "messages-phone")


def test_a_stranger_cannot_find_a_teen_to_write_to(walk: Walker, cast: Cast) -> None:
    teen = cast.newcomer("Quiet", age=14)
    page = walk.open(walk.sign_in(cast.adult()), "/messages")
    write_to(page, teen.handle)
    expect(page.locator("#start-error")).to_contain_text("no one by that handle")
