"""A person's likeness: made from a clip, opened to others or not, withdrawn; and every video that shows it."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from api.deps import PersonDep, RoomsDep
from api.media import send_media
from api.schemas.common import TEXT, CharacterIdPath, VideoIdPath
from api.schemas.videos import ChangePermission, CharacterList, CharacterObject, LikenessUse, LikenessUses
from core.errors import Unavailable
from core.ids import PersonId
from pipelines.online import likeness

router = APIRouter(prefix="/v1", tags=["characters"])


@router.post("/videos/characters")
def create(
    person: PersonDep,
    rooms: RoomsDep,
    name: Annotated[str, Form(min_length=1, max_length=80, pattern=TEXT)],
    video: Annotated[UploadFile, File(description="A clip of 2 to 4 seconds: MP4, MOV or WebM.")],
) -> CharacterObject:
    """Make a character of oneself from a short clip. At first nobody else may use it."""
    try:
        with tempfile.NamedTemporaryFile(prefix="kindling-upload-") as file:
            shutil.copyfileobj(video.file, file)
            file.flush()
            character = likeness.make_character(rooms, person, name, Path(file.name))
    except OSError as error:
        raise Unavailable(
            code="disk_unwritable",
            detail=f"The upload could not be written: {error.strerror or error}.",
            expected="Try again later.",
        ) from error
    return CharacterObject.of(likeness.find_character(rooms, person, character.id))


@router.get("/videos/characters/{character_id}")
def retrieve(character_id: CharacterIdPath, person: PersonDep, rooms: RoomsDep) -> CharacterObject:
    """Return a character that is one's own, or that one may use."""
    return CharacterObject.of(likeness.find_character(rooms, person, character_id))


@router.get("/characters")
def list_characters(person: PersonDep, rooms: RoomsDep) -> CharacterList:
    """Return one's own characters, then those that others let one use."""
    return CharacterList(data=[CharacterObject.of(item) for item in likeness.list_characters(rooms, person)])


@router.get(
    "/characters/{character_id}/portrait",
    response_class=Response,
    responses={200: {"description": "A square picture.", "content": {"image/webp": {}}}},
)
def portrait(character_id: CharacterIdPath, person: PersonDep, rooms: RoomsDep, request: Request) -> Response:
    """Send the portrait of a character that is one's own, or that one may use."""
    character = likeness.find_character(rooms, person, character_id).character
    return send_media(request, rooms.media, character.portrait_key, "image/webp")


@router.put("/characters/{character_id}/permission")
def set_permission(
    character_id: CharacterIdPath, change: ChangePermission, person: PersonDep, rooms: RoomsDep
) -> CharacterObject:
    """Set who may use one's character. What others made who may no longer use it is hidden at once."""
    chosen = [PersonId(ident) for ident in change.people]
    return CharacterObject.of(likeness.set_permission(rooms, person, character_id, change.permission, chosen))


@router.delete("/characters/{character_id}", status_code=204)
def revoke(character_id: CharacterIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Withdraw one's character for good: stop what is being made with it and hide what was."""
    likeness.revoke(rooms, person, character_id)


@router.get("/me/likeness")
def my_likeness(person: PersonDep, rooms: RoomsDep) -> LikenessUses:
    """Return every video and draft that shows one, whoever made it."""
    return LikenessUses(data=[LikenessUse.of(item) for item in likeness.videos_showing(rooms, person)])


@router.delete("/me/likeness/{video_id}", status_code=204)
def delete_showing(video_id: VideoIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Delete a video or draft that shows one, whoever made it."""
    likeness.delete_showing(rooms, person, video_id)
