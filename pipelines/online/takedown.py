"""Taking videos away: withdrawn (hidden, or stopped while being made) or removed for good."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.ids import VideoId
from core.records import Video
from core.storage.database import Transaction
from core.storage.jobs import Jobs
from core.storage.videos import Videos
from core.vocabulary import VideoStatus
from pipelines.online.films import film_files
from pipelines.online.wishes import first_frame_of

LIKENESS_WITHDRAWN = "likeness_withdrawn"
WITHDRAWN_SAYS = "Someone whose likeness this shows no longer allows it."


def withdraw(tx: Transaction, videos: Iterable[Video], now: datetime, *, code: str, message: str) -> int:
    """Hide these videos and drafts, and stop those still being made. Return how many changed."""
    why = {"error_code": code, "error_message": message}
    return sum(_stop(tx, video, now, why) or _hide(tx, video, why) for video in videos)


def remove(tx: Transaction, video: Video, now: datetime) -> tuple[str, ...]:
    """Delete a video in any state and stop its job. Return the media keys to discard once this is committed.

    A film that another video shares (equal keys are the same film) stays.
    """
    cancel_job(tx, video.id, now)
    film_key = _film_of(tx, video)
    Videos(tx).change(video.id, status=VideoStatus.DELETED, film_key=None, poster_key=None, embedding=None)
    first = first_frames_in(tx, [video])
    return first if film_key is None or Videos(tx).uses_film(film_key) else (*first, *film_files(film_key))


def first_frames_in(tx: Transaction, videos: Iterable[Video]) -> tuple[str, ...]:
    """Return the media keys of the pictures that these videos begin with: each is one video's alone."""
    keys = (first_frame_of(Jobs(tx).find_by_video(video.id)) for video in videos)
    return tuple(key for key in keys if key)


def cancel_job(tx: Transaction, video_id: VideoId, now: datetime) -> bool:
    """Cancel the job that makes a video. False if there is none that still waits or runs."""
    job = Jobs(tx).find_by_video(video_id)
    return job is not None and Jobs(tx).cancel(job.id, now)


def _stop(tx: Transaction, video: Video, now: datetime, why: Mapping[str, str]) -> bool:
    # The job decides: once it is cancelled its worker can store nothing; if the worker was faster, there is a draft.
    if video.status != VideoStatus.GENERATING or not cancel_job(tx, video.id, now):
        return False
    return Videos(tx).move(video.id, only_from=[VideoStatus.GENERATING], status=VideoStatus.FAILED, **why)


def _hide(tx: Transaction, video: Video, why: Mapping[str, str]) -> bool:
    seen = [VideoStatus.DRAFT, VideoStatus.PUBLISHED]
    return Videos(tx).move(video.id, only_from=seen, status=VideoStatus.HIDDEN, **why)


def _film_of(tx: Transaction, video: Video) -> str | None:
    """Return the film's key as it is now: a job may have finished since ``video`` was read."""
    current = Videos(tx).find(video.id)
    return None if current is None else current.film_key
