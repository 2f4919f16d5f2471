"""From a draft to the pages of those who may see it."""

from datetime import datetime
from typing import Any

from core.errors import Conflict, InvalidInput
from core.ids import PersonId, VideoId
from core.records import Person, Video
from core.storage.audit import AuditLog
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.people import People
from core.storage.videos import Videos
from core.verdicts import Verdict
from core.vocabulary import RemixPermission, VideoStatus, Visibility
from pipelines.online.cards import eyes_of, known_person, visible_ids
from pipelines.online.family import controls_in
from pipelines.online.judging import (
    FeedVerdicts,
    depicts_minor,
    film_flags,
    first_refusal,
    judge_for_feed,
    keep_words,
    limited,
)
from pipelines.online.moderation import refusal, require_allowed
from pipelines.online.rendering import embedding
from pipelines.online.rooms import Rooms
from pipelines.online.shelf import VideoView, own, view
from pipelines.online.takedown import LIKENESS_WITHDRAWN
from pipelines.online.telling import REMIXED, tell
from pipelines.online.understanding import attributes_of

MAX_CAPTION_CHARS = 2_200
_STATES = (VideoStatus.DRAFT, VideoStatus.PUBLISHED, VideoStatus.HIDDEN)


def publish(
    rooms: Rooms,
    person_id: PersonId,
    video_id: VideoId,
    caption: str | None = None,
    visibility: Visibility | None = None,
    remixable: RemixPermission | None = None,
) -> VideoView:
    """Publish a draft, or change the caption, visibility and remix permission of what is published.

    Left out, the caption stays as it is, and visibility is everyone for an adult with an open account, followers for
    others. Raises ``Refused`` for words or a likeness that a policy does not allow, ``Conflict`` for a video that is
    not finished or was taken down.
    """
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        video, maker = own(tx, person_id, video_id), known_person(tx, person_id)
        shown = Characters(tx).shown_in([video_id]).get(video_id, [])
        shows_minor = depicts_minor(tx, shown, now)
    _check_state(video)
    text = _clean(video.caption if caption is None else caption)
    words = judge_for_feed(rooms.safety, video.prompt, text, shows_minor=shows_minor)
    _check_words(rooms, video, maker, words, now)
    columns = _words_columns(rooms, video, text, words) | {
        "status": VideoStatus.PUBLISHED,
        "visibility": visibility or _usual_visibility(video, maker, now),
        "remixable": remixable or video.remixable,
        "published_at": video.published_at or now,
        "error_code": None,
        "error_message": None,
    }
    found = _store(rooms, maker, video, columns, words, now)
    if isinstance(found, Verdict):
        raise refusal(rooms, found, "video", video_id, person_id)
    return found


def _store(
    rooms: Rooms, maker: Person, video: Video, columns: dict[str, Any], words: FeedVerdicts, now: datetime
) -> VideoView | Verdict:
    """Store what is published, or return why someone who is shown does not allow it."""
    with rooms.database.write() as tx:
        People(tx).lock(maker.id)
        shown = Characters(tx).shown_in([video.id]).get(video.id, [])
        refused = first_refusal(tx, rooms, maker, shown, now)
        if refused is not None:
            return refused
        # Only from the state that was looked at: someone may have hidden or deleted it since.
        if not Videos(tx).move(video.id, only_from=[video.status], **columns):
            raise Conflict(
                code="changed_meanwhile",
                detail="This video was changed while it was being published.",
                expected="Look at it again, then try again.",
            )
        keep_words(tx, words, video, now)
        AuditLog(tx).append(now, maker.id, "video.published", video.id, {"visibility": columns["visibility"]})
        if video.remixed_from is not None and video.published_at is None:
            _tell_the_source(tx, rooms, maker, video, now)
        return view(tx, maker.id, video.id)


def _tell_the_source(tx: Transaction, rooms: Rooms, maker: Person, video: Video, now: datetime) -> None:
    """Tell whoever made the original that there is a remix, if they may see it."""
    source = None if video.remixed_from is None else Videos(tx).find(video.remixed_from)
    creator = None if source is None else People(tx).find(source.creator_id)
    if source is None or creator is None or creator.id == maker.id:
        return
    if visible_ids(tx, eyes_of(tx, creator, now), [video.id]):
        detail = {"by": maker.handle, "video_id": video.id, "remixed_from": source.id}
        tell(tx, rooms, creator, controls_in(tx, rooms, creator, now), REMIXED, detail)


def _check_state(video: Video) -> None:
    taken_down = video.status == VideoStatus.HIDDEN and video.error_code != LIKENESS_WITHDRAWN
    if video.status not in _STATES or taken_down:
        raise Conflict(
            code="not_publishable",
            detail=f"This video cannot be published: it is {video.status.value}.",
            expected="A finished draft.",
        )


def _clean(caption: str) -> str:
    text = caption.strip()
    if len(text) > MAX_CAPTION_CHARS or "\x00" in text:
        raise InvalidInput(
            code="bad_caption",
            detail="The caption cannot be used.",
            field="caption",
            expected=f"At most {MAX_CAPTION_CHARS:,} characters of text.",
        )
    return text


def _check_words(rooms: Rooms, video: Video, maker: Person, words: FeedVerdicts, now: datetime) -> None:
    """Refuse words that the maker's own audience may not see, and a film that still waits for a reviewer."""
    verdict = words.teen if maker.is_minor(now) else words.adult
    require_allowed(rooms, verdict, "video", video.id, maker.id, field="caption")
    film = film_flags(video)
    if not (film.teen if maker.is_minor(now) else film.adult):
        raise Conflict(
            code="held_for_review",
            detail="A reviewer has not yet said that this film may be shown.",
            expected="Wait for the review; until then you alone see it.",
        )


def _words_columns(rooms: Rooms, video: Video, caption: str, words: FeedVerdicts) -> dict[str, Any]:
    """Return the columns that follow from the words. Whom the film may not be shown to is kept from it all the same."""
    film = film_flags(video)
    return {
        "caption": caption,
        "embedding": embedding(rooms.encoder, video.prompt, caption),
        "attributes": {**video.attributes, **attributes_of(rooms, video, caption=caption)},
        "adult_allowed": film.adult and words.adult.allowed,
        "teen_allowed": film.teen and words.teen.allowed,
        "limited": film.limited or limited(words.adult),
    }


def _usual_visibility(video: Video, maker: Person, now: datetime) -> Visibility:
    if video.published_at is not None:
        return video.visibility
    return Visibility.FOLLOWERS if maker.is_private or maker.is_minor(now) else Visibility.PUBLIC
