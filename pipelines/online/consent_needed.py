"""Where a law asks for a parent's consent before a control is loosened, loosening it without one is refused."""

from collections.abc import Iterable, Sequence

from core.errors import NotAllowed
from core.ids import PersonId
from core.records import Person
from core.storage.consents import Consents
from core.storage.database import Transaction
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
