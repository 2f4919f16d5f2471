"""Proving once more that it is you: passkeys (WebAuthn Level 2), and ending every session.

A challenge is used once, for one person and one purpose. The authenticator must have verified its user (a fingerprint,
a face, a PIN): a guardian's unlocked phone in a teen's hand is no step-up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.errors import Conflict, InvalidInput, NotAllowed, not_found
from core.ids import PersonId
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.passkeys import Passkey, Passkeys, SignOuts
from core.storage.people import People
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms

REGISTER, STEP_UP = "register", "step_up"
MOST_PASSKEYS = 10
_CHALLENGE_LIFE = timedelta(minutes=5)
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


def passkeys(rooms: Rooms, person_id: PersonId) -> list[PasskeyView]:
    """Return one's own passkeys, oldest first."""
    with rooms.database.read() as tx:
        return [_view(item) for item in Passkeys(tx).of(person_id)]


def registration_options(rooms: Rooms, person_id: PersonId) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.create``. Raises ``Conflict`` when there are too many."""
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        person, known = known_person(tx, person_id), Passkeys(tx).of(person_id)
        if len(known) >= MOST_PASSKEYS:
            raise Conflict(
                code="too_many_passkeys", detail=f"You have {MOST_PASSKEYS} passkeys.", expected="Remove one first."
            )
        options = generate_registration_options(
            rp_id=_relying_party(rooms),
            rp_name="Kindling",
            user_name=person.handle,
            user_display_name=person.display_name,
            user_id=person_id.encode(),
            exclude_credentials=_descriptors(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_REQUIRED
            ),
        )
        _keep_challenge(tx, rooms, person_id, REGISTER, options.challenge)
    return options_to_json_dict(options)


def register(rooms: Rooms, person_id: PersonId, name: str, credential: Mapping[str, Any]) -> PasskeyView:
    """Store the passkey that the browser made. Raises ``InvalidInput`` for a response that does not prove it."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        challenge = _taken_challenge(tx, person_id, REGISTER, credential, now)
    try:
        found = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=_relying_party(rooms),
            expected_origin=_origin(rooms),
            require_user_verification=True,
        )
    except Exception as error:  # whatever is wrong with what a stranger sent, it proves nothing
        raise _unproven(error) from error
    made = Passkey(
        id=bytes_to_base64url(found.credential_id),
        person_id=person_id,
        name=name,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        created_at=now,
    )
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        if Passkeys(tx).find(made.id) is not None or len(Passkeys(tx).of(person_id)) >= MOST_PASSKEYS:
            raise Conflict(code="passkey_known", detail="This passkey is registered already, or you have too many.")
        Passkeys(tx).add(made)
        AuditLog(tx).append(now, person_id, "passkey.added", person_id, {"passkey": made.id[:16]})
    return _view(made)


def remove(rooms: Rooms, person_id: PersonId, passkey_id: str) -> None:
    """Forget a passkey; it proves nothing from the next request on. Raises ``NotFound``."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        if not Passkeys(tx).remove(person_id, passkey_id):
            raise not_found("passkey", passkey_id[:40])
        AuditLog(tx).append(now, person_id, "passkey.removed", person_id, {"passkey": passkey_id[:16]})


def step_up_options(rooms: Rooms, person_id: PersonId) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.get``. Raises ``Conflict`` for someone without a passkey."""
    with rooms.database.write() as tx:
        known_person(tx, person_id)
        known = Passkeys(tx).of(person_id)
        if not known:
            raise Conflict(
                code="no_passkey",
                detail="You have no passkey.",
                expected="Register one after signing in, or sign in again at your provider (OIDC max_age).",
            )
        options = generate_authentication_options(
            rp_id=_relying_party(rooms), allow_credentials=_descriptors(known), user_verification=_REQUIRED
        )
        _keep_challenge(tx, rooms, person_id, STEP_UP, options.challenge)
    return options_to_json_dict(options)


def prove(rooms: Rooms, person_id: PersonId, credential: Mapping[str, Any]) -> datetime:
    """Check a passkey's signature over this person's open challenge, and return when that was: now.

    Raises ``NotAllowed`` for a lapsed, used or foreign challenge, another site's origin, someone else's passkey, a
    counter that went back (a copied authenticator), or a user whom the authenticator did not verify.
    """
    now = rooms.clock.now()
    # Whatever becomes of it, the challenge is used up: so this is a transaction of its own.
    with rooms.database.write() as tx:
        challenge = _taken_challenge(tx, person_id, STEP_UP, credential, now)
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        passkey = Passkeys(tx).find(str(credential.get("id", "")))
        if passkey is None or passkey.person_id != person_id:
            raise _refused("This is not one of your passkeys.")
        try:
            found = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=_relying_party(rooms),
                expected_origin=_origin(rooms),
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            raise _refused(str(error)[:200]) from error
        Passkeys(tx).used(passkey.id, found.new_sign_count, now)
        AuditLog(tx).append(now, person_id, "step_up.passkey", person_id, {"passkey": passkey.id[:16]})
    return now


def sign_out_everywhere(rooms: Rooms, person_id: PersonId) -> None:
    """End every token of this person; they hold no longer from the next request on."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        known_person(tx, person_id)
        SignOuts(tx).end_all(person_id, now)
        AuditLog(tx).append(now, person_id, "signed_out_everywhere", person_id, {})


def _relying_party(rooms: Rooms) -> str:
    return urlsplit(_origin(rooms)).hostname or "localhost"


def _origin(rooms: Rooms) -> str:
    settings = rooms.settings
    parts = urlsplit(settings.public_url or f"http://{settings.host}:{settings.port}")
    return f"{parts.scheme}://{parts.netloc}"


def _descriptors(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(item.id)) for item in known]


def _keep_challenge(tx: Transaction, rooms: Rooms, person_id: PersonId, purpose: str, challenge: bytes) -> None:
    now = rooms.clock.now()
    Passkeys(tx).challenge(bytes_to_base64url(challenge), person_id, purpose, now, now + _CHALLENGE_LIFE)


def _taken_challenge(
    tx: Transaction, person_id: PersonId, purpose: str, credential: Mapping[str, Any], now: datetime
) -> bytes:
    """Use up the challenge that a response says it answers, and return it. Raises ``NotAllowed``."""
    try:
        client_data = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    except Exception as error:
        raise _unproven(error) from error
    if not Passkeys(tx).take_challenge(bytes_to_base64url(client_data.challenge), person_id, purpose, now):
        raise _refused("The challenge was used, has lapsed, or is not yours.")
    return client_data.challenge


def _refused(why: str) -> NotAllowed:
    return NotAllowed(
        code="passkey_refused",
        detail=f"The passkey was not accepted. {why}",
        field="credential",
        expected="A fresh answer of one of your passkeys, on this site, to the challenge you were just given.",
    )


def _unproven(error: Exception) -> InvalidInput:
    return InvalidInput(
        code="bad_credential",
        detail=f"The browser's answer cannot be used: {error}"[:300],
        field="credential",
        expected="The JSON of the PublicKeyCredential that the browser returned.",
    )


def _view(passkey: Passkey) -> PasskeyView:
    return PasskeyView(passkey.id, passkey.name, passkey.created_at, passkey.last_used_at)
