"""Goals that people stated, and topics of chats that they handed over. Both are gone when deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, insert, select

from core.ids import GoalId, PersonId
from core.storage.database import Transaction
from core.storage.rows import columns_of
from core.storage.tables.feed import chat_topics, goals


@dataclass(frozen=True, slots=True)
class StoredGoal:
    """A goal in the person's own words."""

    id: GoalId
    person_id: PersonId
    text: str
    created_at: datetime


_PERSON: BindParameter[str] = bindparam("person_id")
_GOALS = (
    select(*columns_of(goals, StoredGoal)).where(goals.c.person_id == _PERSON).order_by(goals.c.created_at, goals.c.id)
)
_TOPICS = (
    select(chat_topics.c.topic, chat_topics.c.weight)
    .where(chat_topics.c.person_id == _PERSON)
    .order_by(chat_topics.c.weight.desc(), chat_topics.c.topic)
)


class StatedGoals:
    """Goals by person."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, goal: StoredGoal) -> None:
        """Store a new goal."""
        self._tx.connection.execute(insert(goals), [{name: getattr(goal, name) for name in StoredGoal.__slots__}])

    def of_person(self, person_id: PersonId) -> list[StoredGoal]:
        """Return a person's goals, oldest first."""
        return [StoredGoal(*row) for row in self._tx.connection.execute(_GOALS, {"person_id": person_id}).all()]

    def delete(self, person_id: PersonId, goal_id: GoalId) -> bool:
        """Delete a goal; False if this person has no such goal."""
        gone = delete(goals).where(goals.c.id == goal_id, goals.c.person_id == person_id)
        return self._tx.connection.execute(gone).rowcount > 0


class ChatTopics:
    """Topics of a person's chats, with their share of the messages."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def replace(self, person_id: PersonId, weights: Mapping[str, float], at: datetime) -> None:
        """Put these topics in the place of all that were there."""
        self.delete(person_id)
        rows = [
            {"person_id": person_id, "topic": topic, "weight": weight, "imported_at": at}
            for topic, weight in weights.items()
        ]
        if rows:
            self._tx.connection.execute(insert(chat_topics), rows)

    def of_person(self, person_id: PersonId) -> dict[str, float]:
        """Return topic -> weight, the heaviest first."""
        rows = self._tx.connection.execute(_TOPICS, {"person_id": person_id}).all()
        return {str(topic): float(weight) for topic, weight in rows}

    def delete(self, person_id: PersonId) -> None:
        """Forget all of it."""
        self._tx.connection.execute(delete(chat_topics).where(chat_topics.c.person_id == person_id))
