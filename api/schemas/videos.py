"""The shapes of OpenAI's Videos API, and what Kindling adds to them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import TEXT, Body, Ident, Shape
from core.ids import CharacterId, PersonId, VideoId
from core.records import Job
from core.vocabulary import JobStatus, LikenessPermission, RemixPermission, VideoStatus, Visibility
from pipelines.online.creation import CANCELLED, VideoView
from pipelines.online.likeness import Appearance, OfferedCharacter
from pipelines.online.wishes import Derivation
from safety.room import ManifestReport

WireStatus = Literal["queued", "in_progress", "completed", "failed"]


class PublishVideo(Body):
    """`POST /v1/videos/{id}/publish`. What is left out keeps its default."""

    caption: Annotated[str, Field(max_length=2_200, pattern=TEXT)] | None = None
    visibility: Visibility | None = None
    remix: RemixPermission | None = Field(default=None, description="Who, of those who may see it, may remix it.")


class VideoFailure(Shape):
    """Why a video could not be made."""

    code: str
    message: str


class KindlingPart(Shape):
    """What Kindling knows beyond OpenAI's format."""

    state: VideoStatus
    creator_id: PersonId
    visibility: Visibility
    caption: str
    style: str
    seed: int
    characters: list[CharacterId]
    published_at: int | None
    cancelled: bool
    audio: bool
    derived: Derivation | None = Field(description="How it came from `remixed_from_video_id`.")
    remix: RemixPermission
    ahead_in_queue: int | None = Field(description="Videos that are made before it, while it waits.")
    preview_url: str | None = Field(description="A small picture of it, while it is made.")


class VideoObject(Shape):
    """OpenAI's `video` object, with one further key, `kindling`."""

    id: VideoId
    object: Literal["video"] = "video"
    model: str
    status: WireStatus
    progress: int
    created_at: int
    completed_at: int | None
    expires_at: int | None
    prompt: str | None
    size: str
    seconds: str
    remixed_from_video_id: VideoId | None
    error: VideoFailure | None
    kindling: KindlingPart

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in {"completed", "failed"}

    @classmethod
    def of(cls, view: VideoView) -> Self:
        """Return a video in OpenAI's words."""
        video = view.video
        return cls(
            id=video.id,
            model=video.model,
            status=_status(video.status, view.job),
            progress=_progress(video.status, view.job),
            created_at=_unix(video.created_at) or 0,
            completed_at=_unix(video.completed_at),
            expires_at=_unix(video.expires_at),
            prompt=video.prompt,
            size=video.size,
            seconds=str(video.seconds),
            remixed_from_video_id=video.remixed_from,
            error=_failure(view),
            kindling=_more(view),
        )


def _more(view: VideoView) -> KindlingPart:
    video = view.video
    return KindlingPart(
        state=video.status,
        creator_id=video.creator_id,
        visibility=video.visibility,
        caption=video.caption,
        style=video.style,
        seed=video.seed,
        characters=list(view.characters),
        published_at=_unix(video.published_at),
        cancelled=video.error_code == CANCELLED,
        audio=video.has_sound,
        derived=Derivation(video.derived or "remix") if video.remixed_from else None,
        remix=video.remixable,
        ahead_in_queue=view.ahead,
        preview_url=f"/v1/videos/{video.id}/preview" if view.preview else None,
    )


def _status(state: VideoStatus, job: Job | None) -> WireStatus:
    if state == VideoStatus.FAILED:
        return "failed"
    if state != VideoStatus.GENERATING:
        return "completed"
    return "queued" if job is None or job.status == JobStatus.QUEUED else "in_progress"


def _progress(state: VideoStatus, job: Job | None) -> int:
    if state in {VideoStatus.GENERATING, VideoStatus.FAILED}:
        return 0 if job is None else job.progress
    return 100


def _failure(view: VideoView) -> VideoFailure | None:
    video = view.video
    if video.error_code is None or not view.is_mine:
        return None
    return VideoFailure(code=video.error_code, message=video.error_message or "")


def _unix(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


class VideoList(Shape):
    """OpenAI's list of videos."""

    object: Literal["list"] = "list"
    data: list[VideoObject]
    first_id: VideoId | None
    last_id: VideoId | None
    has_more: bool


class VideoDeleted(Shape):
    """OpenAI's answer to a deletion."""

    id: VideoId
    object: Literal["video.deleted"] = "video.deleted"
    deleted: bool = True


class Provenance(Shape):
    """What a film's C2PA manifest says, and whether it holds."""

    valid: bool = Field(description="Every hash and signature checks out.")
    trusted: bool = Field(description="And the signer is this installation.")
    title: str
    claim_generator: str
    signer: str
    source_type: str = Field(description="IPTC digital source type.")
    details: dict[str, Any] | None
    problems: list[str]
    fingerprint: str | None = Field(description="PDQ hash, 64 hex digits.")

    @classmethod
    def of(cls, report: ManifestReport, fingerprint: str | None) -> Self:
        """Return a report as it is answered."""
        return cls(
            valid=report.is_valid,
            trusted=report.is_trusted,
            title=report.title,
            claim_generator=report.claim_generator,
            signer=report.signer,
            source_type=report.source_type,
            details=None if report.details is None else dict(report.details),
            problems=list(report.problems),
            fingerprint=fingerprint,
        )


class CharacterObject(Shape):
    """OpenAI's character (`id`, `name`, `created_at`), with whose it is and who may use it."""

    id: CharacterId
    object: Literal["character"] = "character"
    name: str
    created_at: int
    owner_id: PersonId
    is_mine: bool
    permission: LikenessPermission | None = Field(description="Who may use it; told to its owner alone.")
    people: list[PersonId] | None = Field(description="Whom the owner chose; told to the owner alone.")
    portrait_url: str

    @classmethod
    def of(cls, offered: OfferedCharacter) -> Self:
        """Return a character as this reader may know it."""
        character = offered.character
        return cls(
            id=character.id,
            name=character.name,
            created_at=int(character.created_at.timestamp()),
            owner_id=character.owner_id,
            is_mine=offered.is_mine,
            permission=character.permission if offered.is_mine else None,
            people=None if offered.chosen is None else sorted(offered.chosen),
            portrait_url=f"/v1/characters/{character.id}/portrait",
        )


class CharacterList(Shape):
    """Characters: mine, and those I may use."""

    object: Literal["list"] = "list"
    data: list[CharacterObject]


class ChangePermission(Body):
    """`PUT /v1/characters/{id}/permission`. `people` replaces whoever was chosen before."""

    permission: LikenessPermission
    people: list[Ident] = Field(default_factory=list, max_length=1000)


class LikenessUse(Shape):
    """One video or draft that shows me, whoever made it."""

    id: VideoId
    state: VideoStatus
    creator_id: PersonId
    prompt: str
    caption: str
    characters: list[CharacterId]
    url: str | None = Field(description="Where its film is; null until there is one.")
    poster_url: str | None
    created_at: datetime
    published_at: datetime | None

    @classmethod
    def of(cls, appearance: Appearance) -> Self:
        """Return an appearance as it is answered."""
        video = appearance.video
        url = None if video.film_key is None else f"/v1/videos/{video.id}/content"
        return cls(
            id=video.id,
            state=video.status,
            creator_id=video.creator_id,
            prompt=video.prompt,
            caption=video.caption,
            characters=list(appearance.characters),
            url=url,
            poster_url=None if url is None else f"{url}?variant=thumbnail",
            created_at=video.created_at,
            published_at=video.published_at,
        )


class LikenessUses(Shape):
    """Every video and draft that shows me, newest first."""

    object: Literal["list"] = "list"
    data: list[LikenessUse]
