"""Following a video while it is made: server-sent events, and pictures of what there is so far."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Response
from starlette.responses import StreamingResponse

from api.deps import PersonDep, RoomsDep, ServerDep
from api.metrics import Metrics
from api.schemas.common import VideoIdPath
from api.schemas.videos import VideoObject
from core.errors import NotFound
from core.ids import PersonId, VideoId
from pipelines.online import creation, previewing
from pipelines.online.rooms import Rooms

router = APIRouter(prefix="/v1/videos", tags=["videos"])

_LOOK_EVERY_S = 0.4
_AT_MOST_S = 900.0
_RETRY_MS = 1000


class _Seen:
    """A video at one moment, and the mark by which a client says that it has seen it (``Last-Event-ID``)."""

    def __init__(self, view: creation.VideoView) -> None:
        attempts = 0 if view.job is None else view.job.attempts
        self.video = VideoObject.of(view)
        self.preview = view.preview
        self.mark = f"{self.video.status}.{attempts}.{self.video.progress}.{self.preview}"


@router.get(
    "/{video_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: `progress` and `preview`, at the end `done` or `gone`.",
            "content": {"text/event-stream": {}},
        },
        204: {"description": "The client has seen the end: it should not come back."},
    },
)
async def events(
    video_id: VideoIdPath,
    person: PersonDep,
    rooms: RoomsDep,
    server: ServerDep,
    last: Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)] = None,
) -> Response:
    """Follow a video: each event carries the video as `retrieve` answers it, so nothing is missed by coming back.

    With `Last-Event-ID` nothing is sent again that was seen. It ends when the video is over.
    """
    first = await _look(rooms, person, video_id)
    if first.video.is_over and last == first.mark:
        return Response(status_code=204)
    stream = _counted(server.metrics, _events(rooms, person, first, last))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get(
    "/{video_id}/preview",
    response_class=Response,
    responses={200: {"description": "A small picture.", "content": {"image/webp": {}}}},
)
def preview(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> Response:
    """Send the newest picture of one's own video while it is made."""
    return Response(previewing.preview_of(rooms, person, video_id).image, media_type="image/webp")


async def _counted(metrics: Metrics, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    """Pass a stream on, and count it for as long as its reader is there."""
    with metrics.open_stream():
        async for part in stream:
            yield part


async def _events(rooms: Rooms, person: PersonId, first: _Seen, last: str | None) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    ident, seen = first.video.id, first
    known, pictured = last, _preview_in(last)
    with anyio.move_on_after(_AT_MOST_S):
        while True:
            if seen.preview > pictured:
                yield await _picture(rooms, person, ident)
            pictured = seen.preview
            # A comment keeps the line open, and shows a client that has gone.
            yield ": still here\n\n" if seen.mark == known else _told(seen)
            known = seen.mark
            if seen.video.is_over:
                return
            await anyio.sleep(_LOOK_EVERY_S)
            try:
                seen = await _look(rooms, person, ident)
            except NotFound:
                yield f"event: gone\ndata: {json.dumps({'id': ident})}\n\n"
                return


async def _look(rooms: Rooms, person: PersonId, video_id: VideoId) -> _Seen:
    return _Seen(await run_sync(creation.retrieve, rooms, person, video_id))


async def _picture(rooms: Rooms, person: PersonId, video_id: VideoId) -> str:
    try:
        found = await run_sync(previewing.preview_of, rooms, person, video_id)
    except NotFound:
        return ": no picture any more\n\n"
    data = {
        "id": video_id,
        "number": found.number,
        "image": f"data:image/webp;base64,{b64encode(found.image).decode()}",
    }
    return f"event: preview\ndata: {json.dumps(data)}\n\n"


def _told(seen: _Seen) -> str:
    name = "done" if seen.video.is_over else "progress"
    return f"id: {seen.mark}\nevent: {name}\ndata: {seen.video.model_dump_json()}\n\n"


def _preview_in(mark: str | None) -> int:
    """Return which picture a client had seen."""
    number = (mark or "").rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
