"""The charter: where it stands, its log, and a person's signature."""

from fastapi import APIRouter

from api.deps import ActorDep, RoomsDep, SignerDep
from api.schemas.wellbeing import CharterEntryShape, CharterShape, NewSignature
from pipelines.online import charter

router = APIRouter(prefix="/v1/charter", tags=["wellbeing"])


@router.get("")
def standing(_actor: ActorDep, rooms: RoomsDep) -> CharterShape:
    """Return whether people who look back are better off, and what follows from it."""
    return CharterShape.model_validate(charter.charter_view(rooms))


@router.post("/signature", status_code=201)
def sign(body: NewSignature, signer: SignerDep, rooms: RoomsDep) -> CharterEntryShape:
    """Lift a freeze of ranking launches, in one's own name."""
    now = rooms.clock.now()
    entry = charter.lift(
        rooms.database, rooms.wellbeing.policy.charter, by=signer.name, reason=body.reason, now=now
    )  # fmt: skip
    rooms.charter.forget()
    return CharterEntryShape.model_validate(entry)
