"""People, follows and blocks."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.rows import batches, columns_of, insert_ignoring
from core.storage.tables.accounts import blocks, follow_requests, follows, people

_PERSON = columns_of(people, Person)
_EXISTING = select(*_PERSON).where(people.c.deleted_at.is_(None))
# What every page asks is built once: putting a statement together costs several times what it takes to run.
_FIND = _EXISTING.where(people.c.id == bindparam("person_id"))
_MANY = _EXISTING.where(people.c.id.in_(bindparam("person_ids", expanding=True)))
# FOR NO KEY UPDATE: see ``lock``.
_LOCK = select(people.c.id).where(people.c.id == bindparam("person_id")).with_for_update(key_share=True)


class People:
    """Accounts, and the edges between them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, persons: Sequence[Person]) -> None:
        """Store new people."""
        rows = [{name: getattr(person, name) for name in Person.__slots__} for person in persons]
        for part in batches(rows):
            self._tx.connection.execute(insert(people), part)

    def find(self, person_id: PersonId) -> Person | None:
        """Return a person who has not deleted their account, or None."""
        row = self._tx.connection.execute(_FIND, {"person_id": person_id}).first()
        return None if row is None else Person(*row)

    def find_by_handle(self, handle: str) -> Person | None:
        """Return the person with this handle (without the @), or None."""
        row = self._tx.connection.execute(_EXISTING.where(people.c.handle == handle)).first()
        return None if row is None else Person(*row)

    def many(self, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Return those of the given people who exist, by id."""
        found: dict[PersonId, Person] = {}
        for part in batches(sorted(set(person_ids))):
            for row in self._tx.connection.execute(_MANY, {"person_ids": part}).all():
                person = Person(*row)
                found[person.id] = person
        return found

    def page(self, *, after: str = "", limit: int = 100, containing: str = "") -> list[Person]:
        """Return people in order of id, optionally only those whose handle or name contains a text."""
        query = _EXISTING.where(people.c.id > after)
        if containing:
            query = query.where(
                or_(
                    people.c.handle.icontains(containing, autoescape=True),
                    people.c.display_name.icontains(containing, autoescape=True),
                )
            )
        return [Person(*row) for row in self._tx.connection.execute(query.order_by(people.c.id).limit(limit))]

    def lock(self, person_id: PersonId) -> None:
        """Hold the person's row until the transaction ends: everything counted per person is counted under this.

        FOR NO KEY UPDATE: rows that refer to the person may be written meanwhile. Under FOR UPDATE two accounts that
        are counted as one would wait for each other, one for the pool and the other for the key.
        """
        self._tx.connection.execute(_LOCK, {"person_id": person_id})

    def set_signals(self, person_id: PersonId, signals: dict[str, bool]) -> None:
        """Replace which signals the ranker may use about a person."""
        self._tx.connection.execute(update(people).where(people.c.id == person_id).values(signals=signals))

    def set_reset_at(self, person_id: PersonId, moment: datetime) -> None:
        """From now on the ranker uses nothing that this person did before ``moment``."""
        self._tx.connection.execute(update(people).where(people.c.id == person_id).values(reset_at=moment))

    def follow(self, follower: PersonId, followee: PersonId, at: datetime) -> bool:
        """Make ``follower`` follow ``followee``; False if they already did."""
        return insert_ignoring(self._tx, follows, [_follow_row(follower, followee, at)]) > 0

    def add_follows(self, edges: Sequence[tuple[PersonId, PersonId, datetime]]) -> None:
        """Store many follows at once."""
        insert_ignoring(self._tx, follows, [_follow_row(*edge) for edge in edges])

    def unfollow(self, follower: PersonId, followee: PersonId) -> None:
        """Make ``follower`` no longer follow ``followee``."""
        self._tx.connection.execute(
            delete(follows).where(follows.c.follower_id == follower, follows.c.followee_id == followee)
        )

    def ask_to_follow(self, follower: PersonId, followee: PersonId, at: datetime) -> bool:
        """Store that ``follower`` wants to follow; False if they had asked already."""
        return insert_ignoring(self._tx, follow_requests, [_follow_row(follower, followee, at)]) > 0

    def take_request(self, follower: PersonId, followee: PersonId) -> bool:
        """Take a wish to follow away: answered, or taken back. False if there is none."""
        gone = delete(follow_requests).where(
            follow_requests.c.follower_id == follower, follow_requests.c.followee_id == followee
        )
        return self._tx.connection.execute(gone).rowcount > 0

    def requested(self, follower: PersonId) -> set[PersonId]:
        """Return whom a person waits to follow."""
        query = select(follow_requests.c.followee_id).where(follow_requests.c.follower_id == follower)
        return {PersonId(value) for value in self._tx.connection.scalars(query)}

    def requests_to(self, followee: PersonId) -> list[PersonId]:
        """Return who waits to follow a person, the longest waiting first."""
        query = select(follow_requests.c.follower_id).where(follow_requests.c.followee_id == followee)
        ordered = query.order_by(follow_requests.c.created_at, follow_requests.c.follower_id)
        return [PersonId(value) for value in self._tx.connection.scalars(ordered)]

    def set_private(self, person_id: PersonId, is_private: bool) -> None:
        """Open an account, or close it to all but approved followers."""
        self._tx.connection.execute(update(people).where(people.c.id == person_id).values(is_private=is_private))

    def set_birth_date(self, person_id: PersonId, born: date | None) -> None:
        """Store what a check of age came to; None is unknown."""
        self._tx.connection.execute(update(people).where(people.c.id == person_id).values(birth_date=born))

    def block(self, blocker: PersonId, blocked: PersonId, at: datetime) -> None:
        """Block someone; follows in both directions end, and so do wishes to follow."""
        row = {"blocker_id": blocker, "blocked_id": blocked, "created_at": at}
        insert_ignoring(self._tx, blocks, [row])
        self.unfollow(blocker, blocked)
        self.unfollow(blocked, blocker)
        self.take_request(blocker, blocked)
        self.take_request(blocked, blocker)

    def unblock(self, blocker: PersonId, blocked: PersonId) -> None:
        """Lift a block."""
        self._tx.connection.execute(
            delete(blocks).where(blocks.c.blocker_id == blocker, blocks.c.blocked_id == blocked)
        )

    def following(self, person_id: PersonId) -> set[PersonId]:
        """Return whom a person follows."""
        query = select(follows.c.followee_id).where(follows.c.follower_id == person_id)
        return {PersonId(value) for value in self._tx.connection.scalars(query)}

    def followers(self, person_id: PersonId) -> set[PersonId]:
        """Return who follows a person."""
        query = select(follows.c.follower_id).where(follows.c.followee_id == person_id)
        return {PersonId(value) for value in self._tx.connection.scalars(query)}

    def are_mutual(self, first: PersonId, second: PersonId) -> bool:
        """Tell whether two people follow each other."""
        edge = or_(
            and_(follows.c.follower_id == first, follows.c.followee_id == second),
            and_(follows.c.follower_id == second, follows.c.followee_id == first),
        )
        rows = self._tx.connection.execute(select(follows.c.follower_id).where(edge)).all()
        return len(rows) == 2 and first != second

    def blocked_either_way(self, person_id: PersonId) -> set[PersonId]:
        """Return everyone this person has blocked or is blocked by."""
        query = select(blocks).where(or_(blocks.c.blocker_id == person_id, blocks.c.blocked_id == person_id))
        pairs = self._tx.connection.execute(query).all()
        return {PersonId(row.blocked_id if row.blocker_id == person_id else row.blocker_id) for row in pairs}


def _follow_row(follower: PersonId, followee: PersonId, at: datetime) -> dict[str, Any]:
    return {"follower_id": follower, "followee_id": followee, "created_at": at}
