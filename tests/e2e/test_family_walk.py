"""A family's agreements: for a while only, for two teens side by side, with the same card and history on both sides."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.clock import SystemClock
from core.records import Person
from core.settings import Settings
from core.tokens import TokenIssuer, open_key
from core.vocabulary import Scope
from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, Walker, ask, overflow, picture, problems, settled

pytestmark = pytest.mark.e2e
CONTROLS = """(card) => [...card.querySelectorAll("[data-control]")].map((row) => {
    const field = row.querySelector("select, input");
    return [row.dataset.control, field.type === "checkbox" ? String(field.checked) : field.value];
})"""


@pytest.fixture
def issuer(city_home: Path) -> TokenIssuer:
    """Mints the help desk's token, as an operator does."""
    settings = Settings(home=city_home)
    return TokenIssuer(open_key(settings.keys), issuer=settings.issuer, audience=settings.audience, clock=SystemClock())


def card_of(page: Page, teen: Person) -> Locator:
    """Return a teen's card, on either side."""
    return page.locator(f"[data-teen={teen.id}]")


def lines_of(page: Page, teen: Person) -> list[str]:
    """Return what happened in the family, as this side reads it."""
    return card_of(page, teen).locator(".timeline li > span").all_inner_texts()


def test_a_change_for_a_day_says_until_when_on_both_sides(walk: Walker, cast: Cast) -> None:
    parent = cast.parent()
    teen = cast.newcomer("Tempo", age=15, guardian=parent)
    guardian = walk.open(walk.sign_in(parent), "/family")
    card = card_of(guardian, teen)
    card.get_by_label("Changes made here hold").select_option("for a day")
    card.get_by_label("Videos each day", exact=True).select_option("300")
    row = card.locator("[data-control=daily_videos]")
    expect(row).to_contain_text("Until ")
    expect(card.get_by_label("Changes made here hold")).to_have_value("24")  # what was chosen stays
    settled(guardian)
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
    parent = cast.parent()
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


def test_a_teen_asks_a_guardian_answers_and_the_minutes_are_there(walk: Walker, cast: Cast) -> None:
    parent = cast.parent()
    teen = cast.newcomer("Asker", age=15, guardian=parent)
    asking = walk.open(walk.sign_in(teen), "/family")
    asking.get_by_role("button", name="15 more minutes today").click()
    asking.get_by_label("Say why, if you like").fill("We are finishing a film together.")
    assert problems(asking) == []
    asking.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    expect(asking.locator("[data-ask]")).to_contain_text("Waits for an answer")
    asking.get_by_role("button", name="Ask about: Videos each day").click()
    asking.get_by_label("Please look at it again").check()
    picture(asking, "family-ask-phone")
    asking.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    expect(asking.locator("[data-ask]")).to_have_count(2)

    guardian = walk.open(walk.sign_in(parent), "/family")
    expect(guardian.locator("#news")).to_contain_text("asked for 15 more minutes today")
    picture(guardian, "family-news-phone")
    minutes = guardian.locator("[data-ask]").filter(has_text="15 more minutes")
    expect(minutes).to_contain_text("We are finishing a film together.")
    settled(guardian)
    minutes.scroll_into_view_if_needed()
    picture(guardian, "family-answer-phone")
    minutes.locator("[data-settle=grant]").click()
    expect(minutes).to_contain_text("Yes, says you")
    guardian.locator("[data-ask]").filter(has_text="Videos each day").locator("[data-settle=decline]").click()
    walk.open(guardian, "/family")
    expect(guardian.locator("#news")).to_be_hidden()

    walk.open(asking, "/family")
    expect(asking.locator("#news")).to_contain_text("gave 15 more minutes for today")
    expect(asking.locator("[data-ask]").filter(has_text="15 more minutes")).to_contain_text(
        f"Yes, says {parent.display_name}"
    )
    expect(asking.locator("[data-ask]").filter(has_text="Videos each day")).to_contain_text("Not now")
    assert lines_of(guardian, teen) == lines_of(asking, teen)
    assert problems(asking) == []
    picture(asking, "family-answered-phone")


def test_a_day_that_is_over_offers_to_ask_for_more(walk: Walker, cast: Cast) -> None:
    parent = cast.parent()
    teen = cast.newcomer("Done", age=15, guardian=parent)
    guardian = walk.open(walk.sign_in(parent), "/family")
    card_of(guardian, teen).get_by_label("Videos each day", exact=True).select_option("0")
    expect(guardian.locator(".toast").last).to_contain_text("saved")
    page = walk.sign_in(teen)
    pause = page.locator("[data-pause=daily_limit]")
    pause.get_by_role("button", name="Ask for 15 more minutes").click()
    expect(pause.get_by_role("status")).to_contain_text("Asked.")
    picture(page, "pause-ask-phone")
    assert len(ask(guardian, "GET", f"/v1/family/{teen.id}/asks")["data"]) == 1


def test_a_consent_is_recorded_for_both_to_see_and_taken_back(walk: Walker, cast: Cast, issuer: TokenIssuer) -> None:
    walk.expected = ("403",)  # loosened before there is a consent
    parent = cast.parent()
    teen = cast.newcomer("Consent", age=15, jurisdiction="US-CA", guardian=parent)
    page = walk.open(walk.sign_in(parent), "/family")
    card = card_of(page, teen)
    card.get_by_text("What is shown").click()
    card.get_by_role("switch", name="Personalised feed").click()
    expect(page.locator(".toast").last).to_contain_text("asks for your consent first")
    attested = page.context.request.post(
        f"{walk.url}/v1/review/ages", data={"person_id": parent.id, "at_least_years": 18},
        headers={"Authorization": f"Bearer {issuer.mint('desk', [Scope.REVIEWER], 300)}"},
    )  # fmt: skip
    card.get_by_text("Consents", exact=True).click()
    card.get_by_label("Consent to a feed").fill(attested.json()["attestation"])
    card.get_by_role("button", name="Consent", exact=True).click()
    consent = card.locator("[data-consent]")
    expect(consent).to_contain_text("Given by you")
    card.get_by_role("switch", name="Personalised feed").click()
    expect(page.locator(".toast").last).to_contain_text("Personalised feed: saved")
    expect(card.get_by_role("switch", name="Personalised feed")).to_be_checked()
    settled(page)
    assert problems(page) == []
    consent.scroll_into_view_if_needed()
    picture(page, "family-consent-phone")

    other = walk.open(walk.sign_in(teen), "/family")
    card_of(other, teen).get_by_text("Consents", exact=True).click()
    seen = card_of(other, teen).locator("[data-consent]")
    expect(seen).to_contain_text(f"Given by {parent.display_name}")
    seen.get_by_role("button", name="Take back").click()
    other.get_by_role("button", name="Take it back").click()
    expect(seen).to_contain_text("Taken back by you")
    values = ask(other, "GET", f"/v1/family/{teen.id}/controls")["controls"]
    assert next(control["value"] for control in values if control["name"] == "personalisation") is False
