"""Strictest-of: what holds for one person, and who set it.

Who counts, in this order: the law of the place, the platform, every guardian, the teen. A *floor* of law or platform
always holds. A *default* of law (where the statute leaves it to parents) or platform holds while no guardian has set
the control; the first guardian's setting takes its place, within the floors. Beyond that a setting can only tighten.
An adult's own setting takes the place of the platform's default in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.ids import PersonId
from core.records import Person
from core.records_wellbeing import Setting
from core.vocabulary import LikenessPermission
from wellbeing.bands import AgeBand, band_of
from wellbeing.control_kinds import ControlDefinition, ControlsPolicy, Value
from wellbeing.days import Night
from wellbeing.laws import LawsPolicy

CAMEO_OFF = "off"


class Party(StrEnum):
    """Who set the value that holds."""

    LAW = "law"
    PLATFORM = "platform"
    GUARDIAN = "guardian"
    TEEN = "teen"
    PERSON = "person"  # an adult, for themselves


@dataclass(frozen=True, slots=True)
class EffectiveControl:
    """The value of a control that holds, and who set it."""

    name: str
    value: Value
    set_by: Party
    person_id: PersonId | None = None
    rule_id: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EffectiveControls:
    """All controls that hold for one person at one moment."""

    band: AgeBand
    policy_version: str
    controls: Mapping[str, EffectiveControl]
    unlimited: frozenset[str] = frozenset()

    @property
    def is_minor(self) -> bool:
        """Whether a minor's limits hold."""
        return self.band is not AgeBand.ADULT

    def value(self, name: str) -> Value:
        """Return a control's value."""
        return self.controls[name].value

    def limit(self, name: str) -> int | None:
        """Return a number control's limit, or None when it is set to no limit. Zero is a limit: none at all."""
        return None if name in self.unlimited else int(self.controls[name].value)

    @property
    def continuous_feed(self) -> bool:
        """Whether the feed goes on without a pause."""
        return bool(self.value("continuous_feed"))

    @property
    def personalised(self) -> bool:
        """Whether the ranker may use what it learned about this person."""
        return bool(self.value("personalisation"))

    @property
    def night(self) -> Night | None:
        """The hours in which the feed is closed, if any."""
        return Night.parse(str(self.value("night_hours")))

    @property
    def cameo_permission(self) -> LikenessPermission | None:
        """The widest permission this person's likeness may have; None when it may not be used at all."""
        value = str(self.value("cameo_use"))
        return None if value == CAMEO_OFF else LikenessPermission(value)

    def may_be_messaged_by(self, *, is_family: bool, is_mutual: bool) -> bool:
        """Whether someone may start a conversation with this person: whatever would send a message asks here."""
        circle = self.value("direct_messages")
        return (
            circle == "everyone"
            or (circle == "mutuals" and (is_mutual or is_family))
            or (circle == "family" and is_family)
        )


def effective_controls(
    policy: ControlsPolicy, laws: LawsPolicy, person: Person, settings: Iterable[Setting], now: datetime
) -> EffectiveControls:
    """Return what holds for ``person``. ``settings``: their own, and those of guardians whose link is active now."""
    band = band_of(person, now)
    by_control: dict[str, list[Setting]] = {}
    for setting in in_force(settings, now):
        by_control.setdefault(setting.control, []).append(setting)
    controls = {item.name: _resolve(item, laws, person, band, by_control.get(item.name, [])) for item in policy.control}
    unlimited = frozenset(item.name for item in policy.control if item.is_unlimited(controls[item.name].value))
    return EffectiveControls(band, policy.version, controls, unlimited)


def effective_control(
    policy: ControlsPolicy, laws: LawsPolicy, person: Person, settings: Iterable[Setting], name: str, now: datetime
) -> EffectiveControl:
    """Return what holds of one control alone: for questions about many people. Raises ``KeyError`` for no control."""
    definition = policy.find(name)
    if definition is None:
        raise KeyError(name)
    about = [item for item in in_force(settings, now) if item.control == name]
    return _resolve(definition, laws, person, band_of(person, now), about)


def in_force(settings: Iterable[Setting], now: datetime) -> list[Setting]:
    """Return each person's setting of each control that holds now: a temporary one lies over a lasting one."""
    top: dict[tuple[PersonId, str], Setting] = {}
    for setting in sorted(settings, key=lambda item: item.is_temporary):
        if setting.holds(now):
            top[setting.set_by, setting.control] = setting
    return sorted(top.values(), key=lambda item: (item.set_at, item.set_by))


def _resolve(
    definition: ControlDefinition, laws: LawsPolicy, person: Person, band: AgeBand, settings: list[Setting]
) -> EffectiveControl:
    is_minor = band is not AgeBand.ADULT
    usable = [item for item in settings if definition.problem_with(item.value) is None]
    own = [item for item in usable if item.set_by == person.id]
    guardians = [item for item in usable if item.set_by != person.id] if is_minor else []
    # Whoever may replace a default: a guardian for a minor, an adult for themselves.
    replaces_default = bool(guardians) if is_minor else bool(own)
    holds: EffectiveControl | None = None
    for candidate in (
        *_lawful(definition, laws, person, band, replaces_default=bool(guardians)),
        EffectiveControl(definition.name, definition.loosest.of(band), Party.PLATFORM),
        *([] if replaces_default else [EffectiveControl(definition.name, definition.default.of(band), Party.PLATFORM)]),
        *(_by(item, Party.GUARDIAN) for item in guardians),
        *(_by(item, Party.TEEN if is_minor else Party.PERSON) for item in own),
    ):
        holds = candidate if holds is None else _stricter(definition, holds, candidate)
    if holds is None:
        raise ValueError(f"{definition.name} has no value")
    return holds


def _lawful(
    definition: ControlDefinition, laws: LawsPolicy, person: Person, band: AgeBand, *, replaces_default: bool
) -> list[EffectiveControl]:
    found = laws.applying(person.jurisdiction, band, definition.name)
    return [
        EffectiveControl(definition.name, law.value, Party.LAW, rule_id=law.id)
        for law in found
        if not (law.guardian_may_loosen and replaces_default)
    ]


def _by(setting: Setting, party: Party) -> EffectiveControl:
    return EffectiveControl(
        setting.control, setting.value, party, person_id=setting.set_by, expires_at=setting.expires_at
    )


def _stricter(definition: ControlDefinition, holds: EffectiveControl, candidate: EffectiveControl) -> EffectiveControl:
    """Return who decides: the earlier party on a tie. Two windows that cross become one, credited to the later."""
    if definition.is_at_least_as_strict(holds.value, candidate.value):
        return holds
    value = definition.strictest(holds.value, candidate.value)
    return EffectiveControl(
        definition.name, value, candidate.set_by, candidate.person_id, candidate.rule_id, candidate.expires_at
    )
