"""A person in front of a browser: signs in, opens pages, and notices what no one should ever see."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from core.records import Person

PHONE = (390, 844)
SMALL_PHONE = (360, 740)
DESKTOP = (1280, 800)
AUDIT = (Path(__file__).parent / "audit.js").read_text()
PICTURES = Path(os.environ.get("KINDLING_SCREENSHOTS", "screenshots"))


@dataclass
class Walker:
    """Opens contexts of one browser; each is one person on one device."""

    browser: Browser
    url: str
    console: list[str] = field(default_factory=list)
    left_the_origin: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()  # parts of console lines that a walk provokes on purpose
    _contexts: list[BrowserContext] = field(default_factory=list)

    def device(self, size: tuple[int, int] = PHONE, theme: str = "light") -> Page:
        """Return an empty page on a device of this size."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, accept_downloads=True,  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.on("request", self._note_request)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.console.append(str(error.error)))
        self._contexts.append(context)
        return context.new_page()

    def sign_in(self, person: Person, size: tuple[int, int] = PHONE, theme: str = "light") -> Page:
        """Return a page on which this person has just been chosen, at their feed."""
        page = self.device(size, theme)
        page.goto(f"{self.url}/?query={person.handle}")
        page.locator(".results button", has_text=f"@{person.handle},").click()
        page.wait_for_url("**/feed")
        return page

    def open(self, page: Page, path: str) -> Page:
        """Go to a page and wait until nothing on it is still loading."""
        page.goto(f"{self.url}{path}")
        settled(page)
        return page

    def close(self) -> None:
        """Close every device."""
        for context in self._contexts:
            context.close()

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.left_the_origin.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or any(part in message.text for part in self.expected):
            return
        self.console.append(f"{message.text} ({message.location.get('url', '')})")


def settled(page: Page) -> None:
    """Wait until nothing on a page is still loading."""
    page.wait_for_function("() => document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')")


def problems(page: Page) -> list[str]:
    """Return what stands in the way of people who do not see the page or do not use a mouse."""
    found: list[str] = page.evaluate(AUDIT)
    return found


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"))


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def ask(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call the API from the page, as its own scripts do."""
    return page.evaluate(
        """async ([method, path, body]) => {
            const init = { method, headers: { "Content-Type": "application/json" } };
            if (body) init.body = JSON.stringify(body);
            const response = await fetch(path, init);
            return response.status === 204 ? null : response.json();
        }""",
        [method, path, body],
    )
