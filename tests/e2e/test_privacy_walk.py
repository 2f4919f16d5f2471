"""A private account: whoever wants to follow asks, and I decide."""

import pytest
from playwright.sync_api import expect

from tests.e2e.city import Cast
from tests.e2e.walker import Walker, ask, picture

pytestmark = pytest.mark.e2e


def test_followers_of_a_private_account_wait_for_my_answer(walk: Walker, cast: Cast) -> None:
    mine, one, other = cast.adult(), cast.adult(), cast.adult()
    page = walk.open(walk.sign_in(mine), "/me")
    before = ask(page, "GET", "/v1/me")["followers"]
    page.get_by_role("switch", name="Private account").click()
    expect(page.locator(".toast").last).to_contain_text("asks first")
    askers = []
    for person in (one, other):
        asking = walk.sign_in(person)
        ask(asking, "PUT", f"/v1/people/{mine.id}/follow")
        askers.append(asking)
    walk.open(page, "/me")
    page.locator("#privacy").scroll_into_view_if_needed()
    picture(page, "me-follow-requests-phone")
    page.get_by_role("button", name=f"Let them: {one.display_name}").click()
    expect(page.locator("[data-asks]")).to_have_count(1)
    page.get_by_role("button", name=f"Not now: {other.display_name}").click()
    expect(page.locator("#privacy")).to_contain_text("No one waits")
    assert ask(page, "GET", "/v1/me")["followers"] == before + 1
    assert ask(askers[0], "GET", f"/v1/people/{mine.id}")["following"] is True
    assert ask(askers[1], "GET", f"/v1/people/{mine.id}")["following"] is False
