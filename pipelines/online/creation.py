"""A creation: from a person's words to a draft, from a draft to a follower's page, and back out of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, InvalidInput, NotAllowed, not_found
from core.ids import CharacterId, JobId, PersonId, VideoId, new_id
from core.records import Character, Event, Job, Person, Video
from core.storage.audit import AuditLog
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.events import Events
from core.storage.idempotency import Idempotency
from core.storage.jobs import Jobs
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import EventKind, JobStatus, RemixPermission, VideoStatus, Visibility
from generation.choices import words_in
from pipelines.online.cards import eyes_of, known_person, visible_ids
from pipelines.online.events import inspired_by
from pipelines.online.films import discard
from pipelines.online.first_frames import check_first_frame, first_frame_for, kept, key_for
from pipelines.online.judging import check_prompt, depicts_minor, first_refusal
from pipelines.online.making import check_may_make
from pipelines.online.moderation import refusal
from pipelines.online.publishing import publish
from pipelines.online.quotas import check_open, place_of
from pipelines.online.rendering import run_job
from pipelines.online.rooms import Rooms
from pipelines.online.shelf import VideoView, list_mine, own, retrieve, view
from pipelines.online.takedown import cancel_job, first_frames_in, remove
from pipelines.online.wellbeing import note_events
from pipelines.online.wishes import Derivation, Source, VideoRequest, Wish, check_words, derived_request, wish_for

__all__ = [
    "CANCELLED",
    "VideoRequest",
    "VideoView",
    "cancel",
    "delete",
    "derive",
    "list_mine",
    "publish",
    "remix",
    "retrieve",
    "run_job",
    "submit",
]

CANCELLED = "cancelled"
_ROUTE = "videos.create"
_QUEUED = 202
_REMIXABLE = {VideoStatus.DRAFT, VideoStatus.PUBLISHED}


def submit(rooms: Rooms, person_id: PersonId, request: VideoRequest, idempotency_key: str | None = None) -> VideoView:
    """Check a wish and put it in the queue. A retry with the same key gets the first answer.

    Every way to a new video leads through here: from words, shots, or another video. Raises ``Refused`` (which rule, in
    words, how to appeal), ``InvalidInput`` naming the field, ``NotFound`` for a source or character that this person
    cannot know of, ``NotAllowed`` for a source that may not be remixed, ``LimitReached`` at a limit.
    """
    now, retry = rooms.clock.now(), _Retry(idempotency_key, request.digest)
    said = request.prompt
    check_words(said)
    with rooms.database.read() as tx:
        earlier = retry.answered(tx, person_id)
        if earlier is not None:
            return view(tx, person_id, earlier)
        maker = known_person(tx, person_id)
        check_open(tx, rooms, maker, now)
        source = None if request.remix_of is None else source_of(tx, maker, request.remix_of, now)
        request = request if source is None else derived_request(request, source)
        check_may_make(tx, rooms, maker, request.model, request.seconds, now)
        shown = _shown(tx, request.characters)
        refused = first_refusal(tx, rooms, maker, shown, now)
        shows_minor = depicts_minor(tx, shown, now)
    video_id = VideoId(new_id("video"))
    if refused is not None:
        raise refusal(rooms, refused, "prompt", video_id, person_id, field="characters")
    wish = wish_for(rooms.generation, request, shown, video_id, said=said, source=source)
    first = first_frame_for(rooms, request, source)
    words = (request.prompt, said, *words_in(wish.storyboard))
    check_prompt(rooms, maker, words, shows_minor=shows_minor, video_id=video_id, now=now)
    if first is not None:
        check_first_frame(rooms, maker, first, shown, shows_minor=shows_minor, video_id=video_id, now=now)
        wish = wish.model_copy(update={"first_frame": key_for(video_id)})
    with kept(rooms.media, first, video_id):
        made = _enqueue(rooms, _queued(video_id, maker, request, wish, now), wish, shown, retry)
    if made.video.id != video_id:  # a retry was faster
        discard(rooms.media, (key_for(video_id),))
    return made


def _enqueue(rooms: Rooms, video: Video, wish: Wish, shown: Sequence[Character], retry: "_Retry") -> VideoView:
    """Store video, job, who is shown and the key as one whole, under the person's lock."""
    person_id, now = video.creator_id, video.created_at
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        earlier = retry.answered(tx, person_id)
        if earlier is not None:
            return view(tx, person_id, earlier)
        maker = known_person(tx, person_id)
        check_open(tx, rooms, maker, now)
        check_may_make(tx, rooms, maker, video.model, video.seconds, now)
        Videos(tx).add([video])
        Characters(tx).show_in(video.id, shown)
        Jobs(tx).enqueue(_job(tx, rooms, maker, video, wish))
        retry.keep(tx, video)
        _note(tx, rooms, video)
        return view(tx, person_id, video.id)


def _job(tx: Transaction, rooms: Rooms, maker: Person, video: Video, wish: Wish) -> Job:
    place = place_of(tx, rooms, maker, wish.storyboard, video.created_at)
    return Job(
        id=JobId(new_id("job")),
        video_id=video.id,
        person_id=maker.id,
        status=JobStatus.QUEUED,
        request=wish.model_dump(mode="json"),
        created_at=video.created_at,
        plan=place.plan,
        share=place.share,
        # What one film makes of its picture is nothing that others could be made with.
        batch_key="" if wish.first_frame else rooms.generation.batch_key(wish.storyboard, wish.model),
    )


def _note(tx: Transaction, rooms: Rooms, video: Video) -> None:
    """Tell wellbeing and the ranker that something is being made: of a remix, what inspired it."""
    event = Event(
        event_id=f"made:{video.id}",
        person_id=video.creator_id,
        kind=EventKind.CREATE if video.remixed_from is None else EventKind.REMIX,
        occurred_at=video.created_at,
        received_at=video.created_at,
        video_id=video.remixed_from or inspired_by(tx, video.creator_id, video.created_at),
    )
    Events(tx).append([event])
    note_events(tx, rooms, known_person(tx, video.creator_id), [event])


@dataclass(frozen=True, slots=True)
class _Retry:
    """An idempotency key and the wish it came with; kept in the transaction that stores the video."""

    key: str | None
    digest: str

    def answered(self, tx: Transaction, person_id: PersonId) -> VideoId | None:
        """Return the video that this key already stands for. Raises ``InvalidInput`` if it came with another wish."""
        found = None if self.key is None else Idempotency(tx).find(person_id, _ROUTE, self.key)
        if found is None:
            return None
        if found.request_hash != self.digest:
            raise InvalidInput(
                code="idempotency_key_reused",
                detail="This idempotency key was used for another request.",
                field="header.Idempotency-Key",
                expected="A fresh key for a new request; the same key only with the same body.",
            )
        return VideoId(found.response["video_id"])

    def keep(self, tx: Transaction, video: Video) -> None:
        """Store which video the key stands for."""
        if self.key is not None:
            answers = Idempotency(tx)
            answers.claim(video.creator_id, _ROUTE, self.key, self.digest, video.created_at)
            answers.store(video.creator_id, _ROUTE, self.key, _QUEUED, {"video_id": video.id})


def source_of(tx: Transaction, maker: Person, video_id: VideoId, now: datetime) -> Source:
    """Return a video that ``maker`` may make another from.

    Raises ``NotFound`` for one that they cannot see, ``NotAllowed`` where its owner keeps it to themselves, and
    ``Conflict`` for one that is not finished or was taken down.
    """
    video = Videos(tx).find(video_id)
    if video is None or not visible_ids(tx, eyes_of(tx, maker, now), [video.id]):
        raise not_found("video", video_id)
    if video.status not in _REMIXABLE:
        raise Conflict(
            code="not_remixable",
            detail="This video cannot be remixed now.",
            field="video_id",
            expected="A finished draft of yours, or a published video.",
        )
    if not _may_remix(tx, maker, video):
        raise NotAllowed(
            code="remix_not_permitted",
            detail="Whoever made this video does not let you make another from it.",
            field="video_id",
            expected="A video of yours, or one whose maker allows it.",
        )
    return Source.of(video, Characters(tx).shown_in([video.id]).get(video.id, []), Jobs(tx).find_by_video(video.id))


def _may_remix(tx: Transaction, maker: Person, video: Video) -> bool:
    if video.creator_id == maker.id or video.remixable is RemixPermission.EVERYONE:
        return True
    return video.remixable is RemixPermission.MUTUALS and People(tx).are_mutual(maker.id, video.creator_id)


def _shown(tx: Transaction, character_ids: Sequence[CharacterId]) -> list[Character]:
    """Return the characters in the order given. Raises ``NotFound``, or ``InvalidInput`` if two share a name."""
    found = Characters(tx).many(character_ids)
    for character_id in character_ids:
        if character_id not in found:
            raise not_found("character", character_id)
    shown = [found[character_id] for character_id in dict.fromkeys(character_ids)]
    if len({character.name.casefold() for character in shown}) < len(shown):
        raise InvalidInput(
            code="same_name",
            detail="Two of these characters have the same name, so a prompt cannot tell them apart.",
            field="characters",
            expected="Characters of different names.",
        )
    return shown


def _queued(video_id: VideoId, maker: Person, request: VideoRequest, wish: Wish, now: datetime) -> Video:
    return Video(
        id=video_id,
        creator_id=maker.id,
        status=VideoStatus.GENERATING,
        visibility=Visibility.ONLY_ME,
        prompt=request.prompt,
        caption="",
        model=request.model,
        size=request.size,
        seconds=request.seconds,
        created_at=now,
        seed=wish.storyboard.seed,
        style=wish.storyboard.style,
        remixed_from=request.remix_of,
        derived=request.derived,
        # What the young make is remixed by those they know, until they choose otherwise.
        remixable=RemixPermission.MUTUALS if maker.is_minor(now) else RemixPermission.EVERYONE,
        has_sound=request.audio,
        # Nobody else may see it before what came out has been looked at.
        teen_allowed=False,
        adult_allowed=False,
    )


def remix(
    rooms: Rooms, person_id: PersonId, source_id: VideoId, prompt: str, idempotency_key: str | None = None
) -> VideoView:
    """Make a new video from another: its words after the new ones, its length, size, people. Raises as ``submit``."""
    return derive(rooms, person_id, Derivation.REMIX, source_id, prompt, idempotency_key=idempotency_key)


def derive(
    rooms: Rooms,
    person_id: PersonId,
    how: Derivation,
    source_id: VideoId,
    prompt: str,
    *,
    seconds: int = 0,
    audio: bool = True,
    idempotency_key: str | None = None,
) -> VideoView:
    """Make a new video from another: a remix, an edit, or an extension by ``seconds``. Raises as ``submit``."""
    request = VideoRequest(
        prompt, model="", seconds=seconds, size="", remix_of=source_id, derived=how, audio=audio
    )  # fmt: skip
    return submit(rooms, person_id, request, idempotency_key)


def cancel(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> VideoView:
    """Stop a video that is waiting or being made. Raises ``Conflict`` when it is too late."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        video = own(tx, person_id, video_id)
        if not cancel_job(tx, video_id, now):
            raise Conflict(
                code="not_in_the_making",
                detail=f"This video is not being made any more: it is {video.status.value}.",
                expected="DELETE it instead.",
            )
        ended = {"error_code": CANCELLED, "error_message": "You cancelled this video.", "completed_at": now}
        Videos(tx).move(video_id, only_from=[VideoStatus.GENERATING], status=VideoStatus.FAILED, **ended)
        cancelled, keys = view(tx, person_id, video_id), first_frames_in(tx, [video])
    discard(rooms.media, keys)
    return cancelled


def delete(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> None:
    """Delete one's own video in any state, with its film. Remixes of it stay: they are their makers'."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        video = own(tx, person_id, video_id)
        keys = remove(tx, video, now)
        AuditLog(tx).append(now, person_id, "video.deleted", video_id, {"was": video.status})
    discard(rooms.media, keys)
