"""A small world for ranking's tests: twelve people, forty videos, a snapshot, and the rooms that a page needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.ids import PersonId, VideoId, new_id
from core.media.store import MediaStore
from core.records import Person, Video
from core.settings import Settings
from core.storage.database import Database
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import EventKind, FeedMode, VideoStatus, Visibility
from pipelines.offline.snapshot import build_snapshot
from pipelines.online.charter import CharterWatch
from pipelines.online.events import NewEvent, take_events
from pipelines.online.feed import FeedRequest, Page, screenful
from pipelines.online.rooms import Rooms
from ranking.catalogue import video_text
from ranking.room import Ranking
from tests.conftest import make_tables
from wellbeing.policy import load_charter
from wellbeing.room import Wellbeing

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NAMES = ("ada", "bo", "cy", "dee", "eli", "fay", "gus", "hal", "ivy", "jon", "kim", "lou")
PROMPTS = (
    "A calm lake at dawn, soft mist drifting over still water",
    "Two racing cars speeding around a wet track at night",
    "A corgi puppy chasing a ball in a sunny garden",
    "A chef baking chocolate cake in a warm kitchen",
    "Snowy mountain peaks under the northern lights",
    "A robot walking through a neon city in the rain",
    "Slow ocean waves rolling onto an empty beach",
    "A street musician playing guitar in the old town",
    "A potter shaping a clay bowl on a spinning wheel",
    "A truck driving down a dusty desert highway",
)


@dataclass
class World:
    """A database with people and videos, and what a test does with them."""

    database: Database
    clock: ManualClock
    settings: Settings
    encoder: TextEncoder
    media: MediaStore
    texts: dict[str, bytes]
    _rooms: list[Rooms] = field(default_factory=list)

    @property
    def rooms(self) -> Rooms:
        """The rooms, opened over the live snapshot (made now if there is none)."""
        if not self._rooms:
            if not (self.settings.snapshots / "CURRENT").exists():
                self.snapshot()
            self._rooms.append(self.open_rooms())
        return self._rooms[0]

    def open_rooms(self) -> Rooms:
        return Rooms(
            settings=self.settings,
            clock=self.clock,
            database=self.database,
            media=self.media,
            encoder=self.encoder,
            ranking=Ranking.open(self.settings.snapshots, self.encoder),
            safety=cast(Any, None),  # a page asks nothing of it
            wellbeing=Wellbeing.open(),
            generation=cast(Any, None),
            charter=CharterWatch(self.database, load_charter()),
        )

    def snapshot(self) -> None:
        build_snapshot(self.database, self.encoder, self.settings, self.clock)

    def person(self, name: str, *, born: date | None = date(1990, 5, 1), **values: Any) -> PersonId:
        fields = {
            "id": PersonId(f"per_{name}"),
            "handle": name,
            "display_name": name.title(),
            "birth_date": born,
            "jurisdiction": "ZZ",
            "timezone": "UTC",
            "created_at": NOON - timedelta(days=100),
        }
        with self.database.write() as tx:
            People(tx).add([Person(**(fields | values))])
        return PersonId(f"per_{name}")

    def video(self, creator: str, prompt: str = PROMPTS[0], *, hours_ago: float = 1.0, **values: Any) -> VideoId:
        made = self.clock.now() - timedelta(hours=hours_ago)
        video = Video(
            id=VideoId(new_id("video")),
            creator_id=PersonId(f"per_{creator}"),
            status=VideoStatus.PUBLISHED,
            visibility=Visibility.PUBLIC,
            prompt=prompt,
            caption="",
            model="world",
            size="360x640",
            seconds=4,
            created_at=made,
            published_at=made,
            embedding=self._embedding(prompt),
        )
        with self.database.write() as tx:
            Videos(tx).add([replace(video, **values)])
        return video.id

    def change(self, video_id: VideoId, **values: Any) -> None:
        with self.database.write() as tx:
            Videos(tx).change(video_id, **values)

    def follow(self, follower: str, *followees: str) -> None:
        with self.database.write() as tx:
            for followee in followees:
                People(tx).follow(PersonId(f"per_{follower}"), PersonId(f"per_{followee}"), self.clock.now())

    def did(self, who: str, kind: EventKind, video_id: VideoId | None = None, **values: Any) -> None:
        if "person" in values:
            values["person_id"] = PersonId(f"per_{values.pop('person')}")
        event = NewEvent(new_id("evt"), kind, self.clock.now(), video_id=video_id, **values)
        take_events(self.rooms, PersonId(f"per_{who}"), [event])

    def page(self, who: str, size: int = 8, mode: FeedMode = FeedMode.RANKED, key: str | None = None) -> Page:
        self.clock.advance(minutes=1)
        return screenful(self.rooms, PersonId(f"per_{who}"), FeedRequest(size=size, mode=mode, idempotency_key=key))

    def populate(self, names: Sequence[str] = NAMES, each: int = 4) -> list[VideoId]:
        """Add people and ``each`` videos by every one of them, the oldest first."""
        made = []
        for name in names:
            self.person(name)
        for number in range(each):
            for place, name in enumerate(names):
                prompt = PROMPTS[(number * 7 + place) % len(PROMPTS)]
                hours = 300.0 - 60 * number - place
                made.append(self.video(name, f"{prompt}, take {number + 1}", hours_ago=hours))
        return made

    def _embedding(self, prompt: str) -> bytes:
        if prompt not in self.texts:
            vector = self.encoder.encode_one(video_text(prompt, ""))
            self.texts[prompt] = np.asarray(vector, dtype="<f4").tobytes()
        return self.texts[prompt]


_TEXTS: dict[str, bytes] = {}


@pytest.fixture
def world(database: Database, clock: ManualClock, encoder: TextEncoder, media: MediaStore, tmp_path: Path) -> World:
    """An empty world on each database."""
    settings = Settings(home=tmp_path / "home")
    return World(database, clock, settings, encoder, media, _TEXTS)


@pytest.fixture
def world_on_sqlite(
    tmp_path: Path, clock: ManualClock, encoder: TextEncoder, media: MediaStore, sqlite_database: Callable[[], Database]
) -> World:
    """An empty world on SQLite only."""
    return World(sqlite_database(), clock, Settings(home=tmp_path / "home"), encoder, media, _TEXTS)


@pytest.fixture
def small_world(world_on_sqlite: World) -> World:
    """A populated world on SQLite only, for what does not depend on the database."""
    world_on_sqlite.populate()
    return world_on_sqlite


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Callable[[], Database]:
    """Makes an empty SQLite database with all tables."""

    def make() -> Database:
        opened = Database(f"sqlite:///{tmp_path / 'small.db'}")
        make_tables(opened)
        return opened

    return make
