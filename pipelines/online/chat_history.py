"""Imported chats: what they are about is kept as topics; the chats themselves never are, and nothing is used unasked.

The signal ``chat_history`` is off until its owner switches it on, and deleting the import forgets the topics.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InvalidInput
from core.ids import PersonId
from core.storage.audit import AuditLog
from core.storage.goals import ChatTopics
from core.storage.people import People
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms
from ranking.interests import CHAT_HISTORY, topics_of


@dataclass(frozen=True, slots=True)
class ChatTopic:
    """A topic, and the share of messages that were about it."""

    topic: str
    weight: float


@dataclass(frozen=True, slots=True)
class ChatHistory:
    """What is kept of the chats, and whether the ranker may use it."""

    is_used: bool
    topics: tuple[ChatTopic, ...]


def import_chats(rooms: Rooms, person_id: PersonId, messages: Sequence[str]) -> ChatHistory:
    """Read the topics of a person's own messages; they take the place of those from an earlier import."""
    said = [text for text in messages if text.strip()]
    if not said:
        raise InvalidInput(
            code="no_messages", detail="There is no text in any message.", field="messages", expected="your messages"
        )
    now = rooms.clock.now()
    vectors = np.stack([rooms.encoder.encode_one(text) for text in said]).astype(np.float32)
    weights = topics_of(rooms.ranking.attributes.of_texts(vectors, said))
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        known_person(tx, person_id)
        ChatTopics(tx).replace(person_id, weights, now)
        AuditLog(tx).append(
            now, person_id, "chats_imported", person_id, {"messages": len(said), "topics": len(weights)}
        )
    return chat_history(rooms, person_id)


def chat_history(rooms: Rooms, person_id: PersonId) -> ChatHistory:
    """Return what is kept of a person's chats."""
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
        topics = ChatTopics(tx).of_person(person_id)
    kept = tuple(ChatTopic(name, round(weight, 4)) for name, weight in topics.items())
    return ChatHistory(person.signal_on(CHAT_HISTORY), kept)


def forget_chats(rooms: Rooms, person_id: PersonId) -> None:
    """Delete what was read from a person's chats."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        known_person(tx, person_id)
        ChatTopics(tx).delete(person_id)
        AuditLog(tx).append(now, person_id, "chats_forgotten", person_id, {})
