"""What handlers ask for: the rooms, who is asking, and that they may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.desk import JudgingDesk
from api.state import Server
from core.errors import InvalidInput, NotAllowed, not_found
from core.ids import PersonId
from core.storage.passkeys import SignOuts
from core.tokens import Claims, TokenIssuer, unacceptable
from core.vocabulary import Scope
from pipelines.online.retries import answer_once
from pipelines.online.rooms import Rooms

COOKIE = "kindling_token"
PERSON_ID = r"^per_[A-Za-z0-9_\-]{1,60}$"
_MAX_NAME = 64
_CLOCKS_APART = timedelta(seconds=60)
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
GUARDIAN = frozenset({Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN})

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token from `kindling token` or the provider.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The same token, for pages of this origin.")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: the person acted for (None for a bare service, reviewer or policy token) and what is allowed."""

    subject: str
    person_id: PersonId | None
    scopes: frozenset[Scope]
    is_fresh: bool = False  # the person has just proved to be who they are

    @property
    def name(self) -> str:
        """Who did it, for the audit log."""
        return self.person_id or self.subject[:_MAX_NAME]

    def may(self, *scopes: Scope) -> bool:
        """Whether the token carries any of these scopes."""
        return not self.scopes.isdisjoint(scopes)


async def get_server(request: Request) -> Server:
    """Return what this process holds. What waits for nothing is ``async``: FastAPI gives the rest a thread each."""
    server: Server = request.app.state.server
    return server


async def get_rooms(server: Annotated[Server, Depends(get_server)]) -> Rooms:
    """Return the rooms."""
    return server.rooms


async def get_issuer(server: Annotated[Server, Depends(get_server)]) -> TokenIssuer:
    """Return the minter of tokens."""
    return server.issuer


async def get_desk(server: Annotated[Server, Depends(get_server)]) -> JudgingDesk:
    """Return where judgements wait and run."""
    return server.desk


RoomsDep = Annotated[Rooms, Depends(get_rooms)]
IssuerDep = Annotated[TokenIssuer, Depends(get_issuer)]
ServerDep = Annotated[Server, Depends(get_server)]
DeskDep = Annotated[JudgingDesk, Depends(get_desk)]


def current_actor(
    request: Request,
    server: ServerDep,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
    acting_for: Annotated[
        str | None,
        Header(alias="Kindling-Person", pattern=PERSON_ID, description="Whom a service token acts for."),
    ] = None,
) -> Actor:
    """Return who is asking. Raises ``NotAuthenticated`` without a token that can be accepted."""
    if bearer is None:
        if not cookie:
            raise unacceptable("missing")
        check_same_origin(request)
    return resolve_actor(server, bearer.credentials if bearer else cookie or "", acting_for)


def resolve_actor(server: Server, token: str, acting_for: str | None = None) -> Actor:
    """Return whom a token stands for; a person it names must exist, and not have ended the token's session.

    Leave to loosen holds for a short while after the person proved to be who they are; then it is leave to tighten.
    """
    claims = server.verifier.verify(token)
    person_id = PersonId(claims.subject) if claims.scopes & ({Scope.PERSON} | GUARDIAN) else None
    if person_id is not None:
        _check_session(server, person_id, claims)
    if person_id is None and Scope.SERVICE in claims.scopes and acting_for is not None:
        person_id = PersonId(acting_for)
        if not _session(server, person_id)[0]:
            raise not_found("person", person_id)
    is_fresh = _is_fresh(server, claims)
    scopes = claims.scopes
    if Scope.GUARDIAN_LOOSEN in scopes and not is_fresh:
        scopes = (scopes - {Scope.GUARDIAN_LOOSEN}) | {Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_READ}
    return Actor(claims.subject, person_id, scopes, is_fresh)


def _check_session(server: Server, person_id: PersonId, claims: Claims) -> None:
    exists, counts_from = _session(server, person_id)
    if not exists:
        raise unacceptable("unknown_person")
    if counts_from is not None and (claims.issued_at is None or claims.issued_at <= counts_from):
        raise unacceptable("signed_out")


def _session(server: Server, person_id: PersonId) -> tuple[bool, datetime | None]:
    with server.rooms.database.read() as tx:
        return SignOuts(tx).of(person_id)


def _is_fresh(server: Server, claims: Claims) -> bool:
    if claims.authenticated_at is None:
        return False
    longest = timedelta(seconds=server.rooms.wellbeing.policy.family.step_up.max_age_s)
    age = server.rooms.clock.now() - claims.authenticated_at
    return -_CLOCKS_APART <= age <= longest


def check_same_origin(request: Request) -> None:
    """Refuse a state-changing request that carries the cookie but comes from another site's page (CSRF)."""
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site == "same-origin" or (site is None and origin and urlsplit(origin).netloc == request.headers.get("host")):
        return
    raise NotAllowed(
        code="cross_site",
        detail="A change made with the cookie must come from a page of this site.",
        field="header.Origin",
        expected="Send the token in the Authorization header instead.",
    )


ActorDep = Annotated[Actor, Depends(current_actor)]


def require_scope(*scopes: Scope) -> Callable[[Actor], Actor]:
    """Return a dependency that lets only tokens with one of ``scopes`` through."""

    def check(actor: ActorDep) -> Actor:
        if not actor.may(*scopes):
            raise wrong_scope(*scopes)
        return actor

    return check


def wrong_scope(*scopes: Scope) -> NotAllowed:
    """Return the error for a token without any of ``scopes``."""
    wanted = " or ".join(scopes)
    return NotAllowed(
        code="wrong_scope", detail=f"This needs a token with the scope {wanted}.", expected=f"scope: {wanted}"
    )


async def current_person(actor: ActorDep) -> PersonId:
    """Return the person acted for: the token's own, or the one a service names in ``Kindling-Person``."""
    if not actor.may(Scope.PERSON, Scope.SERVICE):
        raise wrong_scope(Scope.PERSON, Scope.SERVICE)
    return _named(actor)


async def family_reader(actor: ActorDep) -> PersonId:
    """Return the person acted for, also with any of a guardian's scopes: for reading about the family."""
    return _family_member(actor, Scope.PERSON, *sorted(GUARDIAN))


async def family_writer(actor: ActorDep) -> PersonId:
    """Return the person acted for, also with a guardian's token that may change something."""
    return _family_member(actor, Scope.PERSON, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)


def _family_member(actor: Actor, *scopes: Scope) -> PersonId:
    if not actor.may(Scope.SERVICE, *scopes):
        raise wrong_scope(*scopes)
    return _named(actor)


def _named(actor: Actor) -> PersonId:
    if actor.person_id is None:
        raise InvalidInput(
            code="no_person",
            detail="A service token must say whom it acts for.",
            field="header.Kindling-Person",
            expected="Kindling-Person: per_...",
        )
    return actor.person_id


async def fresh_person(actor: ActorDep) -> PersonId:
    """Return the token's own person, who has just proved to be who they are. Raises ``NotAllowed`` otherwise."""
    if not actor.may(Scope.PERSON):
        raise wrong_scope(Scope.PERSON)
    if not actor.is_fresh:
        raise NotAllowed(
            code="step_up_needed",
            detail="This needs you to prove once more that it is you.",
            expected="POST /v1/step-up with a passkey, or sign in again at your provider (OIDC max_age).",
        )
    return _named(actor)


async def own_person(actor: ActorDep) -> PersonId:
    """Return the person that the token is about, with a person's or any guardian's scope; no service acts for them."""
    if not actor.may(Scope.PERSON, *GUARDIAN):
        raise wrong_scope(Scope.PERSON, *sorted(GUARDIAN))
    return _named(actor)


PersonDep = Annotated[PersonId, Depends(current_person)]
FreshPersonDep = Annotated[PersonId, Depends(fresh_person)]
OwnPersonDep = Annotated[PersonId, Depends(own_person)]
FamilyReaderDep = Annotated[PersonId, Depends(family_reader)]
FamilyWriterDep = Annotated[PersonId, Depends(family_writer)]
ServiceDep = Annotated[Actor, Depends(require_scope(Scope.SERVICE))]
SignerDep = Annotated[Actor, Depends(require_scope(Scope.CHARTER_SIGN))]
ReviewerDep = Annotated[Actor, Depends(require_scope(Scope.REVIEWER))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Up to 200 printable characters; a retry with the same key and body gets the first answer.",
    ),
]


class Once:
    """Answers a retried request with its first answer: same person, route, ``Idempotency-Key`` and body."""

    def __init__(self, request: Request, rooms: RoomsDep, actor: ActorDep, key: IdempotencyKey = None) -> None:
        self._rooms = rooms
        self._owner = actor.name
        self._route = f"{request.method} {request.url.path}"
        self._key = key

    def __call__(self, request: Any, act: Callable[[], Any]) -> Any:
        """Return ``act()``, or what it returned to the first request. ``request`` is the body, to tell retries apart.

        What ``act`` returns must be JSON, or a pydantic model.
        """
        if self._key is None:
            return act()
        return answer_once(
            self._rooms, owner=self._owner, route=self._route, key=self._key, request=request, act=act
        )  # fmt: skip


OnceDep = Annotated[Once, Depends()]
