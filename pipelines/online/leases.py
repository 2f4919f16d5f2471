"""Leases: a page is handed out with a signed lease, and a minor's films are fetched under one.

A lease says which page of whose it is, how many videos it counted, and when it was issued. Presented again it is the
same page again, never a new allowance. For a minor every film is fetched under a lease, or is opened by itself: that is
counted as one video at that moment, by the same gate as a page, and then stays open as long as a lease lasts.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from core.errors import KindlingError, NotAllowed, NotFound
from core.ids import PageId, PersonId, VideoId
from core.records import Person
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.pages import Pages
from core.storage.people import People
from core.storage.videos import Videos
from core.storage.viewing import Openings
from core.tokens import open_key
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms
from pipelines.online.wellbeing import open_one
from wellbeing.bands import counts_as_minor
from wellbeing.gate import Gate

_ALGORITHM = "HS256"
_PURPOSE = b"kindling page lease"


@dataclass(frozen=True, slots=True)
class PageLease:
    """What a lease vouches for."""

    page_id: PageId
    person_id: PersonId
    count: int
    issued_at: datetime


def signed(rooms: Rooms, lease: PageLease) -> str:
    """Return the lease as a signed text that fits in a URL."""
    claims = {
        "page": lease.page_id,
        "sub": lease.person_id,
        "count": lease.count,
        "iat": int(lease.issued_at.timestamp()),
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(rooms.settings.keys), algorithms=[_ALGORITHM])


def presented(rooms: Rooms, person_id: PersonId, token: str) -> PageLease:
    """Return what a lease vouches for. Raises ``NotFound`` unless it was signed here, for this person, lately."""
    try:
        claims: Any = jwt.decode(token, _key(rooms.settings.keys), algorithms=[_ALGORITHM]).claims
        lease = PageLease(
            PageId(claims["page"]), PersonId(claims["sub"]), int(claims["count"]),
            datetime.fromtimestamp(int(claims["iat"]), UTC),
        )  # fmt: skip
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _no_lease() from error
    if lease.person_id != person_id or not _lasts(rooms, lease.issued_at):
        raise _no_lease()
    return lease


def check_film(rooms: Rooms, person_id: PersonId, video_id: VideoId, lease: str | None) -> None:
    """Let a film be sent, counting it now if it has to be. The caller has checked that the person may see it.

    Adults, makers and those who are shown may always. A minor may under a lease whose page holds the video, or for as
    long as it stays open; otherwise it is counted as one more. Raises ``NotAllowed`` while nothing may be handed out.
    """
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
        if not counts_as_minor(person, now) or _is_theirs(tx, person_id, video_id):
            return
        if lease is not None and _covers(tx, rooms, person_id, video_id, lease):
            return
        if Openings(tx).since(person_id, video_id, now - _lease_time(rooms)):
            return
    refusal = _opened(rooms, person, video_id, now)
    if refusal is not None:
        raise refusal


def _opened(rooms: Rooms, person: Person, video_id: VideoId, now: datetime) -> KindlingError | None:
    """Open a film by itself and count it, once however many devices ask; return why not."""
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        if Openings(tx).since(person.id, video_id, now - _lease_time(rooms)):
            return None
        gate = open_one(tx, rooms, person)
        if gate.allowed:
            Openings(tx).add(person.id, video_id, now)
            return None
    return _closed(gate)


def _closed(gate: Gate) -> NotAllowed:
    if gate.pause is None:
        return NotAllowed(
            code="label_first", detail="A warning label has to be shown first.", expected="POST /v1/feed returns it."
        )
    resumes = gate.pause.resumes_at
    expected = None if resumes is None else f"The same request from {resumes.isoformat(timespec='minutes')} on."
    return NotAllowed(code=f"feed_{gate.pause.kind}", detail=gate.pause.text, expected=expected)


def _is_theirs(tx: Transaction, person_id: PersonId, video_id: VideoId) -> bool:
    video = Videos(tx).find(video_id)
    return (video is not None and video.creator_id == person_id) or Characters(tx).shows(video_id, person_id)


def _covers(tx: Transaction, rooms: Rooms, person_id: PersonId, video_id: VideoId, token: str) -> bool:
    try:
        lease = presented(rooms, person_id, token)
    except NotFound:
        return False
    return Pages(tx).holds(lease.page_id, person_id, video_id)


def _lasts(rooms: Rooms, issued_at: datetime) -> bool:
    return rooms.clock.now() < issued_at + _lease_time(rooms)


def _lease_time(rooms: Rooms) -> timedelta:
    return timedelta(hours=rooms.wellbeing.policy.limits.lease.hours)


@cache
def _key(folder: Path) -> OctKey:
    """Return the key of leases, derived from the key that signs tokens: one secret to keep, and one to replace."""
    secret = json.dumps(open_key(folder).as_dict(private=True), sort_keys=True).encode()
    return OctKey.import_key(hmac.digest(secret, _PURPOSE, "sha256"))


def _no_lease() -> NotFound:
    return NotFound(
        code="lease_not_found",
        detail="This lease was not issued here for you, or its time is over.",
        field="lease",
        expected="The `lease` of a page that POST /v1/feed answered.",
    )
