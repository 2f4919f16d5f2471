"""Strictest-of: a setting tightens, never loosens, beyond the defaults that are a guardian's to replace."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId
from core.records import Person
from core.records_wellbeing import Setting
from tests.conftest import NOON, make_person
from wellbeing.bands import AgeBand, band_of
from wellbeing.control_kinds import ControlDefinition, ControlKind, Value
from wellbeing.controls import EffectiveControls, Party, effective_controls
from wellbeing.policy import load_wellbeing

Found = dict[tuple[PersonId, str, bool], Setting]
POLICY = load_wellbeing()
CONTROLS = POLICY.controls.control
PLACES = st.sampled_from(sorted({"ZZ", "US-CA", "US-NY", "US-VA", "DE", "GB", "JP"}))
BIRTHS = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2013, 11, 1)))
GUARDIANS = ("per_ana", "per_bo", "per_cy")


def value_of(definition: ControlDefinition) -> st.SearchStrategy[Value]:
    if definition.kind is ControlKind.SWITCH:
        return st.booleans()
    if definition.kind is ControlKind.NUMBER:
        return st.integers(definition.minimum, definition.maximum)
    if definition.kind is ControlKind.CHOICE:
        return st.sampled_from([choice.value for choice in definition.choices])
    return st.sampled_from(["off", "22:00-07:00", "21:30-06:30", "23:00-08:00", "00:00-05:00"])


@st.composite
def settings_by(draw: st.DrawFn, people: Sequence[str], most: int = 8) -> Found:
    found = []
    for _ in range(draw(st.integers(0, most))):
        definition = draw(st.sampled_from(CONTROLS))
        expires = draw(st.sampled_from([None, NOON - timedelta(hours=1), NOON + timedelta(hours=1)]))
        by = PersonId(draw(st.sampled_from(people)))
        found.append(Setting(definition.name, draw(value_of(definition)), by, NOON - timedelta(days=1), expires))
    return {(item.set_by, item.control, item.is_temporary): item for item in found}


def holds(person: Person, settings: Iterable[Setting]) -> EffectiveControls:
    return effective_controls(POLICY.controls, POLICY.laws, person, settings, NOON)


def never_looser(after: EffectiveControls, before: EffectiveControls) -> None:
    for definition in CONTROLS:
        name = definition.name
        assert definition.is_at_least_as_strict(after.value(name), before.value(name)), name


@given(born=BIRTHS, place=PLACES, theirs=settings_by(GUARDIANS), own=settings_by(["per_teen"]))
def test_a_minors_own_settings_never_loosen_anything(born: date | None, place: str, theirs: Found, own: Found) -> None:
    teen = make_person("teen", born=born, jurisdiction=place)
    if band_of(teen, NOON) is AgeBand.ADULT:
        return
    never_looser(holds(teen, [*theirs.values(), *own.values()]), holds(teen, theirs.values()))


@given(born=BIRTHS, place=PLACES, first=settings_by(["per_ana"]), second=settings_by(["per_bo", "per_cy"]))
def test_once_a_guardian_has_set_a_control_another_guardian_can_only_tighten_it(
    born: date | None, place: str, first: Found, second: Found
) -> None:
    teen = make_person("teen", born=born, jurisdiction=place)
    before = holds(teen, first.values())
    after = holds(teen, [*first.values(), *second.values()])
    set_already = {item.control for item in first.values() if item.holds(NOON)}
    for definition in CONTROLS:
        if definition.name in set_already:
            assert definition.is_at_least_as_strict(after.value(definition.name), before.value(definition.name))


@given(born=BIRTHS, place=PLACES, all_=settings_by((*GUARDIANS, "per_teen"), most=20))
def test_nothing_ever_passes_the_platforms_bound_or_a_firm_law(born: date | None, place: str, all_: Found) -> None:
    teen = make_person("teen", born=born, jurisdiction=place)
    band = band_of(teen, NOON)
    found = holds(teen, all_.values())
    for definition in CONTROLS:
        value = found.value(definition.name)
        assert definition.is_at_least_as_strict(value, definition.loosest.of(band))
        for law in POLICY.laws.applying(place, band, definition.name):
            if not law.guardian_may_loosen:
                assert definition.is_at_least_as_strict(value, law.value)


@given(born=BIRTHS, place=PLACES, all_=settings_by((*GUARDIANS, "per_teen"), most=12))
def test_whoever_is_named_as_having_set_a_value_did_set_it(born: date | None, place: str, all_: Found) -> None:
    teen = make_person("teen", born=born, jurisdiction=place)
    for control in holds(teen, all_.values()).controls.values():
        if control.set_by in {Party.GUARDIAN, Party.TEEN, Party.PERSON}:
            live = [item for item in all_.values() if item.holds(NOON) and item.control == control.name]
            assert control.person_id in {item.set_by for item in live}
        else:
            assert control.person_id is None
        assert (control.set_by is Party.LAW) == bool(control.rule_id)


@given(place=PLACES, all_=settings_by(GUARDIANS, most=12))
def test_a_younger_band_is_never_treated_more_loosely_under_the_same_settings(place: str, all_: Found) -> None:
    born = {AgeBand.YOUNGER_TEEN: date(2012, 1, 1), AgeBand.OLDER_TEEN: date(2009, 6, 1)}
    people = {band: make_person("teen", born=when, jurisdiction=place) for band, when in born.items()}
    assert all(band_of(person, NOON) is band for band, person in people.items())
    younger = holds(people[AgeBand.YOUNGER_TEEN], all_.values())
    older = holds(people[AgeBand.OLDER_TEEN], all_.values())
    never_looser(younger, older)


@given(place=PLACES, unknown_settings=settings_by(["per_teen"]))
def test_unknown_age_is_the_most_protected_band(place: str, unknown_settings: Found) -> None:
    unknown = make_person("teen", born=None, jurisdiction=place)
    thirteen = make_person("teen", born=date(2013, 1, 1), jurisdiction=place)
    assert holds(unknown, unknown_settings.values()) == holds(thirteen, unknown_settings.values())


def setting(control: str, value: Value, by: str = "per_ana", until: datetime | None = None) -> Setting:
    return Setting(control, value, PersonId(by), NOON, until)


def test_california_gives_a_teen_one_hour_until_a_parent_changes_it() -> None:
    teen = make_person("teen", born=date(2011, 3, 1), jurisdiction="US-CA")
    found = holds(teen, []).controls["daily_minutes"]
    assert (found.value, found.set_by, found.rule_id) == (60, Party.LAW, "us-ca-sb976-daily-hour")
    changed = holds(teen, [setting("daily_minutes", 90)]).controls["daily_minutes"]
    assert (changed.value, changed.set_by, changed.person_id) == (90, Party.GUARDIAN, "per_ana")


def test_a_law_that_a_court_stopped_does_not_hold() -> None:
    teen = make_person("teen", born=date(2011, 3, 1), jurisdiction="US-VA")
    assert holds(teen, []).controls["daily_minutes"].set_by is Party.PLATFORM


def test_two_guardians_night_hours_cover_both() -> None:
    teen = make_person("teen", born=date(2011, 3, 1))
    found = holds(teen, [setting("night_hours", "21:00-06:00"), setting("night_hours", "22:00-07:30", by="per_bo")])
    assert found.value("night_hours") == "21:00-07:30"


def test_a_temporary_setting_lies_over_the_lasting_one_and_gives_it_back() -> None:
    teen = make_person("teen", born=date(2011, 3, 1))
    until = NOON + timedelta(hours=2)
    both = [setting("daily_minutes", 30), setting("daily_minutes", 45, until=until)]
    assert holds(teen, both).value("daily_minutes") == 45
    later = effective_controls(POLICY.controls, POLICY.laws, teen, both, until)
    assert later.value("daily_minutes") == 30


def test_zero_means_zero_and_the_largest_number_means_no_limit() -> None:
    teen = make_person("teen", born=date(2011, 3, 1))
    assert holds(teen, [setting("daily_minutes", 0)]).limit("daily_minutes") == 0
    assert holds(make_person("ana"), []).limit("daily_minutes") is None


def test_an_adults_own_setting_holds_and_is_theirs_to_loosen() -> None:
    ana = make_person("ana")
    found = holds(ana, [setting("daily_minutes", 20, by="per_ana")]).controls["daily_minutes"]
    assert (found.value, found.set_by) == (20, Party.PERSON)


def test_a_time_zone_cannot_bring_a_birthday_forward() -> None:
    born = date(2008, 11, 22)  # turns 18 tomorrow
    for zone in ("UTC", "Pacific/Kiritimati"):
        assert band_of(make_person("teen", born=born, timezone=zone), NOON) is AgeBand.OLDER_TEEN


@pytest.mark.parametrize("wrong", [True, "30", 30.5, -1, 100000, None])
def test_a_value_of_the_wrong_kind_is_named_with_what_is_right(wrong: object) -> None:
    problem = POLICY.controls.find("daily_minutes").problem_with(wrong)
    assert problem == "a whole number from 0 to 1440"


@pytest.mark.parametrize(
    ("circle", "family", "mutual", "stranger"),
    [("nobody", False, False, False), ("family", True, False, False), ("mutuals", True, True, False)],
)
def test_who_may_message_a_teen(circle: str, family: bool, mutual: bool, stranger: bool) -> None:
    found = holds(make_person("teen", born=date(2011, 3, 1)), [setting("direct_messages", circle)])
    assert found.may_be_messaged_by(is_family=True, is_mutual=False) is family
    assert found.may_be_messaged_by(is_family=False, is_mutual=True) is mutual
    assert found.may_be_messaged_by(is_family=False, is_mutual=False) is stranger


def test_a_stranger_never_messages_a_minor_first_and_may_message_an_adult() -> None:
    loosest = [setting("direct_messages", "everyone")]
    assert not holds(make_person("teen", born=None), loosest).may_be_messaged_by(is_family=False, is_mutual=False)
    assert holds(make_person("ana"), []).may_be_messaged_by(is_family=False, is_mutual=False)
