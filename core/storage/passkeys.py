"""Passkeys, the challenges they are to sign, and signing out everywhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.rows import record_from, upsert
from core.storage.tables.accounts import passkey_challenges, passkeys, people, sign_outs


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key that one person can prove to hold. ``id`` is the credential's, in base64url."""

    id: str
    person_id: PersonId
    name: str
    public_key: bytes
    sign_count: int
    created_at: datetime
    last_used_at: datetime | None = None


class Passkeys:
    """The passkeys of people, and open challenges."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, passkey: Passkey) -> None:
        """Store a new passkey."""
        self._tx.connection.execute(
            insert(passkeys).values({name: getattr(passkey, name) for name in Passkey.__slots__})
        )

    def find(self, passkey_id: str) -> Passkey | None:
        """Return a passkey of anyone, or None."""
        row = self._tx.connection.execute(select(passkeys).where(passkeys.c.id == passkey_id)).mappings().first()
        return None if row is None else record_from(row, Passkey, {})

    def of(self, person_id: PersonId) -> list[Passkey]:
        """Return a person's passkeys, oldest first."""
        query = select(passkeys).where(passkeys.c.person_id == person_id)
        rows = self._tx.connection.execute(query.order_by(passkeys.c.created_at, passkeys.c.id)).mappings()
        return [record_from(row, Passkey, {}) for row in rows]

    def used(self, passkey_id: str, sign_count: int, at: datetime) -> None:
        """Store that a passkey signed something."""
        values = {"sign_count": sign_count, "last_used_at": at}
        self._tx.connection.execute(update(passkeys).where(passkeys.c.id == passkey_id).values(values))

    def remove(self, person_id: PersonId, passkey_id: str) -> bool:
        """Forget a passkey of this person; False if they have none of this id."""
        gone = delete(passkeys).where(passkeys.c.id == passkey_id, passkeys.c.person_id == person_id)
        return self._tx.connection.execute(gone).rowcount > 0

    def challenge(self, challenge: str, person_id: PersonId, purpose: str, now: datetime, until: datetime) -> None:
        """Store a challenge, and forget those that have lapsed."""
        self._tx.connection.execute(delete(passkey_challenges).where(passkey_challenges.c.expires_at <= now))
        row = {"challenge": challenge, "person_id": person_id, "purpose": purpose, "expires_at": until}
        self._tx.connection.execute(insert(passkey_challenges).values(row))

    def take_challenge(self, challenge: str, person_id: PersonId, purpose: str, now: datetime) -> bool:
        """Use a challenge up; False if there is none of this person for this purpose, or it has lapsed."""
        gone = delete(passkey_challenges).where(
            passkey_challenges.c.challenge == challenge,
            passkey_challenges.c.person_id == person_id,
            passkey_challenges.c.purpose == purpose,
            passkey_challenges.c.expires_at > now,
        )
        return self._tx.connection.execute(gone).rowcount == 1


_SESSION = (  # built once: every request asks
    select(people.c.id, sign_outs.c.before)
    .outerjoin(sign_outs, sign_outs.c.person_id == people.c.id)
    .where(people.c.id == bindparam("person_id"), people.c.deleted_at.is_(None))
)


class SignOuts:
    """Since when a person's tokens count."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def end_all(self, person_id: PersonId, before: datetime) -> None:
        """From now on accept no token of this person that was issued before this moment."""
        upsert(self._tx, sign_outs, {"person_id": person_id, "before": before}, key=["person_id"])

    def of(self, person_id: PersonId) -> tuple[bool, datetime | None]:
        """Return whether there is such a person, and the moment from which on their tokens count (None: all do)."""
        row = self._tx.connection.execute(_SESSION, {"person_id": person_id}).first()
        return (False, None) if row is None else (True, row.before)
