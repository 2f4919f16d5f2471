"""A family's agreements: for a while only, for two teens side by side, with the same card and history on both sides."""

import pytest
from playwright.sync_api import Locator, Page, expect

from core.records import Person
from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, Walker, ask, overflow, picture, problems

pytestmark = pytest.mark.e2e
CONTROLS = """(card) => [...card.querySelectorAll("[data-control]")].map((row) => {
    const field = row.querySelector("select, input");
    return [row.dataset.control, field.type === "checkbox" ? String(field.checked) : field.value];
})"""


def card_of(page: Page, teen: Person) -> Locator:
    """Return a teen's card, on either side."""
    return page.locator(f"[data-teen={teen.id}]")


def lines_of(page: Page, teen: Person) -> list[str]:
    """Return what happened in the family, as this side reads it."""
    return card_of(page, teen).locator(".timeline li > span").all_inner_texts()


def test_a_change_for_a_day_says_until_when_on_both_sides(walk: Walker, cast: Cast) -> None:
    parent = cast.adult()
    teen = cast.newcomer("Tempo", age=15, guardian=parent)
    guardian = walk.open(walk.sign_in(parent), "/family")
    card = card_of(guardian, teen)
    card.get_by_label("Changes made here hold").select_option("for a day")
    card.get_by_label("Videos each day", exact=True).select_option("300")
    row = card.locator("[data-control=daily_videos]")
    expect(row).to_contain_text("Until ")
    expect(card.get_by_label("Changes made here hold")).to_have_value("24")  # what was chosen stays
    row.scroll_into_view_if_needed()
    picture(guardian, "family-for-a-day-phone")

    other = walk.open(walk.sign_in(teen), "/family")
    expect(card_of(other, teen).locator("[data-control=daily_videos]")).to_contain_text("Until ")
    assert guardian.evaluate(CONTROLS, card.element_handle()) == other.evaluate(
        CONTROLS, card_of(other, teen).element_handle()
    )
    assert lines_of(guardian, teen) == lines_of(other, teen)
    assert "until" in lines_of(other, teen)[0]
    assert problems(other) == []
    assert overflow(other) == 0
    picture(other, "family-teen-view-phone")


def test_two_teens_stand_side_by_side_and_each_keeps_their_own(walk: Walker, cast: Cast) -> None:
    parent = cast.adult()
    teens = [cast.newcomer(name, age=age, guardian=parent) for name, age in (("Ada", 13), ("Ben", 16))]
    page = walk.open(walk.sign_in(parent, DESKTOP), "/family")
    boxes = [card_of(page, teen).bounding_box() for teen in teens]
    assert all(box is not None for box in boxes)
    assert len({box["y"] for box in boxes if box}) == 1
    assert len({box["x"] for box in boxes if box}) == 2
    first = card_of(page, teens[0])
    first.get_by_label("Minutes in the feed each day", exact=True).select_option("20")
    expect(first.locator("[data-control=daily_minutes] [data-set-by=guardian]")).to_contain_text("you")
    values = [
        next(control["value"] for control in ask(page, "GET", f"/v1/family/{teen.id}/controls")["controls"]
             if control["name"] == "daily_minutes")
        for teen in teens
    ]  # fmt: skip
    assert values == [20, 60]
    assert problems(page) == []
    picture(page, "family-two-teens-desktop")
