"""What people did: append-only, idempotent by the client's event id."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from core.ids import PersonId, VideoId
from core.records import Act, Event
from core.storage.database import Transaction
from core.storage.rows import batches, insert_ignoring
from core.storage.tables.feed import events, hides
from core.storage.types import UtcDateTime
from core.vocabulary import EventKind

_COLUMNS = tuple(events.c[name] for name in Event.__slots__)
_KINDS = {str(kind): kind for kind in EventKind}


_ACTS = (  # built once, and only what is read: every page asks for hundreds
    select(events.c.kind, events.c.received_at, events.c.video_id, events.c.value)
    .where(
        events.c.person_id == bindparam("person_id"),
        events.c.received_at > bindparam("since", type_=UtcDateTime),
        events.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(events.c.received_at.desc())
    .limit(bindparam("most"))
)


_LAST = (
    select(events.c.video_id)
    .where(
        events.c.person_id == bindparam("person_id"),
        events.c.received_at > bindparam("since", type_=UtcDateTime),
        events.c.received_at <= bindparam("until", type_=UtcDateTime),
        events.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(events.c.received_at.desc())
    .limit(1)
)


class Events:
    """The event log and the state that follows from it at once (hides)."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def known(self, event_ids: Iterable[str]) -> set[str]:
        """Return which of these event ids are already stored."""
        found: set[str] = set()
        for part in batches(sorted(set(event_ids))):
            found |= set(self._tx.connection.scalars(select(events.c.event_id).where(events.c.event_id.in_(part))))
        return found

    def append(self, items: Sequence[Event]) -> int:
        """Store events whose id is new; return how many were."""
        return insert_ignoring(
            self._tx, events, [{name: getattr(item, name) for name in Event.__slots__} for item in items]
        )

    def of_person(
        self,
        person_id: PersonId,
        *,
        since: datetime,
        until: datetime | None = None,
        kinds: Iterable[EventKind] | None = None,
        limit: int = 2000,
    ) -> list[Event]:
        """Return a person's events that the server received after ``since`` (and by ``until``), newest first."""
        query = select(*_COLUMNS).where(events.c.person_id == person_id, events.c.received_at > since)
        if until is not None:
            query = query.where(events.c.received_at <= until)
        if kinds is not None:
            query = query.where(events.c.kind.in_([str(kind) for kind in kinds]))
        rows = self._tx.connection.execute(query.order_by(events.c.received_at.desc()).limit(limit)).all()
        return [Event(ident, person, _KINDS[kind], *rest) for ident, person, kind, *rest in rows]

    def acts_of(self, person_id: PersonId, *, since: datetime, kinds: Iterable[EventKind], limit: int) -> list[Act]:
        """Return what a person did with videos after ``since``, newest first: of events what tells of a taste."""
        given = {"person_id": person_id, "since": since, "kinds": [str(kind) for kind in kinds], "most": limit}
        rows = self._tx.connection.execute(_ACTS, given).all()
        return [Act(_KINDS[kind], *rest) for kind, *rest in rows]

    def last_of(
        self, person_id: PersonId, *, since: datetime, until: datetime, kinds: Iterable[EventKind]
    ) -> VideoId | None:
        """Return the video of the last such event that was received after ``since`` and by ``until``."""
        given = {"person_id": person_id, "since": since, "until": until, "kinds": [str(kind) for kind in kinds]}
        found: VideoId | None = self._tx.connection.scalar(_LAST, given)
        return found

    def hide(self, person_id: PersonId, video_id: VideoId, at: datetime) -> None:
        """Never show this video to this person again (until they say otherwise)."""
        insert_ignoring(self._tx, hides, [{"person_id": person_id, "video_id": video_id, "created_at": at}])

    def unhide(self, person_id: PersonId, video_id: VideoId) -> None:
        """Take a hide back."""
        self._tx.connection.execute(delete(hides).where(hides.c.person_id == person_id, hides.c.video_id == video_id))

    def hidden(self, person_id: PersonId) -> set[VideoId]:
        """Return what a person has hidden."""
        query = select(hides.c.video_id).where(hides.c.person_id == person_id)
        return {VideoId(value) for value in self._tx.connection.scalars(query)}
