"""A person's own account: who they are, whom they follow or block, what is known about them, and forgetting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.errors import InvalidInput, not_found
from core.ids import PersonId, VideoId
from core.storage.audit import AuditLog
from core.storage.export import Export
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import Audience, EventKind, VideoStatus
from pipelines.online.acquaintance import Circle, all_findable, circle_of, findable
from pipelines.online.cards import PersonCard, VideoCard, cards_for, known_person
from pipelines.online.following import say
from pipelines.online.rooms import Rooms

_SEARCHED = 2_000  # most accounts that one search looks through

SIGNALS: Mapping[str, tuple[str, str]] = {
    "in_app_activity": ("What you do here", "Likes, comments, remixes and hides shape your feed."),
    "past_engagement": ("What you did before today", "Things you did on earlier days shape your feed too."),
    "location": ("Where you are", "Kindling does not use it, whatever you choose here."),
    "chat_history": ("Chats you handed over", "What they were about shapes your feed. Off until you switch it on."),
    "personalisation": ("Personalisation as a whole", "Off: the feed is the same for everyone."),
}


@dataclass(frozen=True, slots=True)
class Me:
    """The person who asks, as they see themselves."""

    id: PersonId
    handle: str
    display_name: str
    bio: str
    birth_date: date | None
    is_minor: bool
    audience: Audience
    jurisdiction: str
    timezone: str
    is_private: bool
    followers: int
    following: int
    signals: Mapping[str, bool]
    reset_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """Someone, as far as the one who asks may see. The figures are None where the account is not open to them."""

    id: PersonId
    handle: str
    display_name: str
    bio: str
    is_private: bool
    is_me: bool
    following: bool
    follows_you: bool
    may_follow: bool
    requested: bool
    followers: int | None
    following_count: int | None


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that the ranker may or may not use, in words."""

    name: str
    title: str
    text: str
    on: bool


def me(rooms: Rooms, person_id: PersonId) -> Me:
    """Return a person's own view of their account."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        circle = circle_of(tx, person_id, now)
    person = circle.person
    return Me(
        id=person.id,
        handle=person.handle,
        display_name=person.display_name,
        bio=person.bio,
        birth_date=person.birth_date,
        is_minor=circle.is_minor,
        audience=person.audience(now),
        jurisdiction=person.jurisdiction,
        timezone=person.timezone,
        is_private=person.is_private,
        followers=len(circle.followers),
        following=len(circle.following),
        signals={name: person.signal_on(name) for name in SIGNALS},
        reset_at=person.reset_at,
        created_at=person.created_at,
    )


def profile(rooms: Rooms, viewer_id: PersonId, person_id: PersonId) -> Profile:
    """Return someone's profile. Raises ``NotFound`` for those whom the viewer may not come upon."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        circle = circle_of(tx, viewer_id, now)
        other = findable(tx, rooms, circle, person_id, now)
        people = People(tx)
        is_open = _is_open(circle, person_id, other.is_private)
        return Profile(
            id=other.id,
            handle=other.handle,
            display_name=other.display_name,
            bio=other.bio if is_open else "",
            is_private=other.is_private,
            is_me=other.id == viewer_id,
            following=other.id in circle.following,
            follows_you=other.id in circle.followers,
            may_follow=circle.may_follow(other, now),
            requested=person_id in people.requested(viewer_id),
            followers=len(people.followers(person_id)) if is_open else None,
            following_count=len(people.following(person_id)) if is_open else None,
        )


def _is_open(circle: Circle, person_id: PersonId, is_private: bool) -> bool:
    near = person_id == circle.person.id or person_id in circle.following or person_id in circle.family
    return near or not is_private


def search(rooms: Rooms, viewer_id: PersonId, query: str, limit: int = 20) -> list[PersonCard]:
    """Return people whose handle or name contains ``query`` and whom the viewer may come upon, best match first."""
    now, wanted = rooms.clock.now(), query.strip().removeprefix("@").casefold()
    if not wanted:
        return []
    with rooms.database.read() as tx:
        circle = circle_of(tx, viewer_id, now)
        named = [person for person in People(tx).page(limit=_SEARCHED, containing=wanted) if person.id != viewer_id]
        found = all_findable(tx, rooms, circle, named, now)
    found.sort(
        key=lambda person: (person.handle.casefold() != wanted, person.id not in circle.following, person.handle)
    )
    return [PersonCard.of(person) for person in found[:limit]]


def videos_of(
    rooms: Rooms, viewer_id: PersonId, person_id: PersonId, *, after: VideoId | None = None, limit: int = 20
) -> list[VideoCard]:
    """Return what someone published and the viewer may see, newest first. Raises ``NotFound`` as ``profile`` does."""
    with rooms.database.read() as tx:
        now = rooms.clock.now()
        findable(tx, rooms, circle_of(tx, viewer_id, now), person_id, now)
        videos = Videos(tx).by_creator(person_id, after=after, limit=limit)
        published = [video.id for video in videos if video.status == VideoStatus.PUBLISHED]
        return cards_for(tx, rooms, viewer_id, published)


def block(rooms: Rooms, person_id: PersonId, other_id: PersonId) -> None:
    """Block someone: neither sees the other from the next request on."""
    say(rooms, person_id, EventKind.BLOCK, other_id)


def unblock(rooms: Rooms, person_id: PersonId, other_id: PersonId) -> None:
    """Lift a block."""
    say(rooms, person_id, EventKind.UNBLOCK, other_id)


def signals(rooms: Rooms, person_id: PersonId) -> list[Signal]:
    """Return what the ranker may use about a person, each in words."""
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
    return [Signal(name, title, text, person.signal_on(name)) for name, (title, text) in SIGNALS.items()]


def set_signals(rooms: Rooms, person_id: PersonId, changes: Mapping[str, bool]) -> list[Signal]:
    """Switch signals on or off; those not named stay as they are. Holds from the next page on."""
    unknown = sorted(set(changes) - set(SIGNALS))
    if unknown:
        raise InvalidInput(
            code="unknown_signal",
            detail=f"There is no signal {unknown[0]!r}.",
            field=unknown[0],
            expected=f"One of: {', '.join(SIGNALS)}.",
        )
    with rooms.database.write() as tx:
        people = People(tx)
        people.lock(person_id)
        person = known_person(tx, person_id)
        people.set_signals(person_id, {**person.signals, **changes})
        AuditLog(tx).append(rooms.clock.now(), person_id, "signals_changed", person_id, dict(changes))
    return signals(rooms, person_id)


def reset(rooms: Rooms, person_id: PersonId) -> datetime:
    """Make the ranker forget: from now on it uses nothing that the person did before this moment. Returns it."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        known_person(tx, person_id)
        People(tx).set_reset_at(person_id, now)
        AuditLog(tx).append(now, person_id, "learning_reset", person_id, {})
    return now


def export(rooms: Rooms, person_id: PersonId) -> dict[str, Any]:
    """Return everything that is held about a person as JSON: ``made_at``, ``person`` and ``held`` by kind."""
    with rooms.database.read() as tx:
        held = dict(Export(tx).of(person_id))
    if not held["profile"]:
        raise not_found("person", person_id)
    return {"made_at": rooms.clock.now(), "person": held.pop("profile")[0], "held": held}
