"""What is published stands on a follower's next page, and what is withdrawn on none."""

from dataclasses import replace
from pathlib import Path

from core.encoder import TextEncoder
from core.records import Person
from core.storage.people import People
from core.vocabulary import FeedMode
from pipelines.offline.snapshot import build_snapshot
from pipelines.online import creation, likeness
from pipelines.online.feed import FeedRequest, screenful
from pipelines.online.rooms import Rooms
from ranking.room import Ranking
from tests.creation_kit import finished, make_open_character, wish
from tests.pipelines.creation.conftest import Town


def with_ranking(rooms: Rooms, encoder: TextEncoder) -> Rooms:
    """Return the rooms with a snapshot of the database as it is now."""
    build_snapshot(rooms.database, encoder, rooms.settings, rooms.clock)
    return replace(rooms, ranking=Ranking.open(rooms.settings.snapshots, encoder))


def next_page(rooms: Rooms, person: Person, mode: FeedMode = FeedMode.RANKED) -> list[str]:
    rooms.clock.advance(seconds=30)  # type: ignore[attr-defined]
    return [item.video.id for item in screenful(rooms, person.id, FeedRequest(size=5, mode=mode)).items]


def test_a_follower_sees_it_on_the_next_page_and_never_again_once_withdrawn(
    town: Town, clip: Path, encoder: TextEncoder
) -> None:
    with town.rooms.database.write() as tx:
        People(tx).follow(town.fay.id, town.bob.id, town.rooms.clock.now())
    finished(town.rooms, town.ada.id)
    rooms = with_ranking(town.rooms, encoder)
    character = make_open_character(rooms, town.ada, clip)
    videos = [finished(rooms, town.bob.id, wish("Ada on a boat", character.id)) for _ in range(2)]
    assert next_page(rooms, town.fay) == []
    creation.publish(rooms, town.bob.id, videos[0].id)
    assert next_page(rooms, town.fay) == [videos[0].id]
    creation.publish(rooms, town.bob.id, videos[1].id)
    likeness.revoke(rooms, town.ada.id, character.id)
    for mode in FeedMode:
        assert next_page(rooms, town.fay, mode) == []
