"""The adversary's feed over the real journeys and a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from core.clock import ManualClock
from core.ids import LinkId, PersonId
from core.records import Event, Person
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.storage.database import Database, Transaction
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.tables import metadata
from pipelines.online.budgets import acknowledge_label, grant_minutes_in, set_session_budget_in
from pipelines.online.wellbeing import note_events, open_gate, open_one
from tests.conftest import NOON, make_person
from tests.wellbeing.limits_feeds import ROOM
from wellbeing.gate import Gate
from wellbeing.room import Wellbeing

PEOPLE = ("per_ana", "per_bo", "per_teen")


class PowerCut(Exception):
    """The machine went dark before the transaction ended."""


@dataclass
class Rooms:
    """What the gate uses of the rooms."""

    database: Database
    clock: ManualClock
    wellbeing: Wellbeing


class DatabaseFeed:
    """Pages through ``open_gate``, each in a transaction of its own, under the person's lock."""

    def __init__(self, database: Database) -> None:
        for table in reversed(metadata.sorted_tables):
            with database.write() as tx:
                tx.connection.execute(table.delete())
        self.rooms = Rooms(database, ManualClock(NOON), ROOM)
        with database.write() as tx:
            People(tx).add([make_person(name.removeprefix("per_")) for name in PEOPLE])
            for guardian in PEOPLE[:2]:
                link = LinkId(f"link_{guardian}")
                FamilyLinks(tx).add(
                    FamilyLink(
                        link, PersonId(guardian), PersonId("per_teen"), LinkStatus.ACTIVE, PersonId(guardian), NOON
                    )
                )
        self.stored: list[Setting] = []

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime, *, alone: bool = False) -> Gate:
        """Ask for a page, or open one film by itself."""
        return self._asked(person, settings, size, now, cut=False, alone=alone)

    def budget(self, person: Person, settings: list[Setting], minutes: int, now: datetime) -> None:
        """Give oneself some minutes."""
        with self._locked(person, settings, now) as tx:
            set_session_budget_in(tx, self.rooms, person, minutes)  # type: ignore[arg-type]

    def grant(self, person: Person, settings: list[Setting], ident: str, minutes: int, now: datetime) -> None:
        """Be given some minutes by a guardian."""
        with self._locked(person, settings, now) as tx:
            grant_minutes_in(tx, self.rooms, person, ident, minutes)  # type: ignore[arg-type]

    def label_shown(self, person: Person, settings: list[Setting], label: str, now: datetime) -> None:
        """Say that a warning label was shown."""
        self._store(settings)
        self.rooms.clock.set(now)
        acknowledge_label(self.rooms, person.id, label)  # type: ignore[arg-type]

    def power_cut(self, person: Person, settings: list[Setting], size: int, now: datetime) -> None:
        """Ask for a page and lose power before the transaction ends."""
        try:
            self._asked(person, settings, size, now, cut=True)
        except PowerCut:
            return

    def event(self, person: Person, event: Event, now: datetime) -> None:
        """Report something that was done."""
        self.rooms.clock.set(now)
        with self.rooms.database.write() as tx:
            People(tx).lock(person.id)
            note_events(tx, self.rooms, person, [event])  # type: ignore[arg-type]

    def _asked(
        self, person: Person, settings: list[Setting], size: int, now: datetime, *, cut: bool, alone: bool = False
    ) -> Gate:
        with self._locked(person, settings, now) as tx:
            if alone:
                return open_one(tx, self.rooms, person)  # type: ignore[arg-type]
            gate = open_gate(tx, self.rooms, person, size)  # type: ignore[arg-type]
            if cut:
                raise PowerCut
            return gate

    @contextmanager
    def _locked(self, person: Person, settings: list[Setting], now: datetime) -> Iterator[Transaction]:
        self._store(settings)
        self.rooms.clock.set(now)
        with self.rooms.database.write() as tx:
            People(tx).lock(person.id)
            yield tx

    def _store(self, settings: list[Setting]) -> None:
        if settings == self.stored:
            return
        with self.rooms.database.write() as tx:
            for name in PEOPLE:
                FamilyLinks(tx).clear_settings_of(PersonId("per_teen"), PersonId(name))
            for setting in settings:
                FamilyLinks(tx).set_control(PersonId("per_teen"), setting)
        self.stored = list(settings)
