"""Every page, in both themes and three sizes: names, landmarks, contrast, focus, no sideways scrolling."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.city import Cast
from tests.e2e.walker import DESKTOP, PHONE, SMALL_PHONE, Walker, overflow, picture, problems

pytestmark = pytest.mark.e2e
PATHS = ("/feed", "/create", "/messages", "/family", "/me", "/time", "/", "/nowhere")
FOCUS = """() => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    const rings = [at, at.nextElementSibling].filter(Boolean).map((element) => getComputedStyle(element));
    const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const seen = rings.some((style) => outlined(style) || style.boxShadow !== "none");
    return { seen, what: at.outerHTML.slice(0, 120) };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_can_be_used_by_everyone(walk: Walker, cast: Cast, theme: str, size: tuple[int, int]) -> None:
    walk.expected = ("404",)  # /nowhere
    page = walk.sign_in(cast.guardian, size, theme)
    found = {}
    for path in PATHS:
        walk.open(page, path)
        found[path] = problems(page)
        device = "phone" if size == PHONE else "desktop"
        picture(page, f"page-{path.strip('/') or 'start'}-{device}-{theme}")
    assert {path: said for path, said in found.items() if said} == {}


def test_nothing_scrolls_sideways_on_a_small_phone(walk: Walker, cast: Cast) -> None:
    walk.expected = ("404",)
    page = walk.sign_in(cast.guardian, SMALL_PHONE)
    assert {path: overflow(walk.open(page, path)) for path in PATHS} == dict.fromkeys(PATHS, 0)


def test_the_focus_can_always_be_seen(walk: Walker, cast: Cast) -> None:
    page = walk.sign_in(cast.guardian, DESKTOP)
    for path in ("/create", "/messages", "/family", "/me", "/time", "/"):
        walk.open(page, path)
        assert _tab_through(page, 25) == [], path


def _tab_through(page: Page, steps: int) -> list[str]:
    unseen = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus and not focus["seen"]:
            unseen.append(focus["what"])
    return unseen


def test_the_theme_can_be_chosen_and_stays(walk: Walker, cast: Cast) -> None:
    page = walk.open(walk.sign_in(cast.guardian, DESKTOP), "/me")
    page.get_by_role("button", name="Change theme").click()
    page.get_by_role("button", name="Change theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    walk.open(page, "/create")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_pages_of_ones_own_ask_to_choose_a_person_first(walk: Walker) -> None:
    page = walk.device()
    page.goto(f"{walk.url}/family")
    expect(page).to_have_url(f"{walk.url}/?next=/family")
