"""Templates and static files: rendered with autoescape, served with a hash in their address."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from api.pages.people import Face

FOLDER = Path(__file__).parent
STATIC = StaticFiles(directory=FOLDER / "static")


@cache
def _environment() -> Environment:
    """Return the templates. A name that no one gave a value is an error, not an empty string."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["static"] = static_url
    environment.globals["icons"] = static_url("icons.svg")
    return environment


@cache
def _release() -> str:
    """Return a short hash over all static files: they import one another, so they change address together."""
    digest = hashlib.sha256()
    for path in sorted((FOLDER / "static").iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a static file. It holds the release's hash, so browsers may keep the file for good."""
    return f"/static/{_release()}/{name}"


def page(template: str, request: Request, me: Face | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for whoever is signed in."""
    values |= {"page": template.removesuffix(".html"), "me": me, "path": request.url.path, "status": status}
    text = _environment().get_template(template).render(**values)
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


_WORDS = {
    403: ("This is not yours to open", "You are signed in as someone who may not see this page."),
    404: ("There is nothing here", "The page may have moved, or the video was taken back by whoever made it."),
    405: ("That is not how this opens", "Go back and use the button on the page."),
    429: ("A moment, please", "That was a lot at once. Wait a little and try again."),
    503: ("Back in a moment", "A part of Kindling is resting. Try again in a minute."),
}


def error_page(request: Request, status: int) -> HTMLResponse:
    """Return a friendly page for an error, for readers who asked for HTML."""
    fallback = ("Something went wrong", "It is not your fault. Try again, or go back to the feed.")
    title, text = _WORDS.get(status, fallback)
    signed_in = "kindling_token" in request.cookies
    return page("error.html", request, None, status=status, title=title, text=text, signed_in=signed_in)


def wants_html(request: Request) -> bool:
    """Tell whether a browser is asking for a page, and not a client for the API."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
