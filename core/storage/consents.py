"""Consent records, and what checks of age came to."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update

from core.ids import PersonId
from core.records_family import AgeCheck, Consent
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.family import age_checks, consents


class Consents:
    """Consents are added and revoked, never changed or deleted."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, consent: Consent) -> None:
        """Store a consent."""
        row = {name: getattr(consent, name) for name in Consent.__slots__}
        self._tx.connection.execute(insert(consents).values(row))

    def of(self, teen_id: PersonId) -> list[Consent]:
        """Return every consent about a teen, revoked ones too, newest first."""
        query = select(consents).where(consents.c.teen_id == teen_id)
        rows = self._tx.connection.execute(query.order_by(consents.c.given_at.desc(), consents.c.id)).mappings()
        return [record_from(row, Consent, {}) for row in rows]

    def holds(self, teen_id: PersonId, purpose: str, guardians: Iterable[PersonId]) -> bool:
        """Whether one of these guardians has consented to a purpose and not taken it back."""
        allowed = set(guardians)
        return any(
            item.purpose == purpose and item.revoked_at is None and item.given_by in allowed
            for item in self.of(teen_id)
        )

    def revoke(self, consent_id: str, by: PersonId, at: datetime) -> None:
        """Store that a consent was taken back."""
        values = {"revoked_at": at, "revoked_by": by}
        self._tx.connection.execute(update(consents).where(consents.c.id == consent_id).values(values))


class AgeChecks:
    """What checks came to; never what they were decided on."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, check: AgeCheck) -> None:
        """Store what a check came to."""
        row = {name: getattr(check, name) for name in AgeCheck.__slots__}
        self._tx.connection.execute(insert(age_checks).values(row))

    def of(self, person_id: PersonId) -> list[AgeCheck]:
        """Return a person's checks, newest first."""
        query = select(age_checks).where(age_checks.c.person_id == person_id)
        rows = self._tx.connection.execute(query.order_by(age_checks.c.checked_at.desc(), age_checks.c.id)).mappings()
        return [record_from(row, AgeCheck, {}) for row in rows]
