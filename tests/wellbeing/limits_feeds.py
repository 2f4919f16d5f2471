"""Where the adversary's pages come from: the room alone here, the journeys over a database in limits_database.py."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol

from core.records import Event, Person
from core.records_wellbeing import Setting
from tests.conftest import make_person
from wellbeing import budgets, labels
from wellbeing.bands import AgeBand, band_of
from wellbeing.controls import EffectiveControls, in_force
from wellbeing.counting import never_back
from wellbeing.gate import Gate
from wellbeing.policy import load_wellbeing
from wellbeing.room import Wellbeing
from wellbeing.state import Grant, ViewingState


def _room() -> Wellbeing:
    """The shipped policies, but for labels that come after minutes rather than hours, so that runs get to see them."""
    policy = load_wellbeing()
    sooner = [
        rule.model_copy(update={"after_minutes": 4, "every_minutes": 3}) if rule.after_minutes else rule
        for rule in policy.labels.label
    ]
    return Wellbeing(replace(policy, labels=policy.labels.model_copy(update={"label": tuple(sooner)})))


ROOM = _room()


class Feed(Protocol):
    """Where pages come from: the room alone, or the journeys over a database."""

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime, *, alone: bool = False) -> Gate:
        """Ask for a page, or (``alone``) open one film by itself."""

    def budget(self, person: Person, settings: list[Setting], minutes: int, now: datetime) -> None:
        """Give oneself some minutes."""

    def grant(self, person: Person, settings: list[Setting], ident: str, minutes: int, now: datetime) -> None:
        """Be given some minutes by a guardian."""

    def label_shown(self, person: Person, settings: list[Setting], label: str, now: datetime) -> None:
        """Say that a warning label was shown."""

    def event(self, person: Person, event: Event, now: datetime) -> None:
        """Report something that was done."""

    def power_cut(self, person: Person, settings: list[Setting], size: int, now: datetime) -> None:
        """Ask for a page and lose power before anything is stored or answered."""


@lru_cache(maxsize=512)
def _resolved(person: str, jurisdiction: str, band: AgeBand, settings: tuple[Setting, ...]) -> EffectiveControls:
    born = {AgeBand.YOUNGER_TEEN: None, AgeBand.OLDER_TEEN: date(2010, 1, 1), AgeBand.ADULT: date(1990, 1, 1)}[band]
    someone = make_person(person, born=born, jurisdiction=jurisdiction)
    return ROOM.controls(someone, settings, datetime(2026, 6, 1, tzinfo=UTC))


def controls_of(person: Person, settings: list[Setting], now: datetime) -> EffectiveControls:
    """The room's answer, remembered: it depends on the band, the place and the settings in force alone."""
    lasting = tuple(replace(setting, expires_at=None) for setting in in_force(settings, now))
    return _resolved(person.handle, person.jurisdiction, band_of(person, now), lasting)


class RoomFeed:
    """The room's decisions over a state kept as JSON, as the database keeps it."""

    def __init__(self) -> None:
        self.stored: dict[str, object] | None = None

    def page(self, person: Person, settings: list[Setting], size: int, now: datetime, *, alone: bool = False) -> Gate:
        controls = controls_of(person, settings, now)
        if alone:
            gate = ROOM.open_one(self._state(), person, controls, now=now)
        else:
            gate = ROOM.open_page(self._state(), person, controls, requested=size, now=now)
        self.stored = gate.state.to_json()
        return gate

    def budget(self, person: Person, settings: list[Setting], minutes: int, now: datetime) -> None:
        state = ROOM.caught_up(self._state(), person, controls_of(person, settings, now), now)
        self.stored = budgets.given(state, minutes, never_back(state, now)).to_json()

    def grant(self, person: Person, settings: list[Setting], ident: str, minutes: int, now: datetime) -> None:
        state = ROOM.caught_up(self._state(), person, controls_of(person, settings, now), now)
        self.stored = budgets.granted(state, Grant(id=ident, minutes=minutes, at=now)).to_json()

    def label_shown(self, person: Person, settings: list[Setting], label: str, now: datetime) -> None:
        state = self._state()
        self.stored = labels.acknowledged(state, label, never_back(state, now)).to_json()

    def _state(self) -> ViewingState:
        return ViewingState.from_json(self.stored)

    def event(self, person: Person, event: Event, now: datetime) -> None:
        self.stored = ROOM.after_events(ViewingState.from_json(self.stored), person, [event], now).to_json()

    def power_cut(self, person: Person, settings: list[Setting], size: int, now: datetime) -> None:
        stored = self.stored
        self.page(person, settings, size, now)
        self.stored = stored
