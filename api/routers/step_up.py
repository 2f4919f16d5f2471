"""Proving once more that it is you: passkeys, the step-up that loosening needs, and signing out everywhere."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.deps import GUARDIAN, ActorDep, FreshPersonDep, IssuerDep, OwnPersonDep, PersonDep, RoomsDep
from api.schemas.common import Listing
from api.schemas.step_up import NewPasskey, PasskeyAnswer, PasskeyShape, StepUpToken
from core.vocabulary import Scope
from pipelines.online import step_up

router = APIRouter(prefix="/v1", tags=["step-up"])

PasskeyIdPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_\-]{1,400}$")]


@router.get("/me/passkeys")
def passkeys(person: PersonDep, rooms: RoomsDep) -> Listing[PasskeyShape]:
    """Return my passkeys."""
    return Listing[PasskeyShape].model_validate({"data": step_up.passkeys(rooms, person)})


@router.post("/me/passkeys/options")
def registration_options(person: FreshPersonDep, rooms: RoomsDep) -> dict[str, Any]:
    """Return what the browser needs to make a passkey. Needs a sign-in or step-up within the last minutes."""
    return step_up.registration_options(rooms, person)


@router.post("/me/passkeys", status_code=201)
def register(body: NewPasskey, person: FreshPersonDep, rooms: RoomsDep) -> PasskeyShape:
    """Keep the passkey that the browser made."""
    return PasskeyShape.model_validate(step_up.register(rooms, person, body.name, body.credential))


@router.delete("/me/passkeys/{passkey_id}", status_code=204)
def remove(passkey_id: PasskeyIdPath, person: FreshPersonDep, rooms: RoomsDep) -> None:
    """Forget a passkey."""
    step_up.remove(rooms, person, passkey_id)


@router.post("/step-up/options")
def step_up_options(person: OwnPersonDep, rooms: RoomsDep) -> dict[str, Any]:
    """Return what the browser needs to ask one of my passkeys."""
    return step_up.step_up_options(rooms, person)


@router.post("/step-up")
def prove(
    body: PasskeyAnswer, person: OwnPersonDep, actor: ActorDep, rooms: RoomsDep, issuer: IssuerDep
) -> StepUpToken:
    """Return a short-lived token that may loosen, for a passkey's answer to the challenge."""
    proved_at: datetime = step_up.prove(rooms, person, body.credential)
    lifetime_s = rooms.wellbeing.policy.family.step_up.max_age_s
    scopes = (actor.scopes & {Scope.PERSON}) | GUARDIAN
    return StepUpToken(
        token=issuer.mint(person, scopes, lifetime_s),
        scopes=sorted(scopes),
        expires_at=proved_at + timedelta(seconds=lifetime_s),
    )


@router.post("/me/sign-out", status_code=204)
def sign_out(person: OwnPersonDep, rooms: RoomsDep) -> None:
    """End every token of mine, on every device."""
    step_up.sign_out_everywhere(rooms, person)
