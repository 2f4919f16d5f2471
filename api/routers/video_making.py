"""Further ways to a video than a prompt: edits and extensions; and what may be asked for, at what cost."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response

from api.deps import IdempotencyKey, PersonDep, RoomsDep
from api.forms import checked, read_body
from api.routers.videos import WishDep, body_schema, told
from api.schemas.making import EditVideo, ExtendVideo, OptionsObject, QuotaObject, QuoteObject
from api.schemas.videos import VideoObject
from core.ids import VideoId
from pipelines.online import creation, quotas, sources
from pipelines.online.wishes import Derivation

router = APIRouter(prefix="/v1/videos", tags=["videos"])


async def _edit(request: Request, rooms: RoomsDep) -> EditVideo:
    return checked(EditVideo, await _fields(request, rooms))


async def _extend(request: Request, rooms: RoomsDep) -> ExtendVideo:
    return checked(ExtendVideo, await _fields(request, rooms))


async def _fields(request: Request, rooms: RoomsDep) -> object:
    """Return the body; a film that was sent is named by its id, as its Content Credentials say."""
    fields, files = await read_body(request, structured=("video",))
    if "video" in files:
        return fields | {"video": {"id": await run_sync(sources.video_in, rooms, files["video"])}}
    return fields


@router.post("/edits", openapi_extra=body_schema("EditVideo"))
def edit(
    person: PersonDep,
    change: Annotated[EditVideo, Depends(_edit)],
    rooms: RoomsDep,
    response: Response,
    key: IdempotencyKey = None,
) -> VideoObject:
    """Make a changed version of a video that one may remix."""
    source = VideoId(change.video.id)
    made = creation.derive(
        rooms, person, Derivation.EDIT, source, change.prompt, audio=change.audio, idempotency_key=key
    )  # fmt: skip
    return told(made, response)


@router.post("/extensions", openapi_extra=body_schema("ExtendVideo"))
def extend(
    person: PersonDep,
    change: Annotated[ExtendVideo, Depends(_extend)],
    rooms: RoomsDep,
    response: Response,
    key: IdempotencyKey = None,
) -> VideoObject:
    """Make a longer version of a video that one may remix: all of it, and then what the prompt says."""
    made = creation.derive(
        rooms,
        person,
        Derivation.EXTENSION,
        VideoId(change.video.id),
        change.prompt,
        seconds=int(change.seconds),
        audio=change.audio,
        idempotency_key=key,
    )
    return told(made, response)


@router.get("/quota")
def quota(person: PersonDep, rooms: RoomsDep) -> QuotaObject:
    """Return what one may still ask for, and when more opens."""
    return QuotaObject.of(quotas.quota(rooms, person))


@router.post("/quote", openapi_extra=body_schema("CreateVideo"))
def quote(person: PersonDep, wish: WishDep, rooms: RoomsDep) -> QuoteObject:
    """Return what a video would cost. Takes the body of a creation; makes nothing."""
    return QuoteObject.of(quotas.quote(rooms, person, wish))


@router.get("/options")
def options(person: PersonDep, rooms: RoomsDep) -> OptionsObject:
    """Return the models, styles and lengths to choose from, and what a shot may name."""
    del person
    films = rooms.generation.queue.films
    return OptionsObject.of(rooms.generation.models(), films.longest_create_s, films.longest_total_s)
