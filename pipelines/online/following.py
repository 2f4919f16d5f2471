"""Following: at once where the other's account is open to it, otherwise by asking; and who may look at an account."""

from enum import StrEnum

from core.errors import LimitReached, NotAllowed, not_found
from core.ids import PersonId, new_id
from core.records import Event
from core.storage.audit import AuditLog
from core.storage.events import Events
from core.storage.people import People
from core.vocabulary import EventKind
from pipelines.online.acquaintance import circle_of, findable
from pipelines.online.cards import PersonCard, known_person, person_cards
from pipelines.online.events import NewEvent, take_events
from pipelines.online.family import control_in
from pipelines.online.rooms import Rooms

MOST_REQUESTS = 100


class Followed(StrEnum):
    """What came of a wish to follow."""

    FOLLOWING = "following"
    REQUESTED = "requested"


def follow(rooms: Rooms, person_id: PersonId, other_id: PersonId) -> Followed:
    """Follow someone, or ask them where they choose their followers. Raises ``NotFound`` for whom one cannot find."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        circle = circle_of(tx, person_id, now)
        other = findable(tx, rooms, circle, other_id, now)
        may_follow = other_id == person_id or circle.may_follow(other, now)
        if not may_follow:
            if len(People(tx).requested(person_id) - {other_id}) >= MOST_REQUESTS:
                raise LimitReached(
                    code="too_many_follow_requests",
                    detail=f"{MOST_REQUESTS} people have yet to answer you.",
                    expected="Wait for an answer, or take a request back.",
                    retry_after_s=3600,
                )
            People(tx).ask_to_follow(person_id, other_id, now)
            return Followed.REQUESTED
    say(rooms, person_id, EventKind.FOLLOW, other_id)
    return Followed.FOLLOWING


def unfollow(rooms: Rooms, person_id: PersonId, other_id: PersonId) -> None:
    """Follow someone no longer, or take the wish to back."""
    with rooms.database.write() as tx:
        People(tx).take_request(person_id, other_id)
    say(rooms, person_id, EventKind.UNFOLLOW, other_id)


def requests(rooms: Rooms, person_id: PersonId) -> list[PersonCard]:
    """Return who waits to follow a person, the longest waiting first."""
    with rooms.database.read() as tx:
        waiting = People(tx).requests_to(person_id)
        cards = person_cards(tx, waiting)
        return [cards[follower] for follower in waiting if follower in cards]


def answer(rooms: Rooms, person_id: PersonId, follower_id: PersonId, *, approve: bool) -> None:
    """Let someone follow, or not; they are not told of a no. Raises ``NotFound`` where no one asked."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        if not People(tx).take_request(follower_id, person_id):
            raise not_found("follow request", follower_id)
        if approve and People(tx).follow(follower_id, person_id, now):
            ident = f"approved:{follower_id}:{person_id}:{now.timestamp()}"
            followed = Event(ident, follower_id, EventKind.FOLLOW, now, now, target_person_id=person_id)
            Events(tx).append([followed])


def remove_follower(rooms: Rooms, person_id: PersonId, follower_id: PersonId) -> None:
    """Let someone follow no longer. Raises ``NotFound`` for someone who does not."""
    with rooms.database.write() as tx:
        if follower_id not in People(tx).followers(person_id):
            raise not_found("follower", follower_id)
        People(tx).unfollow(follower_id, person_id)


def set_privacy(rooms: Rooms, person_id: PersonId, *, is_private: bool) -> None:
    """Open or close one's account. Raises ``NotAllowed`` where someone may not open theirs."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        person = known_person(tx, person_id)
        if not is_private and control_in(tx, rooms, person, "private_account", now):
            raise NotAllowed(
                code="kept_private",
                detail="This account stays private.",
                field="is_private",
                expected="true; a guardian of someone who is 16 or 17 may allow an open account.",
            )
        People(tx).set_private(person_id, is_private)
        AuditLog(tx).append(now, person_id, "privacy_changed", person_id, {"is_private": is_private})


def say(rooms: Rooms, person_id: PersonId, kind: EventKind, other_id: PersonId) -> None:
    """Do something about another person as an event, so that the ranker and the log hear of it as of any other."""
    event = NewEvent(new_id("evt"), kind, rooms.clock.now(), person_id=other_id)
    take_events(rooms, person_id, [event])
