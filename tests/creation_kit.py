"""What tests of creation share: rooms with a quick renderer, people, clips, and a worker that runs all that waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np

from core.clock import Clock
from core.encoder import TextEncoder
from core.ids import CharacterId, PersonId, VideoId
from core.media.codec import write_mp4
from core.media.film import Film, Frame, Sound
from core.media.store import MediaStore
from core.records import Character, Person, Video
from core.settings import Settings
from core.storage.database import Database
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import LikenessPermission
from generation.backends import Cancelled, GenerationCancelled, Keyframe, ModelInfo, Portraits, Progress, Registry, Take
from generation.room import Generation
from generation.storyboard import Storyboard
from generation.world.opening import opening_on
from pipelines.online import likeness
from pipelines.online.charter import CharterWatch
from pipelines.online.creation import VideoView, submit
from pipelines.online.queue import make_worker
from pipelines.online.rooms import Rooms
from pipelines.online.wishes import VideoRequest
from ranking.room import Ranking
from ranking.understanding.model import AttributeModel
from safety.room import Safety
from wellbeing.policy import load_charter
from wellbeing.room import Wellbeing

SIZE = "96x160"
RATE_HZ = 16_000
CALM = "a red ball rolls slowly down a green hill on a sunny day"


@dataclass(eq=False)
class PatternBackend:
    """A renderer of moving stripes: as fast as tests like it. ``at_frame`` is called with each frame's number."""

    at_frame: Callable[[int], None] = field(default=lambda _: None)
    portraits: Portraits = field(default_factory=dict)
    keyframes: tuple[Keyframe, ...] = ()

    def models(self) -> tuple[ModelInfo, ...]:
        return (
            ModelInfo(
                "pattern",
                "world",
                "Moving stripes, like the world's films drawn by us alone.",
                True,
                (SIZE, "360x640"),
                12,
            ),
        )

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        self.portraits = dict(portraits)
        sound = Sound(np.zeros((round(storyboard.seconds * RATE_HZ), 2), np.float32), RATE_HZ)
        frames = self._frames(storyboard, progress, cancelled)
        return Film(storyboard.width, storyboard.height, storyboard.fps, storyboard.frame_count, frames, sound)

    def generate_take(self, take: Take, model: str) -> Film:
        """The stripes begin with the picture."""
        self.keyframes = take.keyframes
        film = self.generate(take.storyboard, take.portraits, take.progress, take.cancelled, model)
        return opening_on(film, take.keyframes)

    def _frames(self, storyboard: Storyboard, progress: Progress, cancelled: Cancelled) -> Iterator[Frame]:
        for number in range(storyboard.frame_count):
            self.at_frame(number)
            if cancelled():
                raise GenerationCancelled
            yield stripes(storyboard.width, storyboard.height, number + storyboard.seed % 97)
            progress(100 * (number + 1) // storyboard.frame_count)


def stripes(width: int, height: int, shift: int) -> Frame:
    """Return a picture of slanted stripes, moved by ``shift`` pixels."""
    return np.ascontiguousarray(_stripes(width, height)[:, shift % 96 : shift % 96 + width])


@lru_cache(maxsize=4)
def _stripes(width: int, height: int) -> Frame:
    rows, columns = np.mgrid[0:height, 0 : width + 96]
    wave = ((rows + columns) // 12 % 8 * 20 + 40).astype(np.uint8)
    return np.stack([wave, 200 - wave, np.full_like(wave, 120)], axis=-1)


def write_clip(path: Path, *, seconds: float = 3.0, size: tuple[int, int] = (128, 160), fps: int = 12) -> Path:
    """Write a clip such as a phone would send."""
    width, height = size
    count = round(seconds * fps)
    frames = (stripes(width, height, number) for number in range(count))
    sound = Sound(np.zeros((round(seconds * RATE_HZ), 2), np.float32), RATE_HZ)
    write_mp4(Film(width, height, fps, count, frames, sound), path)
    return path


@dataclass(frozen=True)
class NothingRanked:
    """All of the ranking room that making a video uses: the real attribute heads."""

    attributes: AttributeModel = field(default_factory=AttributeModel.open)


def open_kit(
    home: Path, database: Database, clock: Clock, media: MediaStore, encoder: TextEncoder, safety: Safety
) -> tuple[Rooms, PatternBackend]:
    """Return rooms over a test's own state, and their renderer."""
    backend = PatternBackend()
    settings = Settings(home=home)
    rooms = Rooms(
        settings=settings,
        clock=clock,
        database=database,
        media=media,
        encoder=encoder,
        ranking=cast(Ranking, NothingRanked()),
        safety=safety,
        wellbeing=Wellbeing.open(),
        generation=Generation(Registry([backend], backend)),
        charter=CharterWatch(database, load_charter()),
    )
    return rooms, backend


def with_media(rooms: Rooms, media: MediaStore) -> Rooms:
    """Return the same rooms over another media store."""
    return replace(rooms, media=media)


def add_people(rooms: Rooms, *people: Person) -> None:
    """Store people."""
    with rooms.database.write() as tx:
        People(tx).add(people)


def make_mutual(rooms: Rooms, first: Person, second: Person) -> None:
    """Make two people follow each other."""
    with rooms.database.write() as tx:
        People(tx).follow(first.id, second.id, rooms.clock.now())
        People(tx).follow(second.id, first.id, rooms.clock.now())


def wish(prompt: str = CALM, *characters: CharacterId, **values: object) -> VideoRequest:
    """Return a wish for the quickest film there is."""
    fields: dict[str, object] = {"model": "pattern", "seconds": 4, "size": SIZE, "characters": characters}
    return VideoRequest(prompt, **(fields | values))  # type: ignore[arg-type]


def work(rooms: Rooms) -> int:
    """Run jobs until none waits; return how many were run."""
    worker = make_worker(rooms)
    done = 0
    while worker.run_once():
        done += 1
    return done


def finished(rooms: Rooms, person_id: PersonId, request: VideoRequest | None = None) -> Video:
    """Return a video of this person's after its job has run."""
    view: VideoView = submit(rooms, person_id, request or wish())
    work(rooms)
    return look(rooms, view.video.id)


def look(rooms: Rooms, video_id: VideoId) -> Video:
    """Return a video as it stands."""
    with rooms.database.read() as tx:
        video = Videos(tx).find(video_id)
    assert video is not None
    return video


def make_open_character(
    rooms: Rooms,
    owner: Person,
    clip: Path,
    permission: LikenessPermission = LikenessPermission.EVERYONE,
    name: str = "",
) -> Character:
    """Return a character of ``owner``'s with this permission."""
    character = likeness.make_character(rooms, owner.id, name or owner.display_name, clip)
    if permission != character.permission:
        likeness.set_permission(rooms, owner.id, character.id, permission)
    return character


def media_keys(home: Path) -> set[str]:
    """Return what lies in the media folder."""
    root = home / "media"
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
