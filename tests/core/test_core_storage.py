"""What the repositories promise, on both databases."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from core.audit import first_break
from core.ids import VideoId
from core.records import Event, Video
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.events import Events
from core.storage.people import People
from core.storage.tables.accounts import audit_log
from core.storage.videos import Videos
from core.vocabulary import EventKind, VideoStatus, Visibility
from tests.conftest import NOON, make_person

ADA, BO = make_person("ada"), make_person("bo", born=date(2010, 2, 3))


@pytest.fixture
def peopled(database: Database) -> Database:
    with database.write() as tx:
        People(tx).add([ADA, BO])
    return database


def test_a_person_comes_back_as_stored(peopled: Database) -> None:
    with peopled.read() as tx:
        assert People(tx).find(BO.id) == BO
        assert People(tx).find_by_handle("ada") == ADA


def test_a_block_ends_follows_both_ways_and_is_seen_by_both(peopled: Database) -> None:
    with peopled.write() as tx:
        people = People(tx)
        people.follow(ADA.id, BO.id, NOON)
        people.follow(BO.id, ADA.id, NOON)
        assert people.are_mutual(ADA.id, BO.id)
        people.block(BO.id, ADA.id, NOON)
        assert not people.following(ADA.id)
        assert not people.followers(ADA.id)
        assert people.blocked_either_way(ADA.id) == {BO.id}


def test_a_failed_transaction_leaves_nothing(peopled: Database) -> None:
    with pytest.raises(RuntimeError, match="half-way"), peopled.write() as tx:
        People(tx).follow(ADA.id, BO.id, NOON)
        raise RuntimeError("half-way")
    with peopled.read() as tx:
        assert not People(tx).following(ADA.id)


def test_an_event_sent_twice_is_stored_once(peopled: Database) -> None:
    event = Event("e1", ADA.id, EventKind.LIKE, NOON, NOON, video_id=VideoId("video_1"))
    with peopled.write() as tx:
        assert Events(tx).append([event]) == 1
        assert Events(tx).append([event]) == 0
        assert Events(tx).of_person(ADA.id, since=NOON - timedelta(1)) == [event]


def test_videos_page_through_in_both_directions(peopled: Database) -> None:
    with peopled.write() as tx:
        Videos(tx).add([_video(number) for number in range(5)])
    with peopled.read() as tx:
        videos = Videos(tx)
        newest = videos.by_creator(ADA.id, limit=3)
        assert [video.id for video in newest] == ["video_4", "video_3", "video_2"]
        rest = videos.by_creator(ADA.id, after=newest[-1].id, limit=3)
        assert [video.id for video in rest] == ["video_1", "video_0"]
        oldest = videos.by_creator(ADA.id, after=VideoId("video_1"), limit=2, newest_first=False)
        assert [video.id for video in oldest] == ["video_2", "video_3"]


def test_the_audit_chain_is_whole_under_concurrent_writers(peopled: Database) -> None:
    barrier = Barrier(4)

    def write_five(actor: int) -> None:
        barrier.wait()
        for number in range(5):
            with peopled.write() as tx:
                AuditLog(tx).append(NOON, f"per_{actor}", "test", "thing", {"number": number})

    threads = [Thread(target=write_five, args=(actor,)) for actor in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with peopled.read() as tx:
        assert AuditLog(tx).count() == 20
        assert first_break(AuditLog(tx).entries()) is None


@pytest.mark.parametrize("column", ["actor", "action", "detail"])
def test_a_changed_audit_entry_shows(peopled: Database, column: str) -> None:
    with peopled.write() as tx:
        for number in range(3):
            AuditLog(tx).append(NOON, "per_ada", "test", "thing", {"number": number})
        value: object = {"number": 9} if column == "detail" else "someone else"
        tx.connection.execute(update(audit_log).where(audit_log.c.seq == 2).values({column: value}))
        assert first_break(AuditLog(tx).entries()) == "entry 2 was changed"


def _video(number: int) -> Video:
    return Video(
        id=VideoId(f"video_{number}"),
        creator_id=ADA.id,
        status=VideoStatus.PUBLISHED,
        visibility=Visibility.PUBLIC,
        prompt="a boat",
        caption="",
        model="world",
        size="360x640",
        seconds=4,
        created_at=NOON,
    )
