"""Bearer tokens: minted here with an Ed25519 key made once, or by an OpenID provider that the operator names.

What is checked is the same for both: the algorithm is one of a fixed list, the signature holds, `iss` and `aud` are
the expected ones, and the moment lies between `nbf` and `exp` by the server's clock.
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, cast

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeyFlexible, OKPKey
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import to_bytes

from core.clock import Clock
from core.errors import BrokenArtifact, NotAuthenticated
from core.ids import new_id
from core.vocabulary import Scope

KEY_NAME = "token-key.json"
ALGORITHM: Final = "Ed25519"
MAX_TOKEN_CHARS = 8_000
_LEEWAY_S = 5
_LAST_MOMENT = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: who it is about, what it may do, who vouches for it, and until when.

    ``authenticated_at``: when the person last proved to be who they are (OpenID Connect's `auth_time`); None if unsaid.
    """

    subject: str
    scopes: frozenset[Scope]
    issuer: str
    expires_at: datetime
    issued_at: datetime | None = None
    authenticated_at: datetime | None = None


class ForeignVerifier(Protocol):
    """Verifies the tokens of one other issuer."""

    issuer: str

    def verify(self, token: str) -> Claims:
        """Return the claims. Raises ``NotAuthenticated``, or ``Unavailable`` when its keys cannot be fetched."""
        ...


def open_key(folder: Path) -> OKPKey:
    """Return the signing key in ``folder``, making it (readable by this user alone) if there is none.

    Raises ``BrokenArtifact`` when the file is there and is no Ed25519 private key.
    """
    path = folder / KEY_NAME
    if not path.exists():
        _make_key(path)
    try:
        key = OKPKey.import_key(json.loads(path.read_bytes()))
        if not key.is_private or key.curve_name != ALGORITHM:
            raise ValueError("not an Ed25519 private key")
    except (JoseError, ValueError, TypeError, KeyError, OSError) as error:
        raise BrokenArtifact(
            code="broken_key",
            detail=f"The token key {path} cannot be used.",
            expected="Restore the file, or remove it: a new one is made, and every token out there ends.",
            path=str(path),
        ) from error
    return key


def _make_key(path: Path) -> None:
    """Write a new key that appears whole; of several processes that try at once, the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = OKPKey.generate_key(ALGORITHM, parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    partial = path.with_name(f".{new_id('key')}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=True), file)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


class TokenIssuer:
    """Mints tokens that this installation accepts."""

    def __init__(self, key: OKPKey, *, issuer: str, audience: str, clock: Clock) -> None:
        key.ensure_kid()
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def mint(self, subject: str, scopes: Collection[Scope], lifetime_s: int) -> str:
        """Return a signed token about ``subject`` that holds for ``lifetime_s`` seconds from now.

        Whoever mints it vouches that the person has just proved to be who they are.
        """
        if lifetime_s <= 0:
            raise ValueError("lifetime_s must be positive")
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "scope": " ".join(sorted(scopes)),
            "iat": now,
            "auth_time": now,
            "nbf": now,
            "exp": now + lifetime_s,
            "jti": new_id("tok"),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Verifies the tokens minted here, and hands those of a named OpenID provider to its own verifier."""

    def __init__(
        self, key: OKPKey, *, issuer: str, audience: str, clock: Clock, foreign: ForeignVerifier | None = None
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._foreign = foreign
        public = OKPKey.import_key(cast(Any, key.as_dict(private=False)))

        # A signature holds or does not, whatever the time: it is checked once per token, the claims every time.
        @lru_cache(maxsize=4096)
        def signed_claims(token: str) -> Mapping[str, Any]:
            return decode_signed(token, public, [ALGORITHM])

        self._signed_claims = signed_claims

    def verify(self, token: str) -> Claims:
        """Return what the token says. Raises ``NotAuthenticated`` with the reason when it cannot be accepted."""
        if len(token) > MAX_TOKEN_CHARS:
            raise unacceptable("malformed")
        if self._foreign is not None and unverified_issuer(token) == self._foreign.issuer:
            return self._foreign.verify(token)
        claims = self._signed_claims(token)
        check_claims(claims, issuer=self._issuer, audience=self._audience, now=self._clock.now())
        return claims_from(claims, subject=str(claims["sub"]))


def decode_signed(token: str, key: KeyFlexible, algorithms: Collection[str]) -> Mapping[str, Any]:
    """Return the claims of a token whose signature holds under one of ``algorithms``. Raises ``NotAuthenticated``."""
    try:
        return jwt.decode(token, key, algorithms=algorithms).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise unacceptable("bad_signature") from error


def check_claims(claims: Mapping[str, Any], *, issuer: str, audience: str, now: datetime) -> None:
    """Check issuer, audience and time. Raises ``NotAuthenticated`` saying which of them is wrong."""
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except ExpiredTokenError as error:
        raise unacceptable("expired") from error
    except JoseError as error:
        raise unacceptable("bad_claims", str(error.description)) from error


def claims_from(claims: Mapping[str, Any], *, subject: str, scope_prefix: str = "") -> Claims:
    """Return checked claims as a record. Scopes that are not ours are left out; ``scope_prefix`` is taken off first."""
    scope = claims.get("scope", "")
    names = scope.split() if isinstance(scope, str) else [str(name) for name in scope]
    known = {str(item) for item in Scope}
    ours = {name.removeprefix(scope_prefix) for name in names if name.startswith(scope_prefix)}
    return Claims(
        subject=subject,
        scopes=frozenset(Scope(name) for name in ours & known),
        issuer=str(claims["iss"]),
        expires_at=datetime.fromtimestamp(min(int(claims["exp"]), _LAST_MOMENT), UTC),
        issued_at=_moment(claims.get("iat")),
        authenticated_at=_moment(claims.get("auth_time")),
    )


def _moment(claim: object) -> datetime | None:
    """Return a NumericDate as a moment; None for what is none."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim <= _LAST_MOMENT:
        return None
    return datetime.fromtimestamp(claim, UTC)


def unverified_issuer(token: str) -> str:
    """Return the `iss` that a token claims, to choose who shall verify it; empty when it cannot be read."""
    try:
        payload = jws.extract_compact(to_bytes(token)).payload
        issuer = json.loads(payload).get("iss", "")
    except (JoseError, ValueError, TypeError, AttributeError):
        return ""
    return issuer if isinstance(issuer, str) else ""


_WHY = {
    "missing": "This needs a bearer token.",
    "malformed": "The bearer token is not a signed token.",
    "bad_signature": "The bearer token is not one that was signed for this service.",
    "expired": "The bearer token has expired.",
    "bad_claims": "The bearer token is not meant for this service, or not for now.",
    "signed_out": "This person has ended the session that the bearer token is from.",
    "unknown_person": "The bearer token is about a person who has no account here.",
}


def unacceptable(why: str, more: str = "") -> NotAuthenticated:
    """Return the error for a token that is not accepted."""
    detail = f"{_WHY[why]} ({more})" if more else _WHY[why]
    return NotAuthenticated(
        code=f"token_{why}",
        detail=detail,
        field="header.Authorization",
        expected="Authorization: Bearer <token>; `kindling token` mints one.",
    )
