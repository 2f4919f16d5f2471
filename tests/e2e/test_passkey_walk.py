"""Proving that it is you: a passkey is added, asked for when a limit is loosened, refused to others, and removed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.clock import ManualClock
from core.records import Person
from core.settings import Settings
from core.tokens import TokenIssuer, open_key
from core.vocabulary import Scope
from tests.e2e.authenticator import Authenticator
from tests.e2e.city import Cast
from tests.e2e.walker import Walker, ask, picture, problems

pytestmark = pytest.mark.e2e
SCOPES = (Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)


@pytest.fixture
def signed_in_long_ago(city_home: Path, walk: Walker) -> TokenIssuer:
    """Mints tokens of a sign-in ten minutes ago: too long to loosen anything with."""
    settings = Settings(home=city_home)
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=10))
    return TokenIssuer(open_key(settings.keys), issuer=settings.issuer, audience=settings.audience, clock=clock)


def carry(page: Page, walk: Walker, issuer: TokenIssuer, person: Person) -> None:
    """Give the browser the cookie of that sign-in."""
    token = issuer.mint(person.id, SCOPES, 12 * 3600)
    page.context.add_cookies([{"name": "kindling_token", "value": token, "url": walk.url, "httpOnly": True}])


def add_passkey(page: Page, name: str) -> None:
    """Add a passkey under Me."""
    page.get_by_label("Add a passkey").fill(name)
    page.locator("#passkeys").get_by_role("button", name="Add", exact=True).click()


def test_a_passkey_is_added_proves_who_i_am_and_is_removed(
    walk: Walker, cast: Cast, signed_in_long_ago: TokenIssuer
) -> None:
    walk.expected = ("403",)  # loosening without a fresh proof, once on purpose each time
    parent = cast.parent()
    teen = cast.newcomer("Locke", age=15, guardian=parent)
    page = walk.open(walk.sign_in(parent), "/me")
    key = Authenticator(page)
    add_passkey(page, "My phone")
    expect(page.locator("#passkeys li")).to_contain_text("My phone")
    assert key.keys() == 1
    page.locator("#passkeys").scroll_into_view_if_needed()
    picture(page, "me-passkeys-phone")

    carry(page, walk, signed_in_long_ago, parent)
    walk.open(page, "/family")
    minutes = page.locator(f"[data-teen={teen.id}]").get_by_label("Minutes in the feed each day", exact=True)
    minutes.select_option("120")
    proof = page.get_by_role("dialog")
    expect(proof).to_contain_text("Is it really you?")
    assert problems(page) == []
    picture(page, "family-step-up-phone")
    key.recognise(owner=False)
    proof.get_by_role("button", name="Use my passkey").click()
    expect(proof.get_by_role("alert")).to_contain_text("was not used")
    key.recognise(owner=True)
    with page.expect_response(lambda got: got.request.method == "PUT" and got.status == 200):  # the change, sent again
        proof.get_by_role("button", name="Use my passkey").click()
    expect(proof).to_have_count(0)
    expect(minutes).to_have_value("120")
    controls = ask(page, "GET", f"/v1/family/{teen.id}/controls")["controls"]
    assert next(item["value"] for item in controls if item["name"] == "daily_minutes") == 120

    walk.open(page, "/me")
    page.get_by_role("button", name="Remove My phone").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("dialog").get_by_role("button", name="Use my passkey").click()
    expect(page.locator("#passkeys")).to_contain_text("No passkey yet")


def test_without_a_passkey_i_am_told_how_to_sign_in_again_and_nothing_changes(
    walk: Walker, cast: Cast, signed_in_long_ago: TokenIssuer
) -> None:
    walk.expected = ("403",)
    parent = cast.parent()
    teen = cast.newcomer("Keane", age=15, guardian=parent)
    page = walk.sign_in(parent)
    carry(page, walk, signed_in_long_ago, parent)
    walk.open(page, "/family")
    minutes = page.locator(f"[data-teen={teen.id}]").get_by_label("Minutes in the feed each day", exact=True)
    minutes.select_option("30")
    expect(page.locator(".toast").last).to_contain_text("saved")  # tightening needs no proof
    minutes.select_option("120")
    proof = page.get_by_role("dialog")
    expect(proof.get_by_role("button", name="Use my passkey")).to_have_count(0)
    expect(proof.get_by_role("link", name="Sign in again")).to_have_attribute("href", "/?next=/family")
    proof.get_by_role("button", name="Close").click()
    expect(page.locator(".toast").last).to_contain_text("Nothing was changed")
    expect(minutes).to_have_value("30")


def test_signing_out_everywhere_ends_this_device_too(walk: Walker, cast: Cast) -> None:
    page = walk.open(walk.sign_in(cast.parent()), "/me")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{walk.url}/")
    page.goto(f"{walk.url}/me")
    expect(page).to_have_url(f"{walk.url}/?next=/me")
