"""Followers of the young and of private accounts are approved; who may find whom follows the controls."""

from datetime import date
from typing import Any, cast

import pytest

from core.clock import ManualClock
from core.errors import LimitReached, NotAllowed, NotFound
from core.ids import LinkId, PersonId
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.settings import Settings
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.vocabulary import EventKind, Scope
from pipelines.online import accounts, family, following
from pipelines.online.following import Followed
from pipelines.online.rooms import Rooms
from tests.conftest import NOON, make_person
from wellbeing.room import Wellbeing

ANN, BOB, MUM, TIM, TIA, OLI = (PersonId(f"per_{name}") for name in ("ann", "bob", "mum", "tim", "tia", "oli"))
LOOSEN = {Scope.PERSON, Scope.GUARDIAN_LOOSEN}


@pytest.fixture
def rooms(database: Database, clock: ManualClock) -> Rooms:
    none = cast(Any, None)
    teens = [make_person(name, born=date(2011, 3, 1)) for name in ("tim", "tia")]
    with database.write() as tx:
        People(tx).add([*(make_person(name) for name in ("ann", "bob", "mum")), *teens])
        People(tx).add([make_person("oli", born=date(2009, 3, 1), is_private=True)])
        for number, teen in enumerate((TIM, OLI)):
            FamilyLinks(tx).add(FamilyLink(LinkId(f"link_{number}"), MUM, teen, LinkStatus.ACTIVE, MUM, NOON, NOON))
    return Rooms(Settings(), clock, database, none, none, none, none, Wellbeing.open(), none, none)


def set_for(rooms: Rooms, teen: PersonId, name: str, value: bool | str, by: PersonId = MUM) -> None:
    family.set_controls(rooms, by, teen, {name: value}, LOOSEN)


def test_a_teens_followers_wait_for_the_teens_yes(rooms: Rooms) -> None:
    assert following.follow(rooms, TIA, TIM) == Followed.REQUESTED
    assert following.follow(rooms, TIA, TIM) == Followed.REQUESTED
    seen = accounts.profile(rooms, TIA, TIM)
    assert (seen.following, seen.requested, seen.may_follow) == (False, True, False)
    assert [card.id for card in following.requests(rooms, TIM)] == [TIA]
    following.answer(rooms, TIM, TIA, approve=True)
    assert accounts.profile(rooms, TIA, TIM).following
    assert following.requests(rooms, TIM) == []
    following.remove_follower(rooms, TIM, TIA)
    assert not accounts.profile(rooms, TIA, TIM).following


def test_a_wish_to_follow_is_declined_taken_back_or_ended_by_a_block(rooms: Rooms) -> None:
    following.follow(rooms, TIA, TIM)
    following.answer(rooms, TIM, TIA, approve=False)
    assert not accounts.profile(rooms, TIA, TIM).following
    following.follow(rooms, TIA, TIM)
    following.unfollow(rooms, TIA, TIM)
    following.follow(rooms, ANN, zoe := _private(rooms))
    accounts.block(rooms, zoe, ANN)
    for asked, asker in ((TIM, TIA), (zoe, ANN), (TIM, BOB)):
        with pytest.raises(NotFound):
            following.answer(rooms, asked, asker, approve=True)


def _private(rooms: Rooms) -> PersonId:
    with rooms.database.write() as tx:
        People(tx).add([make_person("zoe", is_private=True)])
    return PersonId("per_zoe")


def test_no_one_approves_their_own_wish_or_for_someone_else(rooms: Rooms) -> None:
    following.follow(rooms, TIA, TIM)
    for actor, follower in ((TIA, TIM), (MUM, TIA), (TIA, TIA)):
        with pytest.raises(NotFound):
            following.answer(rooms, actor, follower, approve=True)
    with pytest.raises(NotAllowed, match="chooses their followers"):
        following.say(rooms, TIA, EventKind.FOLLOW, TIM)  # as a client's event would
    assert not accounts.profile(rooms, TIA, TIM).following


def test_an_adult_cannot_even_ask_a_young_stranger(rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        following.follow(rooms, ANN, TIM)
    following.follow(rooms, TIM, ANN)
    assert following.follow(rooms, ANN, TIM) == Followed.FOLLOWING, "he turned to her first"


def test_only_so_many_wishes_to_follow_wait_at_once(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_REQUESTS", 1)
    following.follow(rooms, TIA, TIM)
    following.follow(rooms, TIA, TIM)
    with pytest.raises(LimitReached):
        following.follow(rooms, TIA, OLI)


def test_family_only_keeps_known_adults_away_on_every_path(rooms: Rooms) -> None:
    following.follow(rooms, TIM, ANN)
    assert accounts.profile(rooms, ANN, TIM).handle == "tim"
    set_for(rooms, TIM, "adult_discovery", "family")
    assert accounts.search(rooms, ANN, "tim") == []
    for call in (
        lambda: accounts.profile(rooms, ANN, TIM),
        lambda: accounts.videos_of(rooms, ANN, TIM),
        lambda: following.follow(rooms, ANN, TIM),
        lambda: following.say(rooms, ANN, EventKind.FOLLOW, TIM),
    ):
        with pytest.raises(NotFound):
            call()
    assert [card.id for card in accounts.search(rooms, MUM, "tim")] == [TIM]
    assert [card.id for card in accounts.search(rooms, TIA, "tim")] == [TIM]


def test_an_adult_who_wishes_is_found_only_by_those_they_know(rooms: Rooms) -> None:
    assert accounts.search(rooms, ANN, "bob")
    set_for(rooms, BOB, "adult_discovery", "known", by=BOB)
    assert accounts.search(rooms, ANN, "bob") == []
    following.follow(rooms, BOB, ANN)
    assert accounts.search(rooms, ANN, "bob")


def test_no_one_lets_strangers_find_a_minor(rooms: Rooms) -> None:
    with pytest.raises(NotAllowed):
        set_for(rooms, TIM, "adult_discovery", "everyone")
    with rooms.database.write() as tx:
        FamilyLinks(tx).set_control(TIM, Setting("adult_discovery", "everyone", MUM, NOON))
    assert accounts.search(rooms, ANN, "tim") == []


def test_a_young_account_is_opened_only_with_a_guardians_leave_and_closed_at_once(rooms: Rooms) -> None:
    with pytest.raises(NotAllowed, match="stays private"):
        following.set_privacy(rooms, OLI, is_private=False)
    set_for(rooms, OLI, "private_account", False)
    following.set_privacy(rooms, OLI, is_private=False)
    assert not accounts.me(rooms, OLI).is_private
    set_for(rooms, OLI, "private_account", True)
    assert accounts.me(rooms, OLI).is_private
    with pytest.raises(NotAllowed):
        set_for(rooms, TIM, "private_account", False)  # under 16, no one can


def test_an_account_that_a_guardian_opened_is_closed_when_the_link_ends(rooms: Rooms) -> None:
    set_for(rooms, OLI, "private_account", False)
    following.set_privacy(rooms, OLI, is_private=False)
    family.end(rooms, OLI, LinkId("link_1"))
    assert accounts.me(rooms, OLI).is_private


def test_an_invitation_tells_the_asker_no_more_than_the_handle_they_typed(rooms: Rooms) -> None:
    link = family.invite(rooms, ANN, "tia")
    assert (link.teen.handle, link.teen.display_name) == ("tia", "tia")
    assert [item.teen.display_name for item in family.links(rooms, ANN)] == ["tia"]
    assert [item.guardian.display_name for item in family.links(rooms, TIA)] == ["Ann"]
