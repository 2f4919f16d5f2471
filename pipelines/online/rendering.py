"""One job of the queue, from its storyboard to a draft: what a worker runs."""

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PIL import Image

from core.encoder import TextEncoder
from core.errors import KindlingError, NotFound
from core.ids import VideoId
from core.media.film import Film, Frame
from core.media.store import MediaStore
from core.records import Character, Job, Person, Video
from core.storage.audit import AuditLog
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.jobs import Jobs
from core.storage.people import People
from core.storage.videos import Videos
from core.verdicts import Verdict
from core.vocabulary import Outcome, VideoStatus
from generation.backends import Cancelled, GenerationCancelled, Progress
from generation.worker import Assignment, Finish
from pipelines.online.family import controls_in
from pipelines.online.films import FilmMaker, FilmOrder, FilmRefused, FinishedFilm, discard, film_files
from pipelines.online.first_frames import read_first_frame
from pipelines.online.judging import (
    FILM_CHECK,
    FeedVerdicts,
    FilmFlags,
    audience_of,
    depicts_minor,
    first_refusal,
    judge_for_feed,
    keep_words,
    limited,
)
from pipelines.online.moderation import record, refusal
from pipelines.online.previewing import Previews
from pipelines.online.rooms import Rooms
from pipelines.online.telling import VIDEO_READY, tell
from pipelines.online.understanding import attributes_of
from pipelines.online.webhooks import COMPLETED, announce
from pipelines.online.wishes import Wish
from ranking.catalogue import video_text


@dataclass(frozen=True, slots=True)
class _Work:
    """What a job is about, as it stands now."""

    video: Video
    maker: Person
    shown: tuple[Character, ...]
    shows_minor: bool
    refused: Verdict | None


class _NoLongerAllowed(Exception):
    """Someone who is shown has withdrawn their likeness while the film was being made."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.explanation)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class _Commission:
    """A job that may be made, and what to make."""

    assignment: Assignment
    wish: Wish
    work: _Work
    order: FilmOrder
    started: float


def run_job(rooms: Rooms, job: Job, progress: Progress, cancelled: Cancelled) -> None:
    """Make the film of a job and store its draft, completing the job in the same transaction.

    Whoever is shown is asked for permission right before the film is made and again right before it is kept. Raises
    ``Refused`` when they do not allow it any more or when the film may not be shown, ``GenerationCancelled`` when the
    job is no longer this worker's, ``Unavailable`` when the film cannot be written; then nothing of it is kept.
    """
    _finish(rooms, _commission(rooms, Assignment(job, progress, cancelled)), None)


class FilmsTogether:
    """``generation.worker.Together``: films of one model, size and length by one call, each then judged by itself."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def most(self, job: Job) -> int:
        """Return how many films the job's model makes by one call."""
        return self._rooms.generation.batch_of(Wish.model_validate(job.request).model)

    def begin(self, assignments: Sequence[Assignment]) -> list[Finish]:
        """Make the films of all that may still be made; the others' errors come from what is returned for them."""
        found = [_commission_or_error(self._rooms, item) for item in assignments]
        ready = [item for item in found if isinstance(item, _Commission)]
        maker = FilmMaker(self._rooms.generation, self._rooms.safety, self._rooms.media)
        takes = [maker.take(item.order, item.assignment.progress, item.assignment.cancelled) for item in ready]
        films = iter(self._rooms.generation.generate_many(takes, ready[0].wish.model) if ready else [])
        return [_finisher(self._rooms, item, films) for item in found]


def _finisher(rooms: Rooms, item: _Commission | Exception, films: Iterator[Film | None]) -> Finish:
    film = next(films) if isinstance(item, _Commission) else None

    def finish() -> None:
        if isinstance(item, Exception):
            raise item
        if film is None:
            raise GenerationCancelled
        _finish(rooms, item, film)

    return finish


def _commission_or_error(rooms: Rooms, assignment: Assignment) -> _Commission | Exception:
    try:
        return _commission(rooms, assignment)
    except (KindlingError, GenerationCancelled) as error:
        return error


def _commission(rooms: Rooms, assignment: Assignment) -> _Commission:
    """Return what to make, once whoever is shown allows it. Raises ``Refused`` or ``GenerationCancelled``."""
    started = time.monotonic()
    wish = Wish.model_validate(assignment.job.request)
    with rooms.database.read() as tx:
        work = _load(tx, rooms, assignment.job.video_id, rooms.clock.now())
    if work.refused is not None:
        raise refusal(rooms, work.refused, "video", work.video.id, work.maker.id)
    return _Commission(assignment, wish, work, _order(rooms, wish, work), started)


def _finish(rooms: Rooms, item: _Commission, made: Film | None) -> None:
    """Check, mark, sign and keep a film; ``made``: the film, where it was made together with others."""
    work = item.work
    film = _make(rooms, item, made)
    try:
        words = judge_for_feed(rooms.safety, work.video.prompt, work.video.caption, shows_minor=work.shows_minor)
        _check_for_maker(rooms, work, film)
        _keep(rooms, item.assignment.job, work, film, words, cost_s=time.monotonic() - item.started)
    except _NoLongerAllowed as error:
        discard(rooms.media, film_files(film.film_key))
        raise refusal(rooms, error.verdict, "video", work.video.id, work.maker.id) from error
    except BaseException:
        discard(rooms.media, film_files(film.film_key))
        raise


def _load(tx: Transaction, rooms: Rooms, video_id: VideoId, now: datetime) -> _Work:
    """Return the work, or raise ``GenerationCancelled`` when its video or maker is gone."""
    video = Videos(tx).find(video_id)
    maker = None if video is None else People(tx).find(video.creator_id)
    if video is None or maker is None:
        raise GenerationCancelled
    shown = tuple(Characters(tx).shown_in([video_id]).get(video_id, ()))
    refused = first_refusal(tx, rooms, maker, shown, now)
    return _Work(video, maker, shown, depicts_minor(tx, shown, now), refused)


def _order(rooms: Rooms, wish: Wish, work: _Work) -> FilmOrder:
    video = work.video
    try:
        portraits, opening = _portraits(rooms.media, work.shown), read_first_frame(rooms.media, wish)
    except NotFound as error:  # one that was just deleted stops the job: it was revoked
        raise GenerationCancelled from error
    return FilmOrder(
        storyboard=wish.storyboard,
        model=wish.model,
        claim=rooms.safety.claim(
            title=f"A video by @{work.maker.handle}",
            video_id=video.id,
            creator=work.maker.handle,
            model=wish.model,
            created_at=video.created_at,
            remixed_from=video.remixed_from,
            opens_on_picture=bool(wish.first_frame),
        ),
        label=f"Kindling · @{work.maker.handle}",
        portraits=portraits,
        opening=opening,
        depicts_minor=work.shows_minor,
        has_sound=video.has_sound,
        prompt_checked=True,  # by `submit`, before this job was in the queue
    )


def _make(rooms: Rooms, item: _Commission, made: Film | None) -> FinishedFilm:
    work, assignment = item.work, item.assignment
    audiences = {work.maker.audience(rooms.clock.now()), audience_of(work.maker, work.shows_minor, rooms.clock.now())}
    try:
        return FilmMaker(rooms.generation, rooms.safety, rooms.media).make(
            item.order,
            progress=assignment.progress,
            cancelled=assignment.cancelled,
            film=made,
            preview=Previews(rooms, assignment.job, tuple(sorted(audiences))),
        )
    except FilmRefused as error:
        raise refusal(rooms, error.verdict, "video", work.video.id, work.maker.id) from error


def _portraits(media: MediaStore, shown: Sequence[Character]) -> dict[str, Frame]:
    """Return the portraits by character name. Raises ``NotFound``."""
    return {item.name: picture(media.read(item.portrait_key)) for item in shown}


def picture(data: bytes) -> Frame:
    """Return a stored picture as RGB, shape (H, W, 3)."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _check_for_maker(rooms: Rooms, work: _Work, film: FinishedFilm) -> None:
    """Refuse a young maker what may not be shown to the young. Raises ``Refused``."""
    if work.maker.is_minor(rooms.clock.now()) and film.teen.outcome >= Outcome.BLOCK:
        raise refusal(rooms, film.teen, "video", work.video.id, work.maker.id)


def _keep(rooms: Rooms, job: Job, work: _Work, film: FinishedFilm, words: FeedVerdicts, *, cost_s: float) -> None:
    """Complete the job and store the draft, or nothing at all."""
    now = rooms.clock.now()
    flags = FilmFlags(film.adult.allowed, film.teen.allowed, limited(film.adult))
    draft = {
        "status": VideoStatus.DRAFT,
        "film_key": film.film_key,
        "poster_key": film.poster_key,
        "fingerprint": film.fingerprint,
        "embedding": embedding(rooms.encoder, work.video.prompt, work.video.caption),
        "attributes": {
            **work.video.attributes,
            **attributes_of(rooms, work.video, film_key=film.film_key),
            FILM_CHECK: flags.as_attribute(),
        },
        "adult_allowed": flags.adult and words.adult.allowed,
        "teen_allowed": flags.teen and words.teen.allowed,
        "limited": flags.limited or limited(words.adult),
        "completed_at": now,
    }
    with rooms.database.write() as tx:
        # First the job: whoever cancels it now waits for us and then finds a draft, or was faster and we stop here.
        if not Jobs(tx).complete(job.id, job.lease_owner or "", now, cost_s=cost_s):
            raise GenerationCancelled
        shown = Characters(tx).shown_in([work.video.id]).get(work.video.id, ())
        refused = first_refusal(tx, rooms, work.maker, shown, now)
        if refused is not None:
            raise _NoLongerAllowed(refused)
        Videos(tx).change(work.video.id, **draft)
        found = film.teen if work.maker.is_minor(now) else film.adult
        record(tx, rooms, found, "video", work.video.id, work.maker.id)
        keep_words(tx, words, work.video, now)
        AuditLog(tx).append(now, work.maker.id, "video.made", work.video.id, {"film": film.film_key})
        controls = controls_in(tx, rooms, work.maker, now)
        tell(tx, rooms, work.maker, controls, VIDEO_READY, {"video_id": work.video.id})
        announce(tx, COMPLETED, work.video, now)


def embedding(encoder: TextEncoder, prompt: str, caption: str) -> bytes:
    """Return the stored form of a video's vector: 384 little-endian float32s."""
    return encoder.encode_one(video_text(prompt, caption)).astype("<f4").tobytes()
