"""Decisions on anything: `POST /v1/safety/decide`, and many at once, later: `/v1/safety/batches`."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Actor, DeskDep, RoomsDep, require_scope
from api.pictures import picture_from
from api.schemas.safety import NewDecision, SafetyDecision, Words
from core.ids import PersonId, VideoId
from core.vocabulary import Scope
from pipelines.online.deciding import Subject, as_json, decide
from safety.judgement import Judgement
from safety.room import TextPart

router = APIRouter(prefix="/v1/safety", tags=["safety"])

Caller = Annotated[Actor, Depends(require_scope(Scope.SERVICE, Scope.PERSON, Scope.REVIEWER, Scope.POLICY))]


@router.post("/decide")
async def decide_one(body: NewDecision, caller: Caller, rooms: RoomsDep, desk: DeskDep) -> SafetyDecision:
    """Judge texts, shots, pictures and a stored video as one, with all evidence. Nothing is stored."""
    viewer = viewer_of(caller)

    def work() -> Judgement:
        pictures = tuple(picture_from(url, f"pictures.{place}") for place, url in enumerate(body.pictures))
        return decide(
            rooms, subject_of(body, pictures), surface=body.surface, audience=body.audience, viewer=viewer
        )  # fmt: skip

    return SafetyDecision.model_validate(as_json(await desk.judge(work)))


def viewer_of(caller: Actor) -> PersonId | None:
    """Return whose videos the caller may name; None, any, for staff and services that act for nobody."""
    return caller.person_id


def subject_of(body: Words, pictures: tuple[bytes, ...] = ()) -> Subject:
    """Return what is to be judged: a shot's words follow one another as they would be seen and heard."""
    texts = [TextPart(item.name, item.text) for item in body.texts]
    for number, shot in enumerate(body.shots, start=1):
        said = (("", shot.text), (" on screen", shot.on_screen), (" transcript", shot.transcript))
        texts += [TextPart(f"shot {number}{kind}", text) for kind, text in said if text]
    return Subject(tuple(texts), pictures, None if body.video_id is None else VideoId(body.video_id))
