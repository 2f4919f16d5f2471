"""A person's videos, and whose films they may fetch."""

from dataclasses import dataclass

from core.errors import NotFound, not_found
from core.ids import CharacterId, PersonId, VideoId
from core.records import Job, Video
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.jobs import Jobs
from core.storage.videos import Videos
from core.vocabulary import JobStatus
from pipelines.online.cards import eyes_of, known_person, visible_ids
from pipelines.online.films import poster_key, sheet_key
from pipelines.online.rooms import Rooms
from safety.room import ManifestReport


@dataclass(frozen=True, slots=True)
class VideoView:
    """A video, the job that makes it (its maker's to know alone), and who is shown."""

    video: Video
    job: Job | None
    characters: tuple[CharacterId, ...]
    is_mine: bool
    ahead: int | None = None  # videos that are made before it, while it waits
    preview: int = 0  # number of its newest picture, while it is made


def retrieve(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> VideoView:
    """Return a video that is this person's, that they may see, or that shows them. Raises ``NotFound``."""
    with rooms.database.read() as tx:
        return view(tx, person_id, fetchable(tx, rooms, person_id, video_id).id)


def fetchable(tx: Transaction, rooms: Rooms, person_id: PersonId, video_id: VideoId) -> Video:
    """Return a video whose film this person may fetch: its maker, whoever may see it, and whoever it shows."""
    video = Videos(tx).find(video_id)
    if video is None:
        raise not_found("video", video_id)
    eyes = eyes_of(tx, known_person(tx, person_id), rooms.clock.now())
    if not visible_ids(tx, eyes, [video_id]) and not Characters(tx).shows(video_id, person_id):
        raise not_found("video", video_id)
    return video


def list_mine(
    rooms: Rooms, person_id: PersonId, *, after: VideoId | None = None, limit: int = 20, newest_first: bool = True
) -> tuple[list[VideoView], bool]:
    """Return a page of a person's own videos in every state, and whether more follow. ``after`` is one of theirs."""
    with rooms.database.read() as tx:
        if after is not None:
            own(tx, person_id, after)
        found = Videos(tx).by_creator(person_id, after=after, limit=limit + 1, newest_first=newest_first)
        views = [view(tx, person_id, video.id) for video in found[:limit]]
    return views, len(found) > limit


def own(tx: Transaction, person_id: PersonId, video_id: VideoId) -> Video:
    """Return a person's own video. Raises ``NotFound`` for anyone else's."""
    video = Videos(tx).find(video_id)
    if video is None or video.creator_id != person_id:
        raise not_found("video", video_id)
    return video


def view(tx: Transaction, person_id: PersonId, video_id: VideoId) -> VideoView:
    """Return a video as this person may know it; whether they may know of it at all is for the caller."""
    video = Videos(tx).find(video_id)
    if video is None:
        raise not_found("video", video_id)
    shown = Characters(tx).shown_in([video_id]).get(video_id, [])
    is_mine = video.creator_id == person_id
    job = Jobs(tx).find_by_video(video_id) if is_mine else None
    ahead = Jobs(tx).ahead_of(job) if job is not None and job.status == JobStatus.QUEUED else None
    preview = Jobs(tx).preview_number(job.id) if job is not None and job.status == JobStatus.IN_PROGRESS else 0
    return VideoView(video, job, tuple(character.id for character in shown), is_mine, ahead, preview)


def file_of(rooms: Rooms, person_id: PersonId, video_id: VideoId, variant: str) -> str:
    """Return the media key of a film (``video``), its poster (``thumbnail``) or its ``spritesheet``.

    Raises ``NotFound`` for a video whose film this person may not fetch, and for one that has none yet.
    """
    with rooms.database.read() as tx:
        video = fetchable(tx, rooms, person_id, video_id)
    if video.film_key is None:
        raise NotFound(
            code="video_not_ready",
            detail="This video has no film (yet).",
            expected="GET /v1/videos/{video_id} tells when it is completed.",
        )
    others = {"thumbnail": video.poster_key or poster_key(video.film_key), "spritesheet": sheet_key(video.film_key)}
    return others.get(variant, video.film_key)


def provenance(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> tuple[ManifestReport, str | None]:
    """Return what a film's manifest says, and the film's fingerprint. Raises ``NotFound`` as ``file_of``."""
    key = file_of(rooms, person_id, video_id, "video")
    with rooms.database.read() as tx:
        video = fetchable(tx, rooms, person_id, video_id)
    with rooms.media.local(key) as path:
        return rooms.safety.read_manifest(path), video.fingerprint
