"""Questions offered, and the answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from core.ids import PersonId, PollId, VideoId
from core.records_wellbeing import StoredPoll
from core.storage.database import Transaction
from core.storage.rows import insert_ignoring, record_from
from core.storage.tables.wellbeing import polls


class Polls:
    """Offers and answers. Answers belong to the person alone; no guardian's view reads this table."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def offer(self, poll: StoredPoll) -> None:
        """Store a question that was put beside a page."""
        insert_ignoring(self._tx, polls, [{name: getattr(poll, name) for name in StoredPoll.__slots__}])

    def find(self, poll_id: PollId, person_id: PersonId) -> StoredPoll | None:
        """Return a question put to this person, or None."""
        query = select(polls).where(polls.c.id == poll_id, polls.c.person_id == person_id)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else record_from(row, StoredPoll, {"answers": tuple})

    def answer(self, poll_id: PollId, answer: float, at: datetime, *, answers: Sequence[int] | None = None) -> None:
        """Store an answer: for a form its score, and each answer in ``answers``."""
        each = None if answers is None else list(answers)
        self._set(poll_id, answered_at=at, answer=answer, answers=each, skipped=False)

    def skip(self, poll_id: PollId, at: datetime) -> None:
        """Store that the question was skipped."""
        self._set(poll_id, answered_at=at, answer=None, skipped=True)

    def set_video(self, poll_id: PollId, video_id: VideoId) -> None:
        """Store which video an item question turned out to be about."""
        self._set(poll_id, video_id=video_id)

    def of_person(self, person_id: PersonId, *, since: datetime) -> list[StoredPoll]:
        """Return what a person was asked after ``since``, oldest first: for their own page and export."""
        query = select(polls).where(polls.c.person_id == person_id, polls.c.offered_at > since)
        rows = self._tx.connection.execute(query.order_by(polls.c.offered_at, polls.c.id)).mappings()
        return [record_from(row, StoredPoll, {"answers": tuple}) for row in rows]

    def _set(self, poll_id: PollId, **values: object) -> None:
        self._tx.connection.execute(update(polls).where(polls.c.id == poll_id).values(**values))
