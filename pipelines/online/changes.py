"""One change to a person's viewing: load it under their lock, change it, store it, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.people import People
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms
from pipelines.online.viewing import load_viewing, save_viewing
from wellbeing.controls import EffectiveControls
from wellbeing.gate import SessionView
from wellbeing.state import ViewingState


@dataclass(slots=True)
class Change:
    """A person's viewing while it is being changed: set ``state``; it is stored when the block ends."""

    rooms: Rooms
    person: Person
    controls: EffectiveControls
    state: ViewingState
    now: datetime

    def session(self) -> SessionView:
        """Return where the state stands now."""
        return self.rooms.wellbeing.looked_at(self.state, self.person, self.controls, self.now)[1]

    def catch_up(self) -> None:
        """Bring the state up to now: what was watched until now is counted, and the day in progress is today's."""
        self.state = self.rooms.wellbeing.caught_up(self.state, self.person, self.controls, self.now)


@contextmanager
def changing(rooms: Rooms, person_id: PersonId) -> Iterator[Change]:
    """Open a transaction under the person's lock, and yield their viewing. Raises ``NotFound`` for someone unknown."""
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        with changing_in(tx, rooms, known_person(tx, person_id)) as change:
            yield change


@contextmanager
def changing_in(tx: Transaction, rooms: Rooms, person: Person) -> Iterator[Change]:
    """The same within a transaction whose caller holds the person's lock."""
    now = rooms.clock.now()
    known = load_viewing(tx, rooms, person, now)
    change = Change(rooms, person, known.controls, known.state, now)
    yield change
    if change.state is not known.state:
        save_viewing(tx, known.accounts, change.state, now)
