"""Messages: who may write is asked afresh for each one, and the words are judged before anyone reads them.

Only the two people read them. A guardian sees the names of a teen's contacts (``family.contacts``), never a word.
"""

from dataclasses import dataclass
from datetime import datetime

from core.errors import InvalidInput, NotFound, not_found
from core.ids import PersonId, new_id
from core.records import Person
from core.storage.database import Transaction
from core.storage.messages import Message, Messages, unanswered
from core.storage.people import People
from core.vocabulary import Audience, Surface
from pipelines.online.acquaintance import Circle, circle_of, findable
from pipelines.online.cards import PersonCard, known_person, person_cards
from pipelines.online.changes import changing_in
from pipelines.online.family import controls_in
from pipelines.online.moderation import require_allowed
from pipelines.online.rooms import Rooms
from wellbeing import passivity
from wellbeing.messaging import HOUR, Standing, check_may_write, check_pace


@dataclass(frozen=True, slots=True)
class Conversation:
    """Someone with whom messages were exchanged, and when the last one was."""

    person: PersonCard
    last_at: datetime


def send(rooms: Rooms, sender_id: PersonId, recipient_id: PersonId, text: str) -> Message:
    """Write to someone. Raises ``NotFound``, ``NotAllowed``, ``LimitReached``, or ``Refused`` for the words."""
    said = _checked(rooms, text)
    ident, now = new_id("msg"), rooms.clock.now()
    with rooms.database.read() as tx:
        audience = _check(tx, rooms, sender_id, recipient_id, now)
    verdict = rooms.safety.judge_text(said, Surface.MESSAGE, audience)
    require_allowed(rooms, verdict, "message", ident, sender_id, field="text")
    with rooms.database.write() as tx:
        People(tx).lock(sender_id)
        # Asked again: a block or a control may have come while the words were judged.
        _check(tx, rooms, sender_id, recipient_id, now)
        message = Message(ident, sender_id, recipient_id, said, now)
        Messages(tx).add(message)
        with changing_in(tx, rooms, known_person(tx, sender_id)) as change:  # talking is not passive
            change.state = passivity.active(change.state, now, rooms.wellbeing.policy.nudges)
    return message


def conversation(
    rooms: Rooms, person_id: PersonId, other_id: PersonId, *, before: datetime | None = None, limit: int = 50
) -> list[Message]:
    """Return what the two wrote, newest first. Raises ``NotFound`` where there is nothing and no way to write."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        circle = circle_of(tx, person_id, now)
        _other(tx, rooms, circle, other_id, now)
        return Messages(tx).between(person_id, other_id, before=before, limit=limit)


def conversations(rooms: Rooms, person_id: PersonId) -> list[Conversation]:
    """Return with whom a person has exchanged messages, the latest first; not those blocked either way."""
    with rooms.database.read() as tx:
        blocked = People(tx).blocked_either_way(person_id)
        found = {other: at for other, at in Messages(tx).contacts(person_id).items() if other not in blocked}
        cards = person_cards(tx, found)
    ordered = sorted(found, key=lambda other: (found[other], other), reverse=True)
    return [Conversation(cards[other], found[other]) for other in ordered if other in cards]


def _checked(rooms: Rooms, text: str) -> str:
    said, longest = text.strip(), rooms.wellbeing.policy.messages.messages.longest_chars
    if not said or len(said) > longest or "\x00" in said:
        raise InvalidInput(
            code="bad_message", detail="This message cannot be sent.", field="text",
            expected=f"1 to {longest} characters of text.",
        )  # fmt: skip
    return said


def _check(tx: Transaction, rooms: Rooms, sender_id: PersonId, recipient_id: PersonId, now: datetime) -> Audience:
    """Raise unless the sender may write now; return as what audience's the words are judged."""
    circle = circle_of(tx, sender_id, now)
    other = _other(tx, rooms, circle, recipient_id, now)
    store = Messages(tx)
    standing = Standing(
        sender=controls_in(tx, rooms, circle.person, now),
        recipient=controls_in(tx, rooms, other, now),
        is_family=recipient_id in circle.family,
        is_mutual=recipient_id in circle.following and recipient_id in circle.followers,
        answered=store.has_written(recipient_id, sender_id),
    )
    check_may_write(standing)
    rules = rooms.wellbeing.policy.messages.messages
    thread = store.between(sender_id, recipient_id, limit=rules.most_unanswered)
    check_pace(store.sent_since(sender_id, now - HOUR), unanswered(thread, sender_id), now, rules)
    is_young = standing.sender.is_minor or standing.recipient.is_minor
    return Audience.TEEN if is_young else Audience.ADULT


def _other(tx: Transaction, rooms: Rooms, circle: Circle, other_id: PersonId, now: datetime) -> Person:
    """Return whom the person may find, or has a message of. Raises ``NotFound``."""
    if other_id == circle.person.id:
        raise not_found("person", other_id)
    try:
        return findable(tx, rooms, circle, other_id, now)
    except NotFound:
        other = People(tx).find(other_id)
        wrote = other is not None and Messages(tx).has_written(other_id, circle.person.id)
        if other is None or other_id in circle.blocked or not wrote:
            raise
        return other
