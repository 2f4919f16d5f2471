"""Where a law asks for a parent's consent before a control is loosened, loosening it without one is refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.errors import NotAllowed
from core.ids import PersonId
from core.records import Person
from core.storage.consents import Consents
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from pipelines.online.rooms import Rooms
from wellbeing.bands import band_of
from wellbeing.family import ControlChange


def check_consents(
    tx: Transaction, rooms: Rooms, person: Person, guardians: Iterable[PersonId], changes: Sequence[ControlChange]
) -> None:
    """Raise ``NotAllowed`` for a change that lets more through and lacks the consent that a law asks for."""
    band = band_of(person, rooms.clock.now())
    for change in changes:
        applying = rooms.wellbeing.policy.laws.applying(person.jurisdiction, band, change.control)
        if change.loosens and applying:
            _check(tx, rooms, person, guardians, change.control, {law.id for law in applying})


def _check(
    tx: Transaction, rooms: Rooms, person: Person, guardians: Iterable[PersonId], control: str, laws: set[str]
) -> None:
    for purpose in rooms.safety.ages.policy.consent.purpose:
        asked_by = sorted(laws.intersection(purpose.laws))
        if purpose.control != control or not asked_by:
            continue
        if not Consents(tx).holds(person.id, purpose.name, guardians):
            raise NotAllowed(
                code="consent_needed",
                detail=f"The law ({asked_by[0]}) asks for a parent's consent to {purpose.title}.",
                field=f"changes.{control}",
                expected=f"POST /v1/family/{person.id}/consents for the purpose {purpose.name}",
            )


def end_consents(
    tx: Transaction, rooms: Rooms, teen: Person, guardian_id: PersonId, others: Iterable[PersonId], now: datetime
) -> None:
    """Take back what a guardian whose link ends had consented to; what other guardians rested on it goes with it."""
    remaining = set(others) - {guardian_id}
    for consent in Consents(tx).of(teen.id):
        if consent.given_by != guardian_id or consent.revoked_at is not None:
            continue
        Consents(tx).revoke(consent.id, guardian_id, now)
        purpose = rooms.safety.ages.policy.consent.find(consent.purpose)
        if purpose is None or Consents(tx).holds(teen.id, consent.purpose, remaining):
            continue
        for other_id in remaining:
            FamilyLinks(tx).clear_control(teen.id, other_id, [purpose.control])
