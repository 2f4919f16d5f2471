"""The adversary's feed over the real journeys and a real database."""

from dataclasses import dataclass
from datetime import datetime

from core.clock import ManualClock
from core.ids import LinkId, PersonId
from core.records import Event, Person
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.tables import metadata
from pipelines.online.wellbeing import note_events, open_gate
from tests.conftest import NOON, make_person
from tests.wellbeing.limits_machine import ROOM
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

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime) -> Gate:
        """Ask for a page."""
        return self._asked(person, settings, size, now, cut=False)

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

    def _asked(self, person: Person, settings: list[Setting], size: int, now: datetime, *, cut: bool) -> Gate:
        self._store(settings)
        self.rooms.clock.set(now)
        with self.rooms.database.write() as tx:
            People(tx).lock(person.id)
            gate = open_gate(tx, self.rooms, person, size)  # type: ignore[arg-type]
            if cut:
                raise PowerCut
            return gate

    def _store(self, settings: list[Setting]) -> None:
        if settings == self.stored:
            return
        with self.rooms.database.write() as tx:
            for name in PEOPLE:
                FamilyLinks(tx).clear_settings_of(PersonId("per_teen"), PersonId(name))
            for setting in settings:
                FamilyLinks(tx).set_control(PersonId("per_teen"), setting)
        self.stored = list(settings)
