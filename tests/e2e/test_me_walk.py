"""My data: what is kept can be taken along, switched off and forgotten."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.ids import PollId
from core.records_wellbeing import StoredPoll
from core.storage.database import Database
from core.storage.polls import Polls
from tests.e2e.city import Cast
from tests.e2e.walker import Walker, ask, overflow, picture, problems

pytestmark = pytest.mark.e2e


def test_my_data_can_be_exported_switched_off_and_forgotten(walk: Walker, cast: Cast, tmp_path: Path) -> None:
    person = cast.adult()
    page = walk.open(walk.sign_in(person), "/me")
    picture(page, "me-phone")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    saved = tmp_path / "export.json"
    download.value.save_as(saved)
    assert json.loads(saved.read_text())["person"]["handle"] == person.handle

    with page.expect_response(re.compile(r"/v1/me/signals$")) as switched:
        page.get_by_role("switch", name="What you do here").click()
    assert switched.value.ok
    assert ask(page, "GET", "/v1/me/signals")["signals"]["in_app_activity"] is False

    page.get_by_role("button", name="Reset").click()
    with page.expect_response(re.compile(r"/v1/me/reset$")) as reset:
        page.get_by_role("button", name="Forget it").click()
    assert reset.value.ok
    expect(page.locator(".toast").last).to_contain_text("starts afresh")


def test_a_steer_can_be_undone_from_my_data(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.adult())
    ask(page, "POST", "/v1/steers", {"text": "more foxes"})
    walk.open(page, "/me")
    page.get_by_role("button", name="Undo: more foxes").click()
    expect(page.locator("#steers")).to_contain_text("No steers")


def test_my_own_break_closes_the_feed_until_i_end_it(walk: Walker, cast: Cast) -> None:
    page = walk.open(walk.sign_in(cast.adult()), "/me")
    page.get_by_role("button", name="15 min").click()
    expect(page.locator("#time")).to_contain_text("closed until")
    assert ask(page, "POST", "/v1/feed", {"size": 4})["pause"]["kind"] == "break"
    page.get_by_role("button", name="End my break").click()
    expect(page.locator("#time")).to_contain_text("Take a break")


def test_my_time_shows_what_i_said_without_a_score_to_chase(walk: Walker, cast: Cast, city_database: Database) -> None:
    person = cast.adult()
    now = datetime.now(UTC)
    with city_database.write() as tx:
        for place, (kind, value) in enumerate([("mood", 2.0), ("mood", 4.0), ("mood", 5.0), ("who5", 40.0)]):
            poll = StoredPoll(PollId(f"poll_time_{place}"), person.id, kind, now - timedelta(days=9 - place))
            Polls(tx).offer(poll)
            Polls(tx).answer(poll.id, value, poll.offered_at)
    page = walk.sign_in(person)
    walk.open(page, "/me")
    page.get_by_role("link", name="My time").click()
    expect(page.locator("#said figure")).to_have_count(2)
    expect(page.locator("#said")).to_contain_text("This is no diagnosis")
    expect(page.locator("#limits")).to_contain_text("Take a break")
    walk.open(page, "/time")
    assert problems(page) == []
    assert overflow(page) == 0
    picture(page, "time-phone")


def test_goals_are_stated_make_progress_and_end_without_a_trace(walk: Walker, cast: Cast) -> None:
    walk.expected = ("422",)  # the goal that is refused
    page = walk.open(walk.sign_in(cast.adult()), "/time")
    goals = page.locator("#goals")
    goals.get_by_label("A goal, in your words").fill("Lose weight fast")
    goals.get_by_role("button", name="Add").click()
    expect(goals.get_by_role("alert")).to_be_visible()
    goals.get_by_label("A goal, in your words").fill("Start a pottery shop")
    goals.get_by_role("button", name="Add").click()
    expect(goals.locator("[data-goal]")).to_contain_text("Nothing yet, and no hurry.")
    expect(goals).to_contain_text("of your feed")
    goals.scroll_into_view_if_needed()
    picture(page, "time-goals-phone")
    goals.get_by_role("button", name="End: Start a pottery shop").click()
    expect(goals).to_contain_text("No goals")
    assert ask(page, "GET", "/v1/goals")["data"] == []


def test_of_chats_only_topics_are_kept_and_they_can_be_forgotten(walk: Walker, cast: Cast) -> None:
    page = walk.open(walk.sign_in(cast.adult()), "/me")
    chats = page.locator("#chats")
    chats.get_by_text("Chats you handed over").click()
    chats.get_by_label("Messages of your own").fill("Baked a sourdough loaf\nCooking pasta for everyone tonight")
    chats.get_by_role("button", name="Hand over").click()
    expect(chats.get_by_role("list", name="Topics")).to_be_visible()
    expect(chats).to_contain_text("They are not used")
    assert problems(page) == []
    chats.scroll_into_view_if_needed()
    picture(page, "me-chats-phone")
    chats.get_by_role("button", name="Forget them").click()
    expect(chats.get_by_role("list", name="Topics")).to_have_count(0)
    assert ask(page, "GET", "/v1/me/chat-history")["topics"] == []
