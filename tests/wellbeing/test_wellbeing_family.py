"""Families through both databases: both sides agree, both see the same, and a change holds at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from core.audit import first_break
from core.clock import ManualClock
from core.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from core.ids import LinkId, PersonId
from core.records import Person
from core.records_wellbeing import ControlValue, LinkStatus
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.people import People
from core.vocabulary import Scope
from pipelines.online import family
from pipelines.online.wellbeing import open_gate
from tests.conftest import NOON, make_person
from wellbeing.controls import Party
from wellbeing.gate import Gate
from wellbeing.room import Wellbeing

PERSON = {Scope.PERSON}
LOOSEN = {Scope.PERSON, Scope.GUARDIAN_LOOSEN}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TEEN = make_person("teen", born=date(2011, 3, 1), created_at=LONG_AGO)
SIBLING = make_person("sibling", born=date(2009, 1, 1))
UNKNOWN = make_person("unknown", born=None)
NEARLY = make_person("nearly", born=date(2008, 11, 23))  # 18 the day after tomorrow
MUM, DAD, STRANGER = make_person("mum"), make_person("dad"), make_person("stranger")


@dataclass
class Rooms:
    """What these journeys use of the rooms."""

    database: Database
    clock: ManualClock
    wellbeing: Wellbeing


@pytest.fixture
def rooms(database: Database, clock: ManualClock) -> Rooms:
    with database.write() as tx:
        People(tx).add([TEEN, SIBLING, UNKNOWN, NEARLY, MUM, DAD, STRANGER])
    return Rooms(database, clock, Wellbeing.open())


def linked(rooms: Rooms, guardian: Person = MUM, teen: Person = TEEN) -> LinkId:
    link = family.invite(rooms, guardian.id, teen.handle)
    family.answer(rooms, teen.id, link.id, True)
    return link.id


def control(rooms: Rooms, name: str, actor: Person = TEEN, teen: Person = TEEN) -> family.ControlView:
    view = family.effective_controls(rooms, actor.id, teen.id)
    return next(item for item in view.controls if item.name == name)


def page(rooms: Rooms, person: Person, size: int) -> Gate:
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        return open_gate(tx, rooms, person, size)


@pytest.mark.parametrize(("inviter", "invited"), [(MUM, TEEN), (TEEN, MUM), (UNKNOWN, DAD)])
def test_either_side_may_ask_and_the_adult_becomes_the_guardian(rooms: Rooms, inviter: Person, invited: Person) -> None:
    link = family.invite(rooms, inviter.id, "@" + invited.handle)
    assert link.status is LinkStatus.INVITED
    assert {link.guardian.id, link.teen.id} == {inviter.id, invited.id}
    assert link.guardian.id in (MUM.id, DAD.id)
    assert family.answer(rooms, invited.id, link.id, True).status is LinkStatus.ACTIVE


def test_nothing_can_be_seen_or_set_before_the_other_side_agrees(rooms: Rooms) -> None:
    family.invite(rooms, MUM.id, "teen")
    for call in (
        lambda: family.effective_controls(rooms, MUM.id, TEEN.id),
        lambda: family.history(rooms, MUM.id, TEEN.id),
        lambda: family.activity(rooms, MUM.id, TEEN.id),
        lambda: family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 10}, LOOSEN),
    ):
        with pytest.raises(NotFound):
            call()


def test_one_cannot_answer_ones_own_invitation(rooms: Rooms) -> None:
    link = family.invite(rooms, MUM.id, "teen")
    with pytest.raises(Conflict):
        family.answer(rooms, MUM.id, link.id, True)
    with pytest.raises(NotFound):
        family.answer(rooms, STRANGER.id, link.id, True)


@pytest.mark.parametrize(("inviter", "invited"), [(MUM, STRANGER), (TEEN, SIBLING), (SIBLING, UNKNOWN)])
def test_a_link_joins_an_adult_and_a_minor_and_inviting_tells_no_one_which_a_person_is(
    rooms: Rooms, inviter: Person, invited: Person
) -> None:
    link = family.invite(rooms, inviter.id, invited.handle)
    assert link.status is LinkStatus.INVITED  # the same answer as for anyone
    with pytest.raises(Conflict, match="under 18"):
        family.answer(rooms, invited.id, link.id, True)


def test_inviting_someone_unknown_oneself_or_someone_who_blocked_one(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).block(TEEN.id, STRANGER.id, NOON)
    for handle in ("nobody", "teen"):
        with pytest.raises(NotFound):
            family.invite(rooms, STRANGER.id, handle)
    with pytest.raises(InvalidInput) as caught:
        family.invite(rooms, MUM.id, "mum")
    assert caught.value.field == "handle"


def test_an_invitation_is_no_way_to_pester(rooms: Rooms) -> None:
    first = family.invite(rooms, STRANGER.id, "teen")
    assert family.invite(rooms, STRANGER.id, "teen").id == first.id
    family.answer(rooms, TEEN.id, first.id, False)
    with pytest.raises(LimitReached) as caught:
        family.invite(rooms, STRANGER.id, "teen")
    assert caught.value.retry_after_s > 29 * 86400
    rooms.clock.advance(days=31)
    assert family.invite(rooms, STRANGER.id, "teen").id != first.id


def test_an_invitation_lapses(rooms: Rooms) -> None:
    link = family.invite(rooms, MUM.id, "teen")
    rooms.clock.advance(days=15)
    with pytest.raises(Conflict, match="lapsed"):
        family.answer(rooms, TEEN.id, link.id, True)


def test_only_so_many_open_invitations_at_once(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).add([make_person(f"kid{number}") for number in range(6)])
    for number in range(5):
        family.invite(rooms, STRANGER.id, f"kid{number}")
    with pytest.raises(LimitReached):
        family.invite(rooms, STRANGER.id, "kid5")


def test_a_control_holds_from_the_next_request(rooms: Rooms) -> None:
    linked(rooms)
    assert page(rooms, TEEN, 5).allowed == 5
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_videos": 7}, PERSON)
    assert page(rooms, TEEN, 5).allowed == 2
    assert page(rooms, TEEN, 5).allowed == 0
    holds = control(rooms, "daily_videos")
    assert (holds.value, holds.set_by, holds.set_by_person.handle, holds.yours) == (7, Party.GUARDIAN, "mum", None)
    assert control(rooms, "daily_videos", actor=MUM).yours == 7


def test_tightening_needs_no_step_up_and_loosening_does(rooms: Rooms) -> None:
    linked(rooms)
    set_ = lambda value, scopes: family.set_controls(  # noqa: E731
        rooms, MUM.id, TEEN.id, {"daily_minutes": value}, scopes
    )
    set_(30, {Scope.GUARDIAN_TIGHTEN})
    for value in (45, 90, None):
        with pytest.raises(NotAllowed) as caught:
            set_(value, {Scope.PERSON, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_READ})
        assert caught.value.code == "step_up_needed"
        assert "guardian:loosen" in caught.value.expected
    assert control(rooms, "daily_minutes").value == 30
    set_(90, LOOSEN)
    assert control(rooms, "daily_minutes").value == 90
    with pytest.raises(NotAllowed, match="scope"):
        set_(10, {Scope.GUARDIAN_READ})


def test_loosening_ones_own_word_needs_step_up_even_where_another_guardian_is_stricter(rooms: Rooms) -> None:
    linked(rooms)
    linked(rooms, DAD)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 20}, PERSON)
    family.set_controls(rooms, DAD.id, TEEN.id, {"daily_minutes": 10}, PERSON)
    with pytest.raises(NotAllowed):
        family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 40}, PERSON)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 40}, LOOSEN)
    holds = control(rooms, "daily_minutes")
    assert (holds.value, holds.set_by_person.handle) == (10, "dad")


def test_taking_back_the_stricter_word_is_loosening_even_if_it_returns_to_the_default(rooms: Rooms) -> None:
    linked(rooms)
    linked(rooms, DAD)
    family.set_controls(rooms, DAD.id, TEEN.id, {"daily_minutes": 120}, LOOSEN)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 90}, LOOSEN)
    with pytest.raises(NotAllowed):
        family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": None}, PERSON)


def test_no_guardian_passes_the_platforms_bound(rooms: Rooms) -> None:
    linked(rooms)
    for name, value in (("daily_minutes", 600), ("cameo_use", "everyone"), ("direct_messages", "everyone")):
        with pytest.raises(NotAllowed) as caught:
            family.set_controls(rooms, MUM.id, TEEN.id, {name: value}, LOOSEN)
        assert caught.value.code == "looser_than_allowed"
        assert caught.value.field == f"changes.{name}"


def test_a_teen_may_tighten_their_own_and_take_that_back_but_never_loosen(rooms: Rooms) -> None:
    linked(rooms)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 45}, PERSON)
    family.set_controls(rooms, TEEN.id, TEEN.id, {"daily_minutes": 15}, PERSON)
    holds = control(rooms, "daily_minutes")
    assert (holds.value, holds.set_by, holds.yours) == (15, Party.TEEN, 15)
    for value in (46, 60, 1440):
        with pytest.raises(NotAllowed) as caught:
            family.set_controls(rooms, TEEN.id, TEEN.id, {"daily_minutes": value}, PERSON)
        assert "a guardian allows 45 minutes" in caught.value.detail
    family.set_controls(rooms, TEEN.id, TEEN.id, {"daily_minutes": None}, PERSON)
    assert control(rooms, "daily_minutes").value == 45


def test_guardian_scopes_do_not_let_a_teen_loosen_their_own(rooms: Rooms) -> None:
    with pytest.raises(NotAllowed):
        family.set_controls(rooms, TEEN.id, TEEN.id, {"continuous_feed": True}, {*LOOSEN, *Scope})


def test_an_adult_sets_and_loosens_their_own(rooms: Rooms) -> None:
    family.set_controls(rooms, MUM.id, MUM.id, {"daily_minutes": 15, "continuous_feed": False}, PERSON)
    assert page(rooms, MUM, 30).allowed == 30
    family.set_controls(rooms, MUM.id, MUM.id, {"daily_minutes": 60}, PERSON)
    assert control(rooms, "daily_minutes", MUM, MUM).set_by is Party.PERSON


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"daily_minutes": "30"}, "changes.daily_minutes"),
        ({"daily_minutes": True}, "changes.daily_minutes"),
        ({"daily_hours": 1}, "changes.daily_hours"),
        ({"night_hours": "22-7"}, "changes.night_hours"),
        ({"cameo_use": "friends"}, "changes.cameo_use"),
        ({}, "changes"),
    ],
)
def test_wrong_changes_are_named_and_change_nothing(
    rooms: Rooms, changes: dict[str, ControlValue | None], field: str
) -> None:
    linked(rooms)
    with pytest.raises(InvalidInput) as caught:
        family.set_controls(rooms, MUM.id, TEEN.id, {"session_videos": 5, **changes} if changes else {}, PERSON)
    assert caught.value.field == field
    assert control(rooms, "session_videos").value == 20


def test_a_temporary_change_ends_by_itself(rooms: Rooms) -> None:
    linked(rooms)
    until = NOON + timedelta(hours=1)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 30}, PERSON)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 75}, LOOSEN, until=until)
    assert control(rooms, "daily_minutes").value == 75
    assert control(rooms, "daily_minutes").expires_at == until
    rooms.clock.set(until)
    assert control(rooms, "daily_minutes").value == 30
    with pytest.raises(InvalidInput):
        family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 5}, PERSON, until=NOON)


def test_a_guardian_whose_link_ended_has_no_say_from_the_next_request(rooms: Rooms) -> None:
    link = linked(rooms)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_videos": 0}, PERSON)
    assert page(rooms, TEEN, 5).allowed == 0
    family.end(rooms, TEEN.id, link)
    assert page(rooms, TEEN, 5).allowed == 5
    for call in (family.effective_controls, family.history, family.activity):
        with pytest.raises(NotFound):
            call(rooms, MUM.id, TEEN.id)
    with pytest.raises(NotFound):
        family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 5}, LOOSEN)
    seen = family.links(rooms, MUM.id)[0]
    assert (seen.status, seen.ended_by) == (LinkStatus.ENDED, TEEN.id)  # the guardian is told who ended it


def test_old_settings_do_not_come_back_with_a_new_link(rooms: Rooms) -> None:
    link = linked(rooms)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_videos": 0}, PERSON)
    family.end(rooms, MUM.id, link)
    linked(rooms)
    assert control(rooms, "daily_videos").set_by is Party.PLATFORM


def test_at_eighteen_a_guardians_say_ends_by_itself(rooms: Rooms) -> None:
    linked(rooms, teen=NEARLY)
    family.set_controls(rooms, MUM.id, NEARLY.id, {"daily_videos": 0}, PERSON)
    assert page(rooms, NEARLY, 5).allowed == 0
    rooms.clock.set(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    assert page(rooms, NEARLY, 5).allowed == 5
    with pytest.raises(NotFound):
        family.effective_controls(rooms, MUM.id, NEARLY.id)


def test_both_sides_read_exactly_the_same_log(rooms: Rooms) -> None:
    linked(rooms)
    link = linked(rooms, DAD)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 30, "night_hours": "22:00-07:00"}, PERSON)
    family.set_controls(rooms, TEEN.id, TEEN.id, {"daily_minutes": 20}, PERSON)
    family.set_controls(rooms, DAD.id, TEEN.id, {"continuous_feed": True}, LOOSEN, until=NOON + timedelta(hours=1))
    family.end(rooms, DAD.id, link)
    theirs, hers = (family.history(rooms, person.id, TEEN.id) for person in (TEEN, MUM))
    assert theirs == hers
    lines = [f"@{entry.actor.handle} {entry.text}" for entry in reversed(theirs)]
    assert lines == [
        "@mum invited @teen to a family link",
        "@teen accepted the family link with @mum",
        "@dad invited @teen to a family link",
        "@teen accepted the family link with @dad",
        "@mum set Minutes in the feed each day to 30 minutes; it now holds at 30 minutes (before: 60 minutes)",
        "@mum set Night hours to 22:00-07:00; it now holds at 22:00-07:00 (before: off)",
        "@teen set Minutes in the feed each day to 20 minutes; it now holds at 20 minutes (before: 30 minutes)",
        "@dad set Continuous feed to on; it now holds at on (before: off), until 2026-11-21T13:00+00:00",
        "@dad ended the family link with @teen",
    ]


def test_every_change_is_in_the_audit_log_and_the_chain_is_whole(rooms: Rooms) -> None:
    linked(rooms)
    family.set_controls(rooms, MUM.id, TEEN.id, {"daily_minutes": 30}, PERSON)
    with rooms.database.read() as tx:
        entries = list(AuditLog(tx).entries())
    assert [entry.action for entry in entries] == ["family.invited", "family.accepted", "family.control_set"]
    assert first_break(entries) is None


def test_a_guardian_sees_time_and_counts_and_the_teen_sees_the_same(rooms: Rooms) -> None:
    linked(rooms)
    page(rooms, TEEN, 6)
    rooms.clock.advance(seconds=70)
    hers, theirs = (family.activity(rooms, person.id, TEEN.id) for person in (MUM, TEEN))
    assert hers == theirs
    assert (hers.today.videos, hers.today.active_minutes, hers.daily_minutes) == (6, 1, 60)
    shown = {name for kind in (family.Activity, family.ActivityDay) for name in kind.__slots__}
    assert shown == {"teen", "today", "week", "daily_minutes", "daily_videos", "day", "videos", "active_minutes"}


def test_two_answers_at_once_leave_one_link_and_one_line(rooms: Rooms) -> None:
    link = family.invite(rooms, MUM.id, "teen")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: family.answer(rooms, TEEN.id, link.id, True), range(8)))
    assert {answer.status for answer in answers} == {LinkStatus.ACTIVE}
    assert [entry.action for entry in family.history(rooms, TEEN.id, TEEN.id)] == ["accepted", "invited"]


def test_an_unknown_teen_is_not_there(rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        family.effective_controls(rooms, MUM.id, PersonId("per_nobody"))
    with pytest.raises(NotFound):
        family.set_controls(rooms, STRANGER.id, TEEN.id, {"daily_minutes": 5}, LOOSEN)
