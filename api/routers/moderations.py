"""`POST /v1/moderations`, in OpenAI's shape: what the policies in force say of some text or pictures."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Actor, RoomsDep, require_scope
from api.schemas.moderation import (
    ContentPart,
    ImagePart,
    KindlingVerdict,
    Moderation,
    ModerationResult,
    NewModeration,
)
from core.errors import InvalidInput
from core.ids import new_id
from core.vocabulary import Scope
from pipelines.online.moderation import ModerationInput, moderate, openai_categories
from safety.room import Judgement, TextPart

router = APIRouter(prefix="/v1", tags=["moderations"])

Caller = Annotated[Actor, Depends(require_scope(Scope.SERVICE, Scope.PERSON, Scope.REVIEWER, Scope.POLICY))]
_PICTURE = "data:image/"


@router.post("/moderations")
def create(body: NewModeration, _caller: Caller, rooms: RoomsDep) -> Moderation:
    """Judge a text, several texts (each alone), or the parts of one message (together). Nothing is stored."""
    judged = moderate(rooms, inputs_of(body), surface=body.surface, audience=body.audience)
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
            pictures.append(_picture(part.image_url.url, f"input.{number}.image_url.url"))
        else:
            texts.append(TextPart(f"text {number + 1}", part.text))
    return ModerationInput(tuple(texts), tuple(pictures))


def _picture(url: str, field: str) -> bytes:
    """Return the bytes of a data URL. Addresses are not fetched: a server that does can be sent anywhere."""
    head, _, content = url.partition(",")
    try:
        if not head.startswith(_PICTURE) or not head.endswith(";base64"):
            raise ValueError("not a base64 data URL")
        return base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            code="bad_picture",
            detail="The picture must come with the request.",
            field=field,
            expected="data:image/png;base64,... (also jpeg, webp or gif)",
        ) from error


def _result(judgement: Judgement) -> ModerationResult:
    verdict = judgement.verdict
    categories = openai_categories(judgement)
    return ModerationResult(
        flagged=judgement.flagged,
        categories=categories,
        category_scores={name: verdict.scores.get(name, 0.0) for name in categories},
        category_applied_input_types={name: list(judgement.input_types) for name in categories},
        kindling=KindlingVerdict.model_validate(
            {
                "outcome": verdict.outcome,
                "rule_id": verdict.rule_id,
                "category": verdict.category,
                "explanation": verdict.explanation,
                "policy_version": verdict.policy_version,
                "model_revision": verdict.model_revision,
                "scores": dict(verdict.scores),
                "detectors": judgement.detectors,
            }
        ),
    )
