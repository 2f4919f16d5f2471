"""Events and signals: counted once, in force at once, refused by index and field; switches that really remove."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput, KindlingError, NotFound
from core.ids import PageId, PersonId, VideoId
from core.storage.events import Events
from core.storage.people import People
from core.storage.showing import Likes
from core.visibility import Eyes, Showing, may_see
from core.vocabulary import Audience, EventKind, FeedMode, VideoStatus, Visibility
from pipelines.online.cards import card_for, cards_for
from pipelines.online.events import MOST_AT_ONCE, NewEvent, take_events
from pipelines.online.viewers import load_viewer
from tests.ranking.conftest import World

ADA, BO = PersonId("per_ada"), PersonId("per_bo")


def test_events_count_once_however_often_they_are_sent(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    theirs = world.video("bo")
    batch = [
        NewEvent("e1", EventKind.LIKE, world.clock.now(), video_id=theirs),
        NewEvent("e2", EventKind.COMMENT, world.clock.now(), video_id=theirs, text="lovely"),
        NewEvent("e2", EventKind.COMMENT, world.clock.now(), video_id=theirs, text="lovely"),
    ]
    first = take_events(world.rooms, ADA, batch)
    again = take_events(world.rooms, ADA, batch)
    assert (first.accepted, first.duplicates) == (2, 1)
    assert (again.accepted, again.duplicates) == (0, 3)
    with world.database.read() as tx:
        card = card_for(tx, world.rooms, ADA, theirs)
    assert (card.counts.like, card.counts.comment) == (1, 1)
    assert card.viewer.liked


def test_one_batch_sent_at_once_from_many_places_counts_once(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    theirs = world.video("bo")
    rooms = world.rooms
    batch = [NewEvent(f"e{n}", EventKind.SHARE, world.clock.now(), video_id=theirs) for n in range(5)]
    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(lambda _: take_events(rooms, ADA, batch), range(5)))
    assert sum(item.accepted for item in taken) == 5


def test_a_like_is_taken_back(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    theirs = world.video("bo")
    for kind, count in ((EventKind.LIKE, 1), (EventKind.LIKE, 1), (EventKind.UNLIKE, 0), (EventKind.LIKE, 1)):
        world.did("ada", kind, theirs)
        with world.database.read() as tx:
            assert Likes(tx).counts([theirs])[theirs].like == count
            assert (theirs in Likes(tx).liked_by(ADA, [theirs])) is bool(count)
        world.clock.advance(seconds=1)


def test_likes_can_be_rebuilt_from_the_log(world: World) -> None:
    world.populate(("ada", "bo", "cy"), each=1)
    first, second = world.video("bo"), world.video("bo")
    for who, kind, video in (
        ("ada", EventKind.LIKE, first),
        ("cy", EventKind.LIKE, first),
        ("ada", EventKind.LIKE, second),
        ("ada", EventKind.UNLIKE, second),
    ):
        world.did(who, kind, video)
        world.clock.advance(seconds=1)
    with world.database.write() as tx:
        assert Likes(tx).settle() == 2
        counts = Likes(tx).counts([first, second])
    assert (counts[first].like, counts[second].like) == (2, 0)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"kind": EventKind.LIKE}, "events.1.video_id"),
        ({"kind": EventKind.LIKE, "video_id": "video_none"}, "events.1.video_id"),
        ({"kind": EventKind.FOLLOW}, "events.1.person_id"),
        ({"kind": EventKind.FOLLOW, "person_id": "per_none"}, "events.1.person_id"),
        ({"kind": EventKind.BLOCK, "person_id": "per_ada"}, "events.1.person_id"),
        ({"kind": EventKind.REPORT}, "events.1.video_id"),
        ({"kind": EventKind.COMMENT, "text": " "}, "events.1.text"),
        ({"kind": EventKind.POLL_ANSWER, "value": 9.0}, "events.1.value"),
        ({"kind": EventKind.POLL_ANSWER}, "events.1.value"),
        ({"kind": EventKind.VIEW, "page_id": "page_none"}, "events.1.page_id"),
    ],
)
def test_a_wrong_event_is_named_and_nothing_of_its_batch_is_kept(
    world: World, event: dict[str, object], field: str
) -> None:
    world.populate(("ada", "bo"), each=1)
    theirs = world.video("bo")
    good = NewEvent("good", EventKind.LIKE, world.clock.now(), video_id=theirs)
    if event["kind"] in {EventKind.COMMENT, EventKind.POLL_ANSWER, EventKind.VIEW}:
        event = event | {"video_id": theirs}
    bad = NewEvent("bad", occurred_at=world.clock.now(), **event)  # type: ignore[arg-type]
    with pytest.raises(KindlingError) as caught:
        take_events(world.rooms, ADA, [good, bad])
    assert caught.value.field == field
    with world.database.read() as tx:
        assert Events(tx).known(["good", "bad"]) == set()
        assert Likes(tx).counts([theirs])[theirs].like == 0


def test_what_one_may_not_see_cannot_be_acted_on(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    secret = world.video("bo", visibility=Visibility.ONLY_ME)
    with pytest.raises(NotFound):
        world.did("ada", EventKind.LIKE, secret)
    seen = world.video("bo")
    world.did("bo", EventKind.BLOCK, person="ada")
    with pytest.raises(NotFound):
        world.did("ada", EventKind.LIKE, seen)
    with pytest.raises(NotFound):
        world.did("ada", EventKind.FOLLOW, person="bo")
    world.did("ada", EventKind.BLOCK, person="bo")


def test_a_position_must_be_on_the_page(world: World) -> None:
    world.populate()
    page = world.page("ada", size=3)
    video_id = page.items[2].video.id
    world.did("ada", EventKind.VIEW, video_id, page_id=page.page_id, position=2)
    with pytest.raises(InvalidInput) as caught:
        world.did("ada", EventKind.VIEW, video_id, page_id=page.page_id, position=3)
    assert caught.value.field == "events.0.position"
    with pytest.raises(NotFound):
        world.did("bo", EventKind.VIEW, video_id, page_id=PageId(page.page_id), position=0)


def test_a_batch_has_a_size(world: World) -> None:
    world.populate(("ada",), each=1)
    for count in (0, MOST_AT_ONCE + 1):
        batch = [NewEvent(f"e{number}", EventKind.CREATE, world.clock.now()) for number in range(count)]
        with pytest.raises(InvalidInput):
            take_events(world.rooms, ADA, batch)


def test_a_block_ends_follows_both_ways(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    world.follow("ada", "bo")
    world.follow("bo", "ada")
    world.did("ada", EventKind.BLOCK, person="bo")
    with world.database.read() as tx:
        assert not People(tx).following(ADA)
        assert not People(tx).following(BO)


def test_a_client_cannot_talk_a_passive_run_away(small_world: World) -> None:
    small_world.person("tim", born=date(2012, 1, 1))
    for _ in range(3):
        small_world.page("tim")
    before = small_world.page("tim").session.videos_today
    small_world.did("tim", EventKind.CREATE)
    assert small_world.page("tim").session.videos_today >= before


# Switches


def shown(world: World, who: str, mode: FeedMode = FeedMode.RANKED) -> list[VideoId]:
    return [item.video.id for item in world.page(who, size=12, mode=mode).items]


def test_with_personalisation_off_the_order_is_the_one_for_everyone(small_world: World) -> None:
    small_world.person("zoe", signals={"personalisation": False})
    small_world.person("max")
    small_world.follow("zoe", "bo", "cy")
    small_world.did("zoe", EventKind.LIKE, small_world.video("bo", hours_ago=500))
    assert shown(small_world, "zoe") == shown(small_world, "max", FeedMode.NON_PERSONALISED)


def viewer_of(world: World, who: str) -> object:
    with world.database.read() as tx:
        person = People(tx).find(PersonId(f"per_{who}"))
        assert person is not None
        return load_viewer(tx, world.rooms, person, world.clock.now())


def test_switched_signals_are_gone_from_what_the_ranker_sees(small_world: World) -> None:
    old = small_world.video("bo")
    for name, off in (("zoe", "in_app_activity"), ("max", "past_engagement"), ("kay", "location")):
        small_world.person(name, signals={off: False})
        small_world.did(name, EventKind.LIKE, old)
    small_world.clock.advance(hours=30)
    recent = small_world.video("bo")
    for name in ("zoe", "max", "kay"):
        small_world.did(name, EventKind.LIKE, recent)
    zoe, everything = viewer_of(small_world, "zoe"), viewer_of(small_world, "kay")
    assert zoe.events == ()  # type: ignore[attr-defined]
    assert not zoe.knows_past  # type: ignore[attr-defined]
    max_events = [event.video_id for event in viewer_of(small_world, "max").events]  # type: ignore[attr-defined]
    assert max_events == [recent]
    assert len(everything.events) == 2  # type: ignore[attr-defined]
    assert everything.knows_past  # type: ignore[attr-defined]


def test_without_in_app_activity_likes_change_nothing(small_world: World) -> None:
    small_world.person("zoe", signals={"in_app_activity": False})
    small_world.person("max", signals={"in_app_activity": False})
    liked = small_world.video("bo", "A corgi puppy in a garden, again", hours_ago=500)
    small_world.page("ada")
    small_world.did("zoe", EventKind.LIKE, liked)
    pages = {name: small_world.page(name, size=2).items for name in ("zoe", "max")}
    assert [item.video.id for item in pages["zoe"]] == [item.video.id for item in pages["max"]]


def test_after_a_reset_nothing_from_before_is_used(small_world: World) -> None:
    liked = small_world.video("bo", hours_ago=500)
    small_world.did("ada", EventKind.LIKE, liked)
    small_world.snapshot()
    rooms = small_world.rooms
    small_world.clock.advance(minutes=1)
    with small_world.database.write() as tx:
        People(tx).set_reset_at(ADA, small_world.clock.now())
    viewer = viewer_of(small_world, "ada")
    assert not viewer.events  # type: ignore[attr-defined]
    assert not viewer.knows_past  # type: ignore[attr-defined]
    small_world.clock.advance(minutes=1)
    small_world.snapshot()
    rooms.ranking.refresh()
    row = rooms.ranking.snapshot.person_rows([ADA])[0]
    assert not rooms.ranking.snapshot.person_vectors[row].any()


# Visibility

showings = st.builds(
    Showing,
    video_id=st.just(VideoId("video_1")),
    creator_id=st.sampled_from([PersonId(f"p{n}") for n in range(4)]),
    status=st.sampled_from(VideoStatus),
    visibility=st.sampled_from(Visibility),
    teen_allowed=st.booleans(),
    adult_allowed=st.booleans(),
    creator_is_private=st.booleans(),
    creator_exists=st.booleans(),
    shows=st.lists(st.sampled_from([PersonId(f"p{n}") for n in range(4)]), max_size=2).map(tuple),
)
some_people = st.sets(st.sampled_from([PersonId(f"p{n}") for n in range(4)]))
eyes = st.builds(
    Eyes,
    person_id=st.just(PersonId("p0")),
    audience=st.sampled_from([Audience.ADULT, Audience.TEEN]),
    follows=some_people,
    blocked=some_people,
)


@given(showings, eyes)
def test_nobody_sees_what_they_may_not(showing: Showing, looking: Eyes) -> None:
    if not may_see(showing, looking) or showing.creator_id == looking.person_id:
        return
    assert showing.status == VideoStatus.PUBLISHED
    assert showing.creator_exists
    assert not {showing.creator_id, *showing.shows} & set(looking.blocked)
    assert showing.adult_allowed if looking.audience == Audience.ADULT else showing.teen_allowed
    assert showing.visibility != Visibility.ONLY_ME
    if showing.visibility == Visibility.FOLLOWERS or showing.creator_is_private:
        assert showing.creator_id in looking.follows


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pairs=st.sets(st.tuples(st.sampled_from("bcdefg"), st.booleans()), max_size=6))
def test_blocked_people_never_appear_whoever_blocked_whom(small_world: World, pairs: set[tuple[str, bool]]) -> None:
    names = {"b": "bo", "c": "cy", "d": "dee", "e": "eli", "f": "fay", "g": "gus"}
    with small_world.database.write() as tx:
        for name in names.values():
            People(tx).unblock(ADA, PersonId(f"per_{name}"))
            People(tx).unblock(PersonId(f"per_{name}"), ADA)
        for letter, is_mine in pairs:
            other = PersonId(f"per_{names[letter]}")
            People(tx).block(*((ADA, other) if is_mine else (other, ADA)), small_world.clock.now())
    blocked = {names[letter] for letter, _ in pairs}
    for mode in FeedMode:
        for item in small_world.page("ada", size=10, mode=mode).items:
            assert item.video.creator.handle not in blocked


def test_cards_keep_the_order_and_leave_out_what_may_not_be_seen(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    first, hidden, second = world.video("bo"), world.video("bo", visibility=Visibility.ONLY_ME), world.video("bo")
    mine = world.video("ada", visibility=Visibility.ONLY_ME, status=VideoStatus.DRAFT)
    with world.database.read() as tx:
        cards = cards_for(tx, world.rooms, ADA, [second, hidden, mine, first])
        assert [card.id for card in cards] == [second, mine, first]
        with pytest.raises(NotFound):
            card_for(tx, world.rooms, ADA, hidden)
