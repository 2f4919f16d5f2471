"""A screenful: what people rely on from one page to the next."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.ids import PageId, PersonId
from core.storage.pages import Pages
from core.vocabulary import EventKind, FeedMode, Reason, VideoStatus, Visibility
from pipelines.online.feed import FeedRequest, screenful, why
from tests.ranking.conftest import PROMPTS, World

ADA = PersonId("per_ada")


def ids(page: object) -> list[str]:
    return [item.video.id for item in page.items]  # type: ignore[attr-defined]


def test_a_page_is_full_distinct_and_says_why(world: World) -> None:
    world.populate()
    world.follow("ada", "bo", "cy")
    page = world.page("ada")
    assert len(set(ids(page))) == 8
    assert all(item.reason.text and "{creator}" not in item.reason.text for item in page.items)
    assert all(0 < item.propensity <= 1 for item in page.items)
    assert all(item.video.creator.id != ADA for item in page.items)
    assert page.session.is_open


def test_nothing_comes_twice_on_the_next_pages(world: World) -> None:
    world.populate()
    first, second, third = (ids(world.page("ada")) for _ in range(3))
    assert len({*first, *second, *third}) == 24


def test_when_all_was_seen_the_oldest_comes_back_and_says_so(world: World) -> None:
    world.populate(("ada", "bo", "cy", "dee"), each=2)
    first = world.page("ada", size=6)
    second = world.page("ada", size=4)
    assert len(first.items) == 6
    assert len(second.items) == 4
    assert all("seen everything" in item.reason.text for item in second.items)


def test_a_follow_brings_their_new_video_to_the_next_page_at_once(world: World) -> None:
    world.populate()
    world.page("ada")
    world.did("ada", EventKind.FOLLOW, person="lou")
    fresh = world.video("lou", "A paper boat on a puddle", hours_ago=0.0)
    page = world.page("ada")
    assert fresh in ids(page)
    item = next(item for item in page.items if item.video.id == fresh)
    assert item.reason.code == Reason.FOLLOWING
    assert item.video.viewer.following


def test_a_blocked_persons_videos_are_gone_from_the_next_page_both_ways(world: World) -> None:
    world.populate(("ada", "bo", "cy"), each=4)
    world.did("ada", EventKind.BLOCK, person="bo")
    assert {item.video.creator.handle for item in world.page("ada").items} == {"cy"}
    assert {item.video.creator.handle for item in world.page("bo").items} == {"cy"}
    world.did("ada", EventKind.UNBLOCK, person="bo")
    assert "bo" in {item.video.creator.handle for item in world.page("ada").items}


def test_a_hide_and_an_unpublish_hold_on_the_next_page(world: World) -> None:
    made = world.populate(("ada", "bo"), each=3)
    theirs = made[1::2]
    world.did("ada", EventKind.HIDE, theirs[0])
    world.rooms.ranking.catalogue  # noqa: B018 - the snapshot knows all three
    world.change(theirs[1], status=VideoStatus.HIDDEN)
    assert ids(world.page("ada")) == [theirs[2]]


def test_likes_change_the_next_page(world: World) -> None:
    world.populate(each=3)
    cars = world.video("bo", PROMPTS[1], hours_ago=50)
    world.video("cy", "Racing cars drifting on a wet track at night, again", hours_ago=400)
    before = world.rooms.ranking.catalogue
    world.did("ada", EventKind.LIKE, cars)
    page = world.page("ada", size=8)
    assert any(item.reason.code == Reason.SIMILAR for item in page.items)
    assert world.rooms.ranking.catalogue is before


def test_private_creators_and_followers_only_reach_followers_alone(world: World) -> None:
    world.populate(("ada", "bo", "cy"), each=1)
    world.person("pia", is_private=True)
    hers = world.video("pia")
    for_followers = world.video("bo", visibility=Visibility.FOLLOWERS)
    mine_alone = world.video("bo", visibility=Visibility.ONLY_ME)
    world.follow("cy", "pia", "bo")
    assert {hers, for_followers} & set(ids(world.page("ada"))) == set()
    seen = set(ids(world.page("cy")))
    assert {hers, for_followers} <= seen
    assert mine_alone not in seen


@pytest.mark.parametrize("born", [date(2012, 1, 1), None])
def test_minors_and_people_of_unknown_age_are_shown_only_what_teens_may_see(world: World, born: date | None) -> None:
    world.populate(("bo",), each=1)
    world.person("tim", born=born)
    world.video("bo", teen_allowed=False)
    fine = world.video("bo", adult_allowed=True)
    page = world.page("tim")
    assert fine in ids(page)
    assert all(item.video.prompt for item in page.items)
    assert len(ids(page)) == 2


def test_a_verdict_that_turns_holds_on_the_next_page(world: World) -> None:
    world.populate(("ada", "bo"), each=2)
    world.person("tim", born=date(2012, 1, 1))
    rooms = world.rooms
    for video_id in ids(world.page("ada")):
        world.change(video_id, teen_allowed=False)
    assert not [item for item in world.page("tim").items if item.video.creator.handle == "bo"]
    assert rooms is world.rooms


def test_no_creator_has_more_than_the_cap(world: World) -> None:
    world.populate()
    for number in range(10):
        world.video("lou", f"A very new thing {number}", hours_ago=0.1)
    world.follow("ada", "lou")
    handles = [item.video.creator.handle for item in world.page("ada").items]
    cap = world.rooms.ranking.value.author.per_page
    assert max(handles.count(handle) for handle in handles) <= cap


def test_the_same_film_is_never_shown_twice(world: World) -> None:
    world.populate(("ada", "bo", "cy", "dee", "eli"), each=2)
    for name in ("bo", "cy", "dee", "eli"):
        world.video(name, f"Copy by {name}", film_key="films/same.mp4")
    shown = [item.video.prompt for _ in range(2) for item in world.page("ada", size=4).items]
    assert sum("Copy by" in prompt for prompt in shown) <= 1


def test_a_retry_gets_the_same_page_and_counts_once(world: World) -> None:
    world.populate()
    first = world.page("ada", key="k1")
    again = world.page("ada", key="k1")
    assert again == first
    assert world.page("ada", key="k2").page_id != first.page_id
    assert world.page("ada").session.videos_today == 24
    with pytest.raises(InvalidInput, match="another request"):
        world.page("ada", size=3, key="k1")


def test_a_retry_does_not_bring_back_what_was_taken_down(world: World) -> None:
    world.populate()
    first = world.page("ada", key="k1")
    world.change(first.items[0].video.id, status=VideoStatus.DELETED)
    assert ids(world.page("ada", key="k1")) == ids(first)[1:]


def test_requests_at_once_with_one_key_are_one_page(world: World) -> None:
    world.populate()
    rooms = world.rooms
    request = FeedRequest(size=4, idempotency_key="same")
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda _: screenful(rooms, ADA, request), range(6)))
    assert len({page.page_id for page in pages}) == 1
    with world.database.read() as tx:
        assert len(Pages(tx).seen(ADA, limit=100)) == 4


def test_a_page_of_someone_else_is_not_there(world: World) -> None:
    world.populate()
    page = world.page("ada")
    with pytest.raises(NotFound):
        why(world.rooms, PersonId("per_bo"), page.page_id, 0)
    with pytest.raises(NotFound):
        why(world.rooms, ADA, page.page_id, 99)
    with pytest.raises(NotFound):
        why(world.rooms, ADA, PageId("page_none"), 0)
    with pytest.raises(NotFound):
        world.page("nobody")


def test_why_adds_up_to_the_score(world: World) -> None:
    world.populate()
    world.follow("ada", "bo")
    page = world.page("ada")
    for item in page.items:
        told = why(world.rooms, ADA, page.page_id, item.position)
        total = sum(part.contribution for part in told.parts) + sum(part.contribution for part in told.steers)
        assert total == pytest.approx(item.score, abs=1e-6)
        assert told.reason == item.reason
        assert told.policy_version == page.policy_version


def test_chronological_is_newest_of_the_followed_and_then_newest_of_all(world: World) -> None:
    world.populate()
    world.follow("ada", "bo", "cy")
    page = world.page("ada", size=12, mode=FeedMode.CHRONOLOGICAL)
    followed = [item.video.creator.handle in {"bo", "cy"} for item in page.items]
    assert followed == sorted(followed, reverse=True)
    for part in (True, False):
        times = [
            item.video.published_at
            for item, is_followed in zip(page.items, followed, strict=True)
            if is_followed is part
        ]
        assert times == sorted(times, reverse=True)
    assert all(item.propensity == 1.0 for item in page.items)


def test_the_non_personalised_order_is_the_same_for_everyone(world: World) -> None:
    world.populate()
    world.person("zoe")
    world.person("max")
    world.follow("zoe", "bo", "cy", "dee")
    liked = world.video("bo", hours_ago=400)
    world.did("zoe", EventKind.LIKE, liked)
    pages = [world.page(name, size=12, mode=FeedMode.NON_PERSONALISED) for name in ("zoe", "max")]
    assert ids(pages[0]) == ids(pages[1])


@pytest.mark.parametrize("size", [0, 31, -1])
def test_a_page_of_an_impossible_size_is_refused(world: World, size: int) -> None:
    world.populate(("ada", "bo"), each=1)
    with pytest.raises(InvalidInput) as caught:
        world.page("ada", size=size)
    assert caught.value.field == "size"


def test_an_empty_city_gives_an_empty_page(world: World) -> None:
    world.person("ada")
    page = world.page("ada")
    assert page.items == ()
    assert page.session.videos_today == 0


def test_a_teens_feed_pauses_and_says_what_they_made(world: World) -> None:
    world.populate(each=6)
    world.person("tim", born=date(2012, 1, 1))
    mine = world.video("tim")
    pages = [world.page("tim", size=30) for _ in range(8)]
    closed = next(page for page in pages if page.pause is not None)
    assert closed.items == ()
    assert mine in [card.id for card in closed.pause.you_made]  # type: ignore[union-attr]
    world.clock.advance(days=1, hours=1)
    assert world.page("tim").items
    assert timedelta(0) < timedelta(days=1)
