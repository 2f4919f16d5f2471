"""OpenAI's Videos API, and beyond it: publish, cancel, provenance, card."""

import binascii
from base64 import b64decode
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import IdempotencyKey, PersonDep, RoomsDep
from api.forms import checked, read_body
from api.media import send_media
from api.schemas.common import IDENT, Body, VideoCard, VideoIdPath
from api.schemas.making import CreateVideo, ImageReference, RemixVideo, StoryboardIn
from api.schemas.videos import (
    Provenance,
    PublishVideo,
    VideoDeleted,
    VideoList,
    VideoObject,
)
from core.errors import InvalidInput
from core.ids import CharacterId, VideoId
from pipelines.online import cards, creation, leases, shelf
from pipelines.online.references import read_reference
from pipelines.online.wishes import Derivation, VideoRequest, seconds_of

router = APIRouter(prefix="/v1/videos", tags=["videos"])

POLL_AFTER = "openai-poll-after-ms"
_POLL_AFTER_MS = "500"
_MEDIA_TYPES = {"video": "video/mp4", "thumbnail": "image/webp", "spritesheet": "image/jpeg"}

Variant = Literal["video", "thumbnail", "spritesheet"]


async def read_wish(request: Request) -> VideoRequest:
    """Return the wish that a body holds, as JSON or as a form."""
    fields, files = await read_body(request, structured=("characters", "input_reference", "storyboard"))
    if isinstance(fields, dict) and "prompt" not in fields and fields.get("storyboard"):
        fields = fields | {"prompt": checked(_OnlyShots, {"storyboard": fields["storyboard"]}).storyboard.words}
    body = checked(CreateVideo, fields)
    picture = files.get("input_reference") or _inline(body.input_reference)
    shots = () if body.storyboard is None else tuple(body.storyboard.shots)
    return VideoRequest(
        prompt=body.prompt,
        model=body.model,
        seconds=seconds_of(shots) if shots else int(body.seconds),
        size=body.size,
        characters=tuple(CharacterId(item.id) for item in body.characters),
        seed=body.seed,
        style=body.style,
        reference=None if picture is None else await run_sync(read_reference, picture),
        shots=shots,
        audio=body.audio,
    )


WishDep = Annotated[VideoRequest, Depends(read_wish)]


class _OnlyShots(Body):
    storyboard: StoryboardIn


async def _remix(request: Request) -> RemixVideo:
    fields, _ = await read_body(request)
    return checked(RemixVideo, fields)


def _inline(reference: ImageReference | None) -> bytes | None:
    """Return the picture inside a data URL. Nothing is fetched: a server that fetches what it is told to is a tool."""
    if reference is None:
        return None
    head, _, data = (reference.image_url or "").partition(",")
    try:
        if not (head.startswith("data:image/") and head.endswith(";base64")):
            raise ValueError("not a data URL of a picture")
        return b64decode(data, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            code="bad_input_reference",
            detail="The reference picture cannot be read from here.",
            field="input_reference",
            expected="An uploaded file, or image_url with a data:image/...;base64, URL.",
        ) from error


def body_schema(model: str) -> dict[str, object]:
    """Return what the OpenAPI document says of a body that may be JSON or a form."""
    schema = {"schema": {"$ref": f"#/components/schemas/{model}"}}
    return {"requestBody": {"required": True, "content": {"application/json": schema, "multipart/form-data": schema}}}


@router.post("", openapi_extra=body_schema("CreateVideo"))
def create(
    person: PersonDep,
    wish: WishDep,
    rooms: RoomsDep,
    response: Response,
    key: IdempotencyKey = None,
) -> VideoObject:
    """Ask for a video. It is made by a worker; poll it, or follow its progress."""
    return told(creation.submit(rooms, person, wish, key), response)


@router.get("")
def list_videos(
    person: PersonDep,
    rooms: RoomsDep,
    after: Annotated[VideoId | None, Query(pattern=IDENT)] = None,
    limit: Annotated[int, Query(ge=0, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> VideoList:
    """Return one's own videos in every state."""
    views, more = creation.list_mine(rooms, person, after=after, limit=limit, newest_first=order == "desc")
    data = [VideoObject.of(view) for view in views]
    first, last = (data[0].id, data[-1].id) if data else (None, None)
    return VideoList(data=data, first_id=first, last_id=last, has_more=more)


@router.get("/{video_id}")
def retrieve(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep, response: Response) -> VideoObject:
    """Return a video that is one's own, that one may see, or that shows one."""
    return told(creation.retrieve(rooms, person, video_id), response)


@router.delete("/{video_id}")
def delete(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> VideoDeleted:
    """Delete one's own video, with its film."""
    creation.delete(rooms, person, video_id)
    return VideoDeleted(id=video_id)


@router.post("/{video_id}/remix", openapi_extra=body_schema("RemixVideo"))
def remix(
    video_id: VideoIdPath,
    person: PersonDep,
    change: Annotated[RemixVideo, Depends(_remix)],
    rooms: RoomsDep,
    response: Response,
    key: IdempotencyKey = None,
) -> VideoObject:
    """Make a new video from one that one may see."""
    how = Derivation.REMIX
    made = creation.derive(rooms, person, how, video_id, change.prompt, audio=change.audio, idempotency_key=key)
    return told(made, response)


@router.get(
    "/{video_id}/content",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {kind: {} for kind in _MEDIA_TYPES.values()}},
        206: {"description": "The range that was asked for."},
        304: {"description": "What the client has is still right."},
        416: {"description": "The range lies outside the file."},
    },
)
def content(
    video_id: VideoIdPath,
    person: PersonDep,
    rooms: RoomsDep,
    request: Request,
    variant: Variant = "video",
    lease: Annotated[str | None, Query(max_length=2_000, description="The lease of the page it stands on.")] = None,
) -> Response:
    """Send the film, its poster or its sprite sheet; ranges and conditional requests work.

    A minor fetches films under the lease of a page; without one, opening a film counts as one more video.
    """
    key = shelf.file_of(rooms, person, video_id, variant)
    if variant == "video":
        leases.check_film(rooms, person, video_id, lease)
    return send_media(request, rooms.media, key, _MEDIA_TYPES[variant])


@router.post("/{video_id}/publish")
def publish(
    video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep, wanted: PublishVideo | None = None
) -> VideoObject:
    """Publish a draft, or change the caption and visibility of what is published."""
    wanted = wanted or PublishVideo()
    return VideoObject.of(creation.publish(rooms, person, video_id, wanted.caption, wanted.visibility, wanted.remix))


@router.post("/{video_id}/cancel")
def cancel(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> VideoObject:
    """Stop a video that is waiting or being made."""
    return VideoObject.of(creation.cancel(rooms, person, video_id))


@router.get("/{video_id}/provenance")
def provenance(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> Provenance:
    """Return what the film's manifest says, and whether it holds."""
    return Provenance.of(*shelf.provenance(rooms, person, video_id))


@router.get("/{video_id}/card")
def card(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> VideoCard:
    """Return the video as the feed shows it."""
    with rooms.database.read() as tx:
        return VideoCard.model_validate(cards.card_for(tx, rooms, person, video_id))


def told(view: creation.VideoView, response: Response) -> VideoObject:
    """Return a video as it is answered, saying when to ask again while it is not over."""
    video = VideoObject.of(view)
    if not video.is_over:
        response.headers[POLL_AFTER] = _POLL_AFTER_MS
    return video
