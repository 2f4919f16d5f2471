"""Accounts: who may find and follow whom, what is told, what is forgotten, and that an export leaves nothing out."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from core.errors import InvalidInput, NotAllowed, NotFound
from core.ids import LinkId, PersonId, VideoId
from core.records import Event, Video
from core.records_wellbeing import FamilyLink, LinkStatus
from core.settings import Settings
from core.storage.database import Database
from core.storage.events import Events
from core.storage.export import HELD, NOT_OF_A_PERSON
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.tables import metadata
from core.storage.videos import Videos
from core.vocabulary import EventKind, VideoStatus, Visibility
from pipelines.online import accounts, following
from pipelines.online.acquaintance import Circle
from pipelines.online.rooms import Rooms
from tests.conftest import NOON, make_person
from wellbeing.room import Wellbeing

TEEN = date(2011, 3, 1)
ANN, BOB, TIM, TIA = (PersonId(f"per_{name}") for name in ("ann", "bob", "tim", "tia"))


@pytest.fixture
def rooms(database: Database, clock: ManualClock) -> Rooms:
    """Rooms of which accounts need only the database, the clock and wellbeing; two adults and two teens live in it."""
    none = cast(Any, None)
    with database.write() as tx:
        People(tx).add(
            [make_person("ann"), make_person("bob"), make_person("tim", born=TEEN), make_person("tia", born=TEEN)]
        )
    return Rooms(Settings(), clock, database, none, none, none, none, Wellbeing.open(), none, none)


def found(rooms: Rooms, viewer: PersonId, query: str) -> list[str]:
    return [card.handle for card in accounts.search(rooms, viewer, query)]


def link(rooms: Rooms, guardian: PersonId, teen: PersonId) -> None:
    with rooms.database.write() as tx:
        FamilyLinks(tx).add(FamilyLink(LinkId("link_1"), guardian, teen, LinkStatus.ACTIVE, guardian, NOON))


def follows(rooms: Rooms, follower: PersonId, followee: PersonId) -> None:
    with rooms.database.write() as tx:
        People(tx).follow(follower, followee, NOON)


def test_adults_do_not_find_teens_they_do_not_know_but_teens_find_each_other(rooms: Rooms) -> None:
    assert found(rooms, ANN, "ti") == []
    assert found(rooms, TIA, "ti") == ["tim"]
    with pytest.raises(NotFound):
        accounts.profile(rooms, ANN, TIM)


def test_a_guardian_and_those_whom_a_teen_follows_find_the_teen(rooms: Rooms) -> None:
    link(rooms, ANN, TIM)
    follows(rooms, TIM, BOB)
    assert found(rooms, ANN, "tim") == found(rooms, BOB, "@tim") == ["tim"]
    assert accounts.profile(rooms, BOB, TIM).may_follow


def test_whoever_is_blocked_is_not_there(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).block(BOB, ANN, NOON)
    for viewer, other in ((ANN, BOB), (BOB, ANN)):
        assert found(rooms, viewer, other.removeprefix("per_")) == []
        with pytest.raises(NotFound):
            accounts.profile(rooms, viewer, other)
        with pytest.raises(NotFound):
            accounts.videos_of(rooms, viewer, other)


def test_a_private_account_shows_its_name_and_nothing_more_to_strangers(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).add([make_person("zoe", is_private=True, bio="secret")])
    seen = accounts.profile(rooms, ANN, PersonId("per_zoe"))
    assert (seen.handle, seen.bio, seen.followers, seen.may_follow) == ("zoe", "", None, False)
    follows(rooms, ANN, PersonId("per_zoe"))
    assert accounts.profile(rooms, ANN, PersonId("per_zoe")).bio == "secret"


def test_an_exact_handle_comes_first(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).add([make_person("aaa_bob"), make_person("bobby")])
    assert found(rooms, ANN, "bob")[0] == "bob"


ages = st.sampled_from([None, date(2012, 1, 1), date(2008, 11, 21), date(2008, 11, 22), date(1980, 1, 1)])
others = st.sets(st.sampled_from([PersonId("per_other")]))


@given(mine=ages, theirs=ages, following=others, followers=others, blocked=others, family=others, private=st.booleans())
def test_no_adult_comes_upon_a_young_stranger_and_no_one_upon_a_block(
    mine: date | None, theirs: date | None, following: Any, followers: Any, blocked: Any, family: Any, private: bool
) -> None:
    me = make_person("me", born=mine)
    other = make_person("other", born=theirs, is_private=private)
    circle = Circle(me, me.is_minor(NOON), following, followers, blocked, family)
    may_find, may_follow = circle.may_find(other, NOON), circle.may_follow(other, NOON)
    assert may_find or not may_follow, "whoever may follow may find"
    stranger = not (following or followers or family)
    young = other.is_minor(NOON) and not me.is_minor(NOON)
    assert not (may_find and (blocked or (young and stranger)))


Act = Callable[[Rooms, PersonId, PersonId], None]


def test_following_and_blocking_are_events_that_hold_at_once(rooms: Rooms) -> None:
    following.follow(rooms, ANN, BOB)
    assert accounts.profile(rooms, ANN, BOB).following
    following.unfollow(rooms, ANN, BOB)
    assert not accounts.profile(rooms, ANN, BOB).following
    accounts.block(rooms, ANN, BOB)
    with pytest.raises(NotFound):
        accounts.profile(rooms, BOB, ANN)
    accounts.unblock(rooms, ANN, BOB)
    assert accounts.profile(rooms, BOB, ANN).handle == "ann"
    with rooms.database.read() as tx:
        kinds = {event.kind for event in Events(tx).of_person(ANN, since=NOON - timedelta(days=1))}
    assert kinds == {EventKind.FOLLOW, EventKind.UNFOLLOW, EventKind.BLOCK, EventKind.UNBLOCK}


@pytest.mark.parametrize("act", [following.follow, accounts.block], ids=["follow", "block"])
def test_someone_who_is_not_there_cannot_be_followed_or_blocked(rooms: Rooms, act: Act) -> None:
    with pytest.raises(NotFound):
        act(rooms, ANN, PersonId("per_nobody"))


def test_an_adult_cannot_be_the_first_to_follow_a_teen_by_any_way(rooms: Rooms) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        following.follow(rooms, ANN, TIM)
    following.follow(rooms, TIM, ANN)
    following.follow(rooms, ANN, TIM)
    with rooms.database.read() as tx:
        assert People(tx).are_mutual(ANN, TIM)


def test_no_one_follows_or_blocks_themselves(rooms: Rooms) -> None:
    for act in (following.follow, accounts.block):
        with pytest.raises((InvalidInput, NotAllowed, NotFound)):
            act(rooms, ANN, ANN)


def test_signals_not_named_stay_as_they_are(rooms: Rooms) -> None:
    accounts.set_signals(rooms, ANN, {"in_app_activity": False})
    accounts.set_signals(rooms, ANN, {"location": False})
    assert {item.name: item.on for item in accounts.signals(rooms, ANN)} == {
        "in_app_activity": False, "past_engagement": True, "location": False, "chat_history": False,
        "personalisation": True,
    }  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        accounts.set_signals(rooms, ANN, {"mind_reading": True})
    assert caught.value.field == "mind_reading"


def test_the_signals_are_those_that_the_ranker_knows() -> None:
    from ranking.viewer import SIGNALS

    assert tuple(accounts.SIGNALS) == SIGNALS


def test_a_reset_is_a_moment_that_the_person_sees(rooms: Rooms, clock: ManualClock) -> None:
    assert accounts.me(rooms, ANN).reset_at is None
    clock.advance(hours=1)
    assert accounts.reset(rooms, ANN) == accounts.me(rooms, ANN).reset_at == clock.now()


def test_an_export_holds_what_a_person_did_and_nothing_of_what_others_did(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        Videos(tx).add([_video("video_1", ANN)])
        Events(tx).append(
            [
                Event("e1", ANN, EventKind.COMMENT, NOON, NOON, text="hello"),
                Event("e2", BOB, EventKind.BLOCK, NOON, NOON, target_person_id=ANN),
            ]
        )
        People(tx).block(BOB, ANN, NOON)
    held = accounts.export(rooms, ANN)["held"]
    assert [row["id"] for row in held["videos"]] == ["video_1"]
    assert [row["text"] for row in held["events"]] == ["hello"]
    assert held["blocks"] == []
    assert "per_bob" not in str(held)


def test_every_table_that_names_a_person_is_exported() -> None:
    exported = {held.table.name for held in HELD}
    told = exported | set(NOT_OF_A_PERSON)
    assert told == set(metadata.tables), "a new table must say in core/storage/export.py how it is exported"
    assert not exported & set(NOT_OF_A_PERSON)
    for name in NOT_OF_A_PERSON:
        assert not {"person_id", "owner_id", "creator_id"} & set(metadata.tables[name].columns.keys()), name


def _video(ident: str, creator: PersonId) -> Video:
    return Video(
        VideoId(ident), creator, VideoStatus.PUBLISHED, Visibility.PUBLIC, "a boat", "", "world", "360x640", 4, NOON,
        embedding=b"\x00\x01", published_at=NOON,
    )  # fmt: skip
