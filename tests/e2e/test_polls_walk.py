"""A form is asked one statement after the other, and only its person sees the answer again."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from core.storage.database import Database
from tests.e2e.city import Cast, change_viewing
from tests.e2e.walker import Walker, ask, overflow, picture, problems

pytestmark = pytest.mark.e2e
STATEMENTS = 5


def test_a_form_asks_one_statement_after_the_other(walk: Walker, cast: Cast, city_database: Database) -> None:
    person = cast.adult()
    page = walk.sign_in(person)
    page.locator("article.item").first.wait_for()

    def due(state: dict[str, Any]) -> None:
        state.update(
            last_offer_at={"look_back": datetime.now(UTC).isoformat()}, poll_offers=[], session_polls=0,
            session_videos=20, outstanding_videos=0, paused_at=None,
        )  # fmt: skip

    change_viewing(city_database, person, due)
    walk.open(page, "/feed")
    poll = page.locator("[data-poll]")
    poll.scroll_into_view_if_needed()
    statement = poll.locator(".statement")
    expect(poll).to_contain_text("Thinking of the last two weeks")
    seen = []
    for number in range(STATEMENTS):
        seen.append(statement.inner_text())
        if number == 1:
            assert problems(page) == []
            assert overflow(page) == 0
            picture(page, "poll-form-phone")
        if number < STATEMENTS - 1:
            poll.get_by_role("button", name="Mostly").click()
            expect(statement).not_to_have_text(seen[-1])
    with page.expect_response(re.compile(r"/v1/polls/")) as answered:
        poll.get_by_role("button", name="Mostly").click()
    assert answered.value.status == 204
    assert len(set(seen)) == STATEMENTS
    said = next(series for series in ask(page, "GET", "/v1/me/answers")["data"] if series["kind"] == "who5")
    assert [point["value"] for point in said["points"]] == [80.0]
    walk.open(page, "/time")
    expect(page.locator("#said figure")).to_have_count(1)
