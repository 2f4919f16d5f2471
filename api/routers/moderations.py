"""`POST /v1/moderations`, in OpenAI's shape: what the policies in force say of some text or pictures."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Actor, DeskDep, RoomsDep, require_scope
from api.pictures import picture_from
from api.schemas.moderation import (
    ContentPart,
    ImagePart,
    KindlingVerdict,
    Moderation,
    ModerationResult,
    NewModeration,
)
from core.ids import new_id
from core.vocabulary import Scope
from pipelines.online.moderation import ModerationInput, moderate, openai_categories
from safety.room import Judgement, TextPart

router = APIRouter(prefix="/v1", tags=["moderations"])

Caller = Annotated[Actor, Depends(require_scope(Scope.SERVICE, Scope.PERSON, Scope.REVIEWER, Scope.POLICY))]


@router.post("/moderations")
async def create(body: NewModeration, _caller: Caller, rooms: RoomsDep, desk: DeskDep) -> Moderation:
    """Judge a text, several texts (each alone), or the parts of one message (together). Nothing is stored."""
    judged = await desk.judge(
        lambda: moderate(rooms, inputs_of(body), surface=body.surface, audience=body.audience)
    )  # fmt: skip
    revision = judged[0].verdict.model_revision
    return Moderation(
        id=new_id("modr"), model=f"kindling-moderation-{revision}", results=[_result(item) for item in judged]
    )


def inputs_of(body: NewModeration) -> list[ModerationInput]:
    """Return what is to be judged, each input whole. Raises ``InvalidInput`` for a picture that cannot be read."""
    if isinstance(body.input, str):
        return [ModerationInput((TextPart("input", body.input),))]
    texts = [item for item in body.input if isinstance(item, str)]
    if texts:
        return [ModerationInput((TextPart("input", text),)) for text in texts]
    return [_message([item for item in body.input if not isinstance(item, str)])]


def _message(parts: Sequence[ContentPart]) -> ModerationInput:
    texts, pictures = [], []
    for number, part in enumerate(parts):
        if isinstance(part, ImagePart):
            pictures.append(picture_from(part.image_url.url, f"input.{number}.image_url.url"))
        else:
            texts.append(TextPart(f"text {number + 1}", part.text))
    return ModerationInput(tuple(texts), tuple(pictures))


def _result(judgement: Judgement) -> ModerationResult:
    verdict = judgement.verdict
    categories = openai_categories(judgement)
    applied = [kind for kind in judgement.input_types if kind != "video"]
    return ModerationResult(
        flagged=judgement.flagged,
        categories=categories,
        category_scores={name: verdict.scores.get(name, 0.0) for name in categories},
        category_applied_input_types=dict.fromkeys(categories, applied),
        kindling=KindlingVerdict.model_validate(
            {
                "outcome": verdict.outcome,
                "rule_id": verdict.rule_id,
                "category": verdict.category,
                "explanation": verdict.explanation,
                "policy_version": verdict.policy_version,
                "model_revision": verdict.model_revision,
                "threshold_revision": verdict.threshold_revision,
                "scores": dict(verdict.scores),
                "detectors": judgement.detectors,
            }
        ),
    )
