"""One person's viewing, over all their devices and over their accounts: loaded and stored under one lock.

Two accounts that the same guardian looks after and that have the same birth date are taken for one person's, until the
guardian says that they are two children (the control `count_together`). They are counted in one record, under the
strictest of their controls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.viewing import Viewing
from pipelines.online.family import controls_in, guardians_in
from pipelines.online.rooms import Rooms
from wellbeing import pooling
from wellbeing.bands import counts_as_minor
from wellbeing.controls import EffectiveControls
from wellbeing.state import ViewingState


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a person's viewing: their accounts, the controls that hold over them, and the one record."""

    accounts: tuple[PersonId, ...]
    controls: EffectiveControls
    state: ViewingState


def load_viewing(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> Watched:
    """Return a person's viewing. To store it again, hold the person's lock first: this takes the accounts' lock too."""
    accounts = [person, *_other_accounts(tx, rooms, person, now)]
    ids = tuple(account.id for account in accounts)
    controls = [controls_in(tx, rooms, account, now) for account in accounts]
    if len(accounts) == 1:
        return Watched(ids, controls[0], ViewingState.from_json(Viewing(tx).load(person.id)))
    Viewing(tx).lock_pool(pooling.account_that_counts(ids))
    found = Viewing(tx).load_many(ids)
    state = pooling.merged([ViewingState.from_json(found[ident]) for ident in sorted(found)])
    return Watched(ids, pooling.strictest(rooms.wellbeing.policy.controls, controls[0], controls[1:]), state)


def save_viewing(tx: Transaction, accounts: Sequence[PersonId], state: ViewingState, now: datetime) -> None:
    """Store the one record of these accounts. The caller holds the person's lock, and loaded it in this transaction."""
    counted = pooling.account_that_counts(accounts)
    Viewing(tx).save(counted, state.to_json(), now)
    if len(accounts) > 1:
        Viewing(tx).forget(ident for ident in accounts if ident != counted)


def _other_accounts(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> list[Person]:
    """Return the accounts that count together with this one: through a shared guardian, and through each other."""
    if not counts_as_minor(person, now):
        return []
    found: dict[PersonId, Person] = {}
    to_ask = [person]
    while to_ask:
        asked = to_ask.pop()
        beside = FamilyLinks(tx).beside(asked.id)
        for other in People(tx).many(beside).values() if beside else ():
            if other.id in {person.id, *found} or not _together(tx, rooms, asked, other, now):
                continue
            found[other.id] = other
            to_ask.append(other)
    return [found[ident] for ident in sorted(found)]


def _together(tx: Transaction, rooms: Rooms, one: Person, other: Person, now: datetime) -> bool:
    if one.birth_date != other.birth_date:
        return False
    if guardians_in(tx, one, now).keys().isdisjoint(guardians_in(tx, other, now)):
        return False
    return all(controls_in(tx, rooms, person, now).value(pooling.TOGETHER) for person in (one, other))
