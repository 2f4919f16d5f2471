"""The pages: choose a demo person, the feed, create, family, me. They call the JSON API with the same cookie."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Cookie, Depends, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.deps import COOKIE, ServerDep, check_same_origin, resolve_actor
from api.pages.people import Face
from api.pages.render import STATIC, page
from api.state import Server
from core.errors import NotAuthenticated
from core.ids import PersonId
from core.storage.people import People
from core.vocabulary import Scope
from pipelines.online.demo import search_people, suggested_people
from pipelines.online.family import controls_in

router = APIRouter(include_in_schema=False)

SESSION_S: Final = 12 * 3600
STYLES: Final = ("paper", "cinematic", "realistic", "anime", "neon")
_PLACES = {"/feed", "/create", "/family", "/me", "/messages", "/time"}
_SCOPES = (Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)


def visitor(server: ServerDep, cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None) -> Face | None:
    """Return who the cookie says is signed in, or None: a stale cookie is the same as none."""
    if not cookie:
        return None
    try:
        actor = resolve_actor(server, cookie)
    except NotAuthenticated:
        return None
    return None if actor.person_id is None else _face(server, actor.person_id)


def _face(server: Server, person_id: PersonId) -> Face | None:
    rooms = server.rooms
    with rooms.database.read() as tx:
        person = People(tx).find(person_id)
    return None if person is None else Face.of(person, rooms.clock.now())


VisitorDep = Annotated[Face | None, Depends(visitor)]


def _own_page(template: str, request: Request, me: Face | None, **values: Any) -> Response:
    if me is None:
        return RedirectResponse(f"/?next={quote(request.url.path)}", 303)
    return page(template, request, me, **values)


@router.get("/")
def start(
    request: Request,
    server: ServerDep,
    me: VisitorDep,
    query: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(alias="next", max_length=200)] = "/feed",
) -> Response:
    """What Kindling is, who is signed in, and in the demo whom to be."""
    rooms, demo = server.rooms, server.rooms.settings.demo
    now = rooms.clock.now()
    people = suggested_people(rooms) if demo else []
    matches = search_people(rooms, query) if demo and query else []
    return page(
        "start.html", request, me, demo=demo, query=query, next=_local(after),
        people=[Face.of(item.person, now, role=item.role, about=item.about) for item in people],
        matches=[Face.of(person, now) for person in matches],
    )  # fmt: skip


@router.get("/demo/people")
def demo_people(server: ServerDep, query: Annotated[str, Query(max_length=80)] = "") -> Response:
    """People whose name contains a text, for the search box of the first page."""
    _only_in_demo(server)
    now = server.rooms.clock.now()
    found = [Face.of(person, now) for person in search_people(server.rooms, query)] if query.strip() else []
    keys = ("id", "handle", "display_name", "is_minor")
    return JSONResponse({"data": [{key: getattr(face, key) for key in keys} for face in found]})


@router.post("/demo/enter")
def enter(
    request: Request,
    server: ServerDep,
    person_id: Annotated[str, Form(max_length=64)],
    after: Annotated[str, Form(alias="next", max_length=200)] = "/feed",
) -> Response:
    """Sign in as a demo person."""
    _only_in_demo(server)
    check_same_origin(request)
    if _face(server, PersonId(person_id)) is None:
        raise HTTPException(404)
    answer = RedirectResponse(_local(after), 303)
    token = server.issuer.mint(person_id, _SCOPES, SESSION_S)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, max_age=SESSION_S, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/demo/leave")
def leave(request: Request) -> Response:
    """Sign out."""
    check_same_origin(request)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/feed")
def feed(request: Request, server: ServerDep, me: VisitorDep) -> Response:
    """The vertical player."""
    return _own_page("feed.html", request, me, continuous=me is not None and _continuous(server, me))


@router.get("/create")
def create(request: Request, me: VisitorDep) -> Response:
    """Make a video, or remix one (`?remix=`)."""
    return _own_page("create.html", request, me, styles=STYLES)


@router.get("/family")
def family(request: Request, me: VisitorDep) -> Response:
    """Both sides of a family."""
    return _own_page("family.html", request, me)


@router.get("/me")
def mine(request: Request, me: VisitorDep) -> Response:
    """My data, my likeness, my time."""
    return _own_page("me.html", request, me)


@router.get("/messages")
def messages(request: Request, me: VisitorDep) -> Response:
    """What people write to me, and I to them."""
    return _own_page("messages.html", request, me)


@router.get("/time")
def time(request: Request, me: VisitorDep) -> Response:
    """My time, my mood, and what I set myself."""
    return _own_page("time.html", request, me)


@router.get("/watch/{video_id}")
def watch(request: Request, me: VisitorDep, video_id: str) -> Response:
    """One video, from a shared link."""
    return _own_page("watch.html", request, me, video_id=video_id)


@router.get("/static/{release}/{path:path}")
async def static_file(request: Request, release: str, path: str) -> Response:  # noqa: ARG001 - any release serves the present files
    """A static file. Its address changes with its content, so it may be kept for good."""
    answer = await STATIC.get_response(path, request.scope)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _continuous(server: Server, me: Face) -> bool:
    """Whether this person's feed goes on by itself; if not, each page and each video waits for a tap."""
    rooms = server.rooms
    with rooms.database.read() as tx:
        person = People(tx).find(PersonId(me.id))
        return person is not None and controls_in(tx, rooms, person, rooms.clock.now()).continuous_feed


def _only_in_demo(server: Server) -> None:
    if not server.rooms.settings.demo:
        raise HTTPException(404)


def _local(path: str) -> str:
    """Return ``path`` if it is a page of ours, so that a link cannot send anyone elsewhere after signing in."""
    return path if path in _PLACES or path.startswith("/watch/video_") else "/feed"
