"""Accounts are made, ages checked, and parents' consent recorded."""

from fastapi import APIRouter

from api.deps import (
    ActorDep,
    FamilyReaderDep,
    FamilyWriterDep,
    OnceDep,
    PersonDep,
    ReviewerDep,
    RoomsDep,
    ServiceDep,
)
from api.schemas.ages import (
    AgeCheckShape,
    Attestation,
    Attested,
    ConsentShape,
    Evidence,
    NewConsent,
    NewPerson,
    RegisteredPerson,
)
from api.schemas.common import IdentPath, Listing, PersonIdPath
from core.vocabulary import Scope
from pipelines.online import ages

router = APIRouter(prefix="/v1", tags=["ages and consent"])


@router.post("/people", status_code=201)
def register(body: NewPerson, _service: ServiceDep, rooms: RoomsDep, once: OnceDep) -> RegisteredPerson:
    """Make an account; a minor's, and everyone's until their age is checked, with a minor's protection."""
    new = ages.NewAccount(body.handle, body.display_name, body.birth_date, body.jurisdiction, body.timezone)
    done = once(body, lambda: RegisteredPerson.model_validate(ages.register(rooms, new)))
    return RegisteredPerson.model_validate(done)


@router.post("/me/age-checks", status_code=201)
def check_age(body: Evidence, person: PersonDep, actor: ActorDep, rooms: RoomsDep) -> AgeCheckShape:
    """Decide on my age from evidence, which is not kept. What a device says is taken from the service alone."""
    by_service = Scope.SERVICE in actor.scopes
    found = ages.check_age(rooms, person, body.method, body.evidence, by_service=by_service)
    return AgeCheckShape.model_validate(found)


@router.get("/me/age-checks")
def age_checks(person: PersonDep, rooms: RoomsDep) -> Listing[AgeCheckShape]:
    """Return what checks of my age came to, newest first."""
    return Listing[AgeCheckShape].model_validate({"data": ages.age_checks(rooms, person)})


@router.post("/review/ages")
def attest(body: Attestation, reviewer: ReviewerDep, rooms: RoomsDep) -> Attested:
    """Sign what a member of staff saw of someone's age, for that person to hand in."""
    token = ages.attest(rooms, reviewer.name, body.person_id, body.at_least_years, body.at_most_years)
    return Attested(attestation=token)


@router.post("/family/{teen_id}/consents", status_code=201)
def give_consent(
    teen_id: PersonIdPath, body: NewConsent, member: FamilyWriterDep, actor: ActorDep, rooms: RoomsDep
) -> ConsentShape:
    """Consent to a purpose as a verified parent, with a fresh step-up."""
    given = ages.give_consent(
        rooms, member, teen_id, body.purpose, body.method, body.evidence, actor.scopes,
        by_service=Scope.SERVICE in actor.scopes,
    )  # fmt: skip
    return ConsentShape.model_validate(given)


@router.get("/family/{teen_id}/consents")
def consents(teen_id: PersonIdPath, member: FamilyReaderDep, rooms: RoomsDep) -> Listing[ConsentShape]:
    """Return every consent about a teen, newest first, taken back or not."""
    return Listing[ConsentShape].model_validate({"data": ages.consents(rooms, member, teen_id)})


@router.delete("/family/{teen_id}/consents/{consent_id}")
def revoke_consent(
    teen_id: PersonIdPath, consent_id: IdentPath, member: FamilyWriterDep, rooms: RoomsDep
) -> ConsentShape:
    """Take a consent back; what rested on it ends at once."""
    return ConsentShape.model_validate(ages.revoke_consent(rooms, member, teen_id, consent_id))
