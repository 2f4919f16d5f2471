"""Appeals, and the people who decide again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.deps import OnceDep, PersonDep, ReviewerDep, RoomsDep
from api.schemas.common import CaseIdPath, CharacterIdPath, Listing
from api.schemas.moderation import AppealShape, CaseShape, NewAppeal, Resolution
from core.ids import DecisionId, PersonId
from pipelines.online import likeness, moderation

router = APIRouter(prefix="/v1", tags=["review"])


@router.post("/appeals", status_code=201)
def appeal(body: NewAppeal, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> AppealShape:
    """Say why a decision about something of mine is a mistake; a person decides again."""
    done = once(
        body,
        lambda: AppealShape.model_validate(moderation.appeal(rooms, person, DecisionId(body.decision_id), body.text)),
    )
    return AppealShape.model_validate(done)


@router.get("/review/cases")
def cases(
    _reviewer: ReviewerDep,
    rooms: RoomsDep,
    status: Annotated[Literal["open", "upheld", "overturned"], Query()] = "open",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Listing[CaseShape]:
    """Return cases, the longest waiting first."""
    found = moderation.list_cases(rooms, status=status, limit=limit)
    return Listing[CaseShape].model_validate({"data": found})


@router.post("/review/cases/{case_id}")
def resolve(case_id: CaseIdPath, body: Resolution, reviewer: ReviewerDep, rooms: RoomsDep) -> CaseShape:
    """Uphold or overturn a decision."""
    resolved = moderation.resolve_case(
        rooms, PersonId(reviewer.name), case_id, overturn=body.outcome == "overturn", note=body.note
    )
    return CaseShape.model_validate(resolved)


@router.put("/review/characters/{character_id}/minor", status_code=204)
def found_minor(character_id: CharacterIdPath, reviewer: ReviewerDep, rooms: RoomsDep) -> None:
    """Note for good that this likeness shows someone under 18; what is made with it is judged most strictly."""
    likeness.found_minor(rooms, PersonId(reviewer.name), character_id)
