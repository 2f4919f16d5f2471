"""``POST /v1/safety/decide``: one verdict on anything: words, a storyboard's shots, pictures, a video that is kept."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import InvalidInput, not_found
from core.ids import PersonId, VideoId
from core.media.codec import probe, read_frames, read_sound
from core.records import Video
from core.storage.characters import Characters
from core.storage.jobs import Jobs
from core.storage.videos import Videos
from core.verdicts import Verdict
from core.vocabulary import Audience, Surface, VideoStatus
from pipelines.online.rooms import Rooms
from pipelines.online.shelf import fetchable
from pipelines.online.wishes import first_frame_of
from safety.film.policy import DETECTORS
from safety.judgement import DetectorReport, Judgement, joined, reached_categories, reports_of
from safety.room import PICTURE_FAILED, FilmSource, TextPart

FILM_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged as one: named texts in their order, pictures, and a video by its id."""

    texts: tuple[TextPart, ...] = ()
    pictures: tuple[bytes, ...] = ()
    video_id: VideoId | None = None


def decide(
    rooms: Rooms, subject: Subject, *, surface: Surface, audience: Audience, viewer: PersonId | None
) -> Judgement:
    """Judge a subject whole. Nothing is stored.

    ``viewer`` is whose videos may be named; None is staff, who may name any. Raises ``NotFound`` for others.
    """
    texts, films = list(subject.texts), []
    if subject.video_id is not None:
        video = _video(rooms, viewer, subject.video_id)
        texts += [TextPart(f"video {name}", said) for name, said in _words(video) if said]
        films = [] if video.film_key is None else [_film(rooms, video, video.film_key, surface, audience)]
    if not texts and not subject.pictures and not films:
        raise InvalidInput(
            code="nothing_to_judge", detail="There is nothing to judge.", field="body",
            expected="texts, shots, pictures or a video_id.",
        )  # fmt: skip
    if not texts and not subject.pictures:
        return joined(films[0])
    return joined(rooms.safety.judge(texts, subject.pictures, surface, audience), *films)


def _video(rooms: Rooms, viewer: PersonId | None, video_id: VideoId) -> Video:
    with rooms.database.read() as tx:
        if viewer is not None:
            return fetchable(tx, rooms, viewer, video_id)
        video = Videos(tx).find(video_id)
    if video is None or video.status == VideoStatus.DELETED:
        raise not_found("video", video_id)
    return video


def _words(video: Video) -> tuple[tuple[str, str], ...]:
    return ("prompt", video.prompt), ("caption", video.caption)


def _film(rooms: Rooms, video: Video, film_key: str, surface: Surface, audience: Audience) -> Judgement:
    source = _source(rooms, video)
    with rooms.media.local(film_key) as path:
        verdict = rooms.safety.watched(
            lambda: _seen(rooms, path, surface, audience, source), surface, audience, timeout_s=FILM_TIMEOUT_S
        )
    reached = reached_categories(verdict.scores, surface, audience, rooms.safety.moderation)
    return Judgement(verdict, reached, ("video",), _reports(verdict))


def _source(rooms: Rooms, video: Video) -> FilmSource:
    """Return how a stored film came to be. Of a model that we do not know by name, nothing is known."""
    made_by = {info.name: info.backend for info in rooms.generation.models()}.get(video.model, "")
    with rooms.database.read() as tx:
        shown = Characters(tx).shown_in([video.id]).get(video.id, ())
        opens = first_frame_of(Jobs(tx).find_by_video(video.id))
    return FilmSource(
        made_by=made_by, prompt_checked=True, real_portraits=bool(shown), uploaded_picture=bool(opens)
    )  # fmt: skip


def _seen(rooms: Rooms, path: Path, surface: Surface, audience: Audience, source: FilmSource) -> Verdict:
    check = rooms.safety.film_check(max(1, round(probe(path).fps)))
    for index, frame in enumerate(read_frames(path)):
        check.see(frame, index)
    check.hear(read_sound(path))
    return check.verdict(surface, audience, source)


def _reports(verdict: Verdict) -> tuple[DetectorReport, ...]:
    why_not = verdict.explanation if verdict.rule_id == PICTURE_FAILED else ""
    return reports_of((verdict,), DETECTORS, "video", why_not)


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as JSON: what `POST /v1/safety/decide` answers, and what batches keep."""
    verdict = judgement.verdict
    return {
        "outcome": verdict.outcome.name.lower(),
        "allowed": verdict.allowed,
        "surface": str(verdict.surface),
        "audience": str(verdict.audience),
        "rule_id": verdict.rule_id,
        "category": verdict.category,
        "explanation": verdict.explanation,
        "policy_version": verdict.policy_version,
        "model_revision": verdict.model_revision,
        "threshold_revision": verdict.threshold_revision,
        "categories": sorted(judgement.reached),
        "scores": dict(verdict.scores),
        "evidence": [asdict(item) for item in verdict.evidence],
        "detectors": [asdict(item) for item in judgement.detectors],
    }
