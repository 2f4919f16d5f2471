"""What people did: stored once each, and in force at once. A like, follow, hide or block holds on the next page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import InvalidInput, KindlingError, NotFound
from core.ids import PageId, PersonId, VideoId
from core.records import Event, Person
from core.storage.database import Transaction
from core.storage.events import Events
from core.storage.pages import Pages
from core.storage.people import People
from core.storage.showing import Likes
from core.storage.videos import Videos
from core.vocabulary import EventKind
from pipelines.online.acquaintance import check_may_follow
from pipelines.online.cards import eyes_of, known_person, visible_ids
from pipelines.online.rooms import Rooms
from pipelines.online.wellbeing import note_events

MOST_AT_ONCE = 500
_ABOUT_PEOPLE = frozenset({EventKind.FOLLOW, EventKind.UNFOLLOW, EventKind.BLOCK, EventKind.UNBLOCK})
_ABOUT_NOTHING = frozenset({EventKind.NUDGE_SHOWN, EventKind.NUDGE_DISMISSED, EventKind.CREATE})
_ABOUT_EITHER = frozenset({EventKind.REPORT})
_MAKING = frozenset({EventKind.CREATE, EventKind.REMIX})
_LOOKED_AT = (EventKind.VIEW, EventKind.COMPLETE, EventKind.LIKE, EventKind.SHARE, EventKind.COMMENT)
_ANSWERS = (EventKind.POLL_ANSWER, EventKind.LOOK_BACK)
_JUST_MADE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something a client reports. ``event_id`` is the client's; ``person_id`` is whom a follow or block is about."""

    event_id: str
    kind: EventKind
    occurred_at: datetime
    video_id: VideoId | None = None
    person_id: PersonId | None = None
    page_id: PageId | None = None
    position: int | None = None
    value: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events were new, and how many were known or named twice."""

    accepted: int
    duplicates: int


def take_events(rooms: Rooms, person_id: PersonId, batch: Sequence[NewEvent]) -> Taken:
    """Store a batch and let it hold at once: all of it, or nothing. Raises naming the index and the field at fault."""
    _check_size(batch)
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        person = known_person(tx, person_id)
        known = Events(tx).known(item.event_id for item in batch)
        fresh = [
            (place, item)
            for place, item in enumerate(batch)
            if item.event_id not in known and item.event_id not in {other.event_id for other in batch[:place]}
        ]
        _check(tx, rooms, person, fresh)
        events = [_event(person_id, item, now) for _, item in fresh]
        Events(tx).append(events)
        for (place, _), event in zip(fresh, events, strict=True):
            _let_hold(tx, rooms, place, event, now)
        note_events(tx, rooms, person, _believed(tx, person, events, now))
    return Taken(accepted=len(fresh), duplicates=len(batch) - len(fresh))


def inspired_by(tx: Transaction, person_id: PersonId, now: datetime) -> VideoId | None:
    """Return what a person looked at or liked last within the hour: what led them to what they make now, if anything.

    Creations are stored with it, so that the ranker learns what inspires.
    """
    found = Events(tx).of_person(person_id, since=now - _JUST_MADE, kinds=_LOOKED_AT, limit=1)
    return found[0].video_id if found else None


def _check_size(batch: Sequence[NewEvent]) -> None:
    if not 1 <= len(batch) <= MOST_AT_ONCE:
        raise InvalidInput(
            code="bad_batch",
            detail=f"A batch cannot hold {len(batch)} events.",
            field="events",
            expected=f"1 to {MOST_AT_ONCE} events.",
        )


def _check(tx: Transaction, rooms: Rooms, person: Person, fresh: Sequence[tuple[int, NewEvent]]) -> None:
    for place, item in fresh:
        _check_shape(place, item)
    now = rooms.clock.now()
    videos = {item.video_id for _, item in fresh if item.video_id is not None}
    seen = visible_ids(tx, eyes_of(tx, person, now), videos)
    targets = {item.person_id for _, item in fresh if item.person_id is not None}
    people = People(tx).many(targets)
    sizes = Pages(tx).sizes(person.id, [item.page_id for _, item in fresh if item.page_id is not None])
    for place, item in fresh:
        if item.video_id is not None and item.video_id not in seen:
            raise _unknown(place, "video_id", "video", item.video_id)
        if item.person_id is not None and (item.person_id not in people or item.person_id == person.id):
            raise _unknown(place, "person_id", "person", item.person_id)
        if item.page_id is not None and item.page_id not in sizes:
            raise _unknown(place, "page_id", "page", item.page_id)
        if item.page_id is not None and item.position is not None and item.position >= sizes[item.page_id]:
            raise _wrong(place, "position", f"The page holds {sizes[item.page_id]} videos.", "A position on the page.")


def _check_shape(place: int, item: NewEvent) -> None:
    if item.kind in _ABOUT_PEOPLE and item.person_id is None:
        raise _wrong(place, "person_id", f"A {item.kind} needs a person.", "The id of a person.")
    is_about_video = item.kind not in _ABOUT_PEOPLE | _ABOUT_NOTHING | _ABOUT_EITHER
    if is_about_video and item.video_id is None:
        raise _wrong(place, "video_id", f"A {item.kind} needs a video.", "The id of a video.")
    if item.kind in _ABOUT_EITHER and item.video_id is None and item.person_id is None:
        raise _wrong(place, "video_id", f"A {item.kind} needs a video or a person.", "The id of either.")
    if item.kind in _ANSWERS and not (item.value is not None and 1 <= item.value <= 5):
        raise _wrong(place, "value", "A poll's answer is missing or out of range.", "A number from 1 to 5.")
    if item.kind == EventKind.COMMENT and not (item.text or "").strip():
        raise _wrong(place, "text", "The comment is empty.", "What was said.")


def _let_hold(tx: Transaction, rooms: Rooms, place: int, event: Event, now: datetime) -> None:
    """Bring the present state up to what the event says."""
    if event.video_id is not None and event.kind in _ON_VIDEOS:
        _ON_VIDEOS[event.kind](tx, event.person_id, event.video_id, now)
    if event.target_person_id is not None and event.kind in _ABOUT_PEOPLE:
        try:
            if event.kind == EventKind.FOLLOW:
                check_may_follow(tx, rooms, event.person_id, event.target_person_id, now)
            _ON_PEOPLE[event.kind](tx, event.person_id, event.target_person_id, now)
        except KindlingError as error:
            error.field = f"events.{place}.person_id"
            raise


_ON_VIDEOS: dict[EventKind, Callable[[Transaction, PersonId, VideoId, datetime], None]] = {
    EventKind.LIKE: lambda tx, person, video, now: Likes(tx).like(person, video, now),
    EventKind.UNLIKE: lambda tx, person, video, _now: Likes(tx).unlike(person, video),
    EventKind.HIDE: lambda tx, person, video, now: Events(tx).hide(person, video, now),
    EventKind.UNHIDE: lambda tx, person, video, _now: Events(tx).unhide(person, video),
}
_ON_PEOPLE: dict[EventKind, Callable[[Transaction, PersonId, PersonId, datetime], object]] = {
    EventKind.FOLLOW: lambda tx, person, other, now: People(tx).follow(person, other, now),
    EventKind.UNFOLLOW: lambda tx, person, other, _now: People(tx).unfollow(person, other),
    EventKind.BLOCK: lambda tx, person, other, now: People(tx).block(person, other, now),
    EventKind.UNBLOCK: lambda tx, person, other, _now: People(tx).unblock(person, other),
}


def _believed(tx: Transaction, person: Person, events: Sequence[Event], now: datetime) -> list[Event]:
    """Leave out creations that no video stands for: a client cannot talk a passive run away."""
    if not any(event.kind in _MAKING for event in events):
        return list(events)
    newest = Videos(tx).by_creator(person.id, limit=1)
    has_made = bool(newest) and newest[0].created_at > now - _JUST_MADE
    return [event for event in events if has_made or event.kind not in _MAKING]


def _event(person_id: PersonId, item: NewEvent, now: datetime) -> Event:
    return Event(
        event_id=item.event_id,
        person_id=person_id,
        kind=EventKind(item.kind),
        occurred_at=item.occurred_at,
        received_at=now,
        video_id=item.video_id,
        target_person_id=item.person_id,
        page_id=item.page_id,
        position=item.position,
        value=item.value,
        text=item.text,
    )


def _unknown(place: int, field: str, kind: str, ident: str) -> NotFound:
    return NotFound(
        code=f"{kind}_not_found",
        detail=f"Event {place} names a {kind} {ident!r} that you cannot see.",
        field=f"events.{place}.{field}",
        expected=f"The id of a {kind} that you were shown.",
    )


def _wrong(place: int, field: str, detail: str, expected: str) -> InvalidInput:
    return InvalidInput(
        code="bad_event", detail=f"Event {place}: {detail}", field=f"events.{place}.{field}", expected=expected
    )
