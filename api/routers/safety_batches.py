"""Many decisions at once, later: `/v1/safety/batches`, as JSON or as JSON lines."""

from collections.abc import Sequence
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request

from api.deps import OnceDep, RoomsDep
from api.forms import checked, json_value, read_body
from api.routers.safety import Caller, subject_of, viewer_of
from api.schemas.common import IDENT, Listing
from api.schemas.safety import MAX_BATCH, Batch, BatchResults, NewBatch
from core.errors import InvalidInput
from core.storage.batches import SafetyBatch
from pipelines.online import safety_batches
from pipelines.online.safety_batches import KEPT_FOR, Asked

router = APIRouter(prefix="/v1/safety/batches", tags=["safety"])

LINES = ("application/jsonl", "application/x-ndjson", "application/x-jsonlines")
BatchId = Annotated[str, Path(pattern=IDENT)]
_SCHEMA = {"$ref": "#/components/schemas/NewBatch"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _SCHEMA}, LINES[0]: {"schema": {"type": "string"}}},
    }
}


async def _asked(request: Request) -> NewBatch:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in LINES:
        return await run_sync(_from_lines, await request.body())
    fields, _ = await read_body(request)
    return await run_sync(checked, NewBatch, fields)


def _from_lines(body: bytes) -> NewBatch:
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) > MAX_BATCH:
        raise InvalidInput(
            code="batch_too_long", detail=f"There are {len(lines)} lines.", field="body",
            expected=f"At most {MAX_BATCH} lines; send the rest as another batch.",
        )  # fmt: skip
    return checked(NewBatch, {"items": [json_value(line) for line in lines]})


@router.post("", status_code=202, openapi_extra=_BODY)
def submit(caller: Caller, body: Annotated[NewBatch, Depends(_asked)], rooms: RoomsDep, once: OnceDep) -> Batch:
    """Store things to judge; workers judge them in turns with other batches."""
    asked = [Asked(subject_of(item), item.surface, item.audience, item.custom_id) for item in body.items]
    done = once(body, lambda: _shape(safety_batches.submit(rooms, caller.name, viewer_of(caller), asked)))
    return Batch.model_validate(done)


@router.get("")
def recent(caller: Caller, rooms: RoomsDep, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Listing[Batch]:
    """Return my batches, newest first."""
    return Listing[Batch](data=[_shape(batch) for batch in safety_batches.recent(rooms, caller.name, limit)])


@router.get("/{batch_id}")
def retrieve(batch_id: BatchId, caller: Caller, rooms: RoomsDep) -> Batch:
    """Return one of my batches and how far it is."""
    return _shape(safety_batches.find(rooms, caller.name, batch_id))


@router.get("/{batch_id}/results")
def results(
    batch_id: BatchId,
    caller: Caller,
    rooms: RoomsDep,
    after: Annotated[int, Query(ge=-1, le=MAX_BATCH, description="The last position you have.")] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> BatchResults:
    """Return what was judged so far, in the order of the items; while the batch runs, ask again for more."""
    found, has_more = safety_batches.results(rooms, caller.name, batch_id, after=after, limit=limit)
    rows: Sequence[dict[str, Any]] = [
        {"position": item.position, "custom_id": item.custom_id, **(item.result or {})} for item in found
    ]
    return BatchResults.model_validate({"data": rows, "has_more": has_more})


@router.post("/{batch_id}/cancel")
def cancel(batch_id: BatchId, caller: Caller, rooms: RoomsDep) -> Batch:
    """Stop a batch; what was judged stays."""
    return _shape(safety_batches.cancel(rooms, caller.name, batch_id))


def _shape(batch: SafetyBatch) -> Batch:
    return Batch.model_validate(
        {
            "id": batch.id,
            "status": batch.status,
            "counts": {"total": batch.total, "done": batch.done},
            "created_at": batch.created_at,
            "finished_at": batch.finished_at,
            "expires_at": batch.created_at + KEPT_FOR,
            "error_code": batch.error_code,
            "error_message": batch.error_message,
        }
    )
