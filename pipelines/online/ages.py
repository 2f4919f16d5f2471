"""Accounts, ages and parents' consent: registered, checked, recorded. No evidence is kept, in no row and no file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.age import MINIMUM_AGE_YEARS, age_years, is_minor
from core.errors import Conflict, InvalidInput, NotAllowed, not_found
from core.ids import PersonId, new_id
from core.records import Person
from core.records_family import AgeCheck, Consent
from core.storage.audit import AuditLog
from core.storage.consents import AgeChecks, Consents
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.family_asks import FamilyNotices
from core.storage.people import People
from core.vocabulary import Scope
from pipelines.online.cards import known_person
from pipelines.online.family import guardians_in, keep_private, teen_of
from pipelines.online.rooms import Rooms
from safety.age.assurance import AgeFinding, birth_date_after


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Someone who joins. ``birth_date`` is what they say."""

    handle: str
    display_name: str
    birth_date: date | None
    jurisdiction: str
    timezone: str


def register(rooms: Rooms, new: NewAccount) -> Person:
    """Make an account. Whoever says they are young is believed; whoever says they are not is a minor until checked.

    Every account begins private. Raises ``Conflict`` for a handle that is taken, ``NotAllowed`` below the least age.
    """
    now = rooms.clock.now()
    said = new.birth_date
    today = now.date()
    if said is not None and (said > today or age_years(said, today) < MINIMUM_AGE_YEARS):
        raise NotAllowed(code="too_young", detail=f"One has to be {MINIMUM_AGE_YEARS} to have an account.")
    believed = said if said is not None and is_minor(said, now, new.timezone) else None
    person = Person(
        id=PersonId(new_id("per")),
        handle=new.handle,
        display_name=new.display_name,
        birth_date=believed,
        jurisdiction=new.jurisdiction,
        timezone=new.timezone,
        created_at=now,
        is_private=True,
    )
    with rooms.database.write() as tx:
        if People(tx).find_by_handle(new.handle) is not None:
            raise Conflict(code="handle_taken", detail="Someone has this handle.", field="handle")
        People(tx).add([person])
        AuditLog(tx).append(now, person.id, "person.registered", person.id, {})
    return person


def check_age(
    rooms: Rooms, person_id: PersonId, method: str, evidence: Mapping[str, Any], *, by_service: bool
) -> AgeCheck:
    """Decide on someone's age from evidence, which is gone when this returns.

    Raises ``InvalidInput``, or ``NotAllowed`` for what only a service may say.
    """
    now = rooms.clock.now()
    finding = rooms.safety.ages.examine(method, person_id, evidence, now, by_service=by_service)
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        person = known_person(tx, person_id)
        check = _recorded(tx, rooms, person_id, finding, now)
        born = birth_date_after(finding, person.birth_date, now, person.timezone)
        if born != person.birth_date:
            People(tx).set_birth_date(person_id, born)
            keep_private(tx, rooms, known_person(tx, person_id), now)
        return check


def age_checks(rooms: Rooms, person_id: PersonId) -> list[AgeCheck]:
    """Return what one's own checks came to, newest first."""
    with rooms.database.read() as tx:
        return AgeChecks(tx).of(person_id)


def attest(rooms: Rooms, reviewer: str, person_id: PersonId, at_least_years: int, at_most_years: int | None) -> str:
    """Sign, as the operator's desk, what a member of staff saw. The person hands it in; nothing of it is kept here."""
    now = rooms.clock.now()
    if at_most_years is not None and at_most_years < at_least_years:
        raise InvalidInput(code="bad_range", detail="The bounds cross.", field="at_most_years",
                           expected="at least at_least_years")  # fmt: skip
    with rooms.database.write() as tx:
        known_person(tx, person_id)
        AuditLog(tx).append(now, reviewer, "age.attested", person_id, {})
    return rooms.safety.ages.desk.attest(person_id, at_least_years, at_most_years, now)


def give_consent(
    rooms: Rooms, guardian_id: PersonId, teen_id: PersonId, purpose: str, method: str, evidence: Mapping[str, Any],
    scopes: Collection[str], *, by_service: bool = False,
) -> Consent:  # fmt: skip
    """Record a parent's verified consent: an active link, a fresh step-up, and evidence that they are an adult.

    The evidence goes through the same methods as an age check, and is gone when this returns.
    """
    now = rooms.clock.now()
    rules = rooms.safety.ages.policy.consent
    wanted = rules.find(purpose)
    if wanted is None:
        raise InvalidInput(code="unknown_purpose", detail="There is no such purpose.", field="purpose",
                           expected=f"one of {', '.join(item.name for item in rules.purpose)}")  # fmt: skip
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen = _guarded(tx, guardian_id, teen_id, now)
        if Scope.GUARDIAN_LOOSEN not in scopes:
            raise NotAllowed(code="step_up_needed", detail="Consent needs the scope guardian:loosen.",
                             expected="a token with the scope guardian:loosen")  # fmt: skip
        finding = rooms.safety.ages.examine(method, guardian_id, evidence, now, by_service=by_service)
        if not finding.is_verified_adult:
            raise NotAllowed(code="not_verified", detail="This does not verify that you are an adult.",
                             field="evidence", expected="evidence of a verified age of 18 or over")  # fmt: skip
        _recorded(tx, rooms, guardian_id, finding, now)
        consent = Consent(
            new_id("consent"), teen.id, guardian_id, purpose, method, finding.method_version, rules.text_version, now
        )  # fmt: skip
        Consents(tx).add(consent)
        _note(tx, teen, guardian_id, "consent_given", {"title": wanted.title, "purpose": purpose}, now)
    return consent


def consents(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> list[Consent]:
    """Return every consent about a teen, taken back or not: the same for the teen and guardians."""
    with rooms.database.read() as tx:
        teen_of(tx, actor_id, teen_id, rooms.clock.now())
        return Consents(tx).of(teen_id)


def revoke_consent(rooms: Rooms, actor_id: PersonId, teen_id: PersonId, consent_id: str) -> Consent:
    """Take a consent back, as the teen or any guardian; what rested on it holds no longer from the next request on."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen = teen_of(tx, actor_id, teen_id, now)
        found = next((item for item in Consents(tx).of(teen_id) if item.id == consent_id), None)
        if found is None:
            raise not_found("consent", consent_id)
        if found.revoked_at is None:
            Consents(tx).revoke(consent_id, actor_id, now)
            purpose = rooms.safety.ages.policy.consent.find(found.purpose)
            guardians = guardians_in(tx, teen, now)
            if purpose is not None and not Consents(tx).holds(teen_id, found.purpose, guardians):
                for guardian_id in guardians:
                    FamilyLinks(tx).clear_control(teen_id, guardian_id, [purpose.control])
            title = found.purpose if purpose is None else purpose.title
            _note(tx, teen, actor_id, "consent_revoked", {"title": title, "purpose": found.purpose}, now)
        return next(item for item in Consents(tx).of(teen_id) if item.id == consent_id)


def _guarded(tx: Transaction, guardian_id: PersonId, teen_id: PersonId, now: datetime) -> Person:
    teen = teen_of(tx, guardian_id, teen_id, now)
    if guardian_id == teen_id:
        raise NotAllowed(code="own_consent", detail="A parent consents, not the young person.", expected="a guardian")
    return teen


def _recorded(tx: Transaction, rooms: Rooms, person_id: PersonId, finding: AgeFinding, now: datetime) -> AgeCheck:
    check = AgeCheck(
        new_id("age"), person_id, finding.method, finding.method_version, finding.level.value,
        finding.at_least_years, finding.at_most_years, rooms.safety.ages.policy.version, now,
    )  # fmt: skip
    AgeChecks(tx).add(check)
    detail = {"method": finding.method, "level": finding.level.value}
    AuditLog(tx).append(now, person_id, "age.checked", person_id, detail)
    return check


def _note(
    tx: Transaction, teen: Person, actor_id: PersonId, action: str, detail: Mapping[str, Any], now: datetime
) -> None:
    FamilyLinks(tx).note(teen.id, actor_id, action, detail, now)
    FamilyNotices(tx).tell({teen.id, *guardians_in(tx, teen, now)}, teen.id, actor_id, action, detail, now)
    AuditLog(tx).append(now, actor_id, f"family.{action}", teen.id, dict(detail))
