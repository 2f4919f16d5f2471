"""Tokens of an OpenID provider: its keys are found by discovery, fetched when first needed, and kept for a while.

OpenID Connect Discovery 1.0, section 4: `<issuer>/.well-known/openid-configuration` names the key set (`jwks_uri`).
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import to_bytes
from pydantic import BaseModel, ConfigDict, Field

from core.clock import Clock
from core.errors import Unavailable
from core.tokens import Claims, check_claims, claims_from, decode_signed, unacceptable

# Asymmetric only: with a shared-secret algorithm a provider's public key could be passed off as the secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")


class OidcConfig(BaseModel):
    """Which OpenID provider is trusted, and how its tokens are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(description="Issuer URL; its tokens carry exactly this as `iss`.")
    audience: str = Field(description="`aud` that its tokens must carry.")
    person_claim: str = Field(default="sub", description="Claim that holds the person's id here.")
    scope_prefix: str = Field(default="", description="Taken off the provider's scope names to get ours.")
    keys_kept_s: int = Field(default=3600, gt=0, description="How long fetched keys are used before a fresh look.")
    refetch_after_s: int = Field(default=30, gt=0, description="Shortest time between two fetches.")
    timeout_s: float = Field(default=5.0, gt=0, description="Longest wait for the provider.")


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: KeySet | None
    at: datetime


class OidcVerifier:
    """Verifies one provider's tokens. An unknown key makes it look again, so that providers may rotate theirs."""

    def __init__(self, config: OidcConfig, clock: Clock) -> None:
        self.issuer = config.issuer
        self._config = config
        self._clock = clock
        self._lock = threading.Lock()
        self._fetched: _Fetched | None = None

    def verify(self, token: str) -> Claims:
        """Return the claims. Raises ``NotAuthenticated``, or ``Unavailable`` when the provider cannot be reached."""
        claims = decode_signed(token, self._keys_for(_key_id(token)), ALGORITHMS)
        check_claims(claims, issuer=self.issuer, audience=self._config.audience, now=self._clock.now())
        person = claims.get(self._config.person_claim)
        if not isinstance(person, str) or not person:
            raise unacceptable("bad_claims", f"no {self._config.person_claim!r} claim")
        return claims_from(claims, subject=person, scope_prefix=self._config.scope_prefix)

    def _keys_for(self, key_id: str | None) -> KeySet:
        with self._lock:
            now = self._clock.now()
            if self._fetched is None or self._may_look_again(self._fetched, key_id, now):
                self._fetched = self._fetch(now)
            if self._fetched.keys is None:
                raise self._unreachable()
            return self._fetched.keys

    def _may_look_again(self, fetched: _Fetched, key_id: str | None, now: datetime) -> bool:
        age = now - fetched.at
        if age < timedelta(seconds=self._config.refetch_after_s):
            return False
        known = fetched.keys is not None and any(key.kid == key_id for key in fetched.keys)
        return not known or age >= timedelta(seconds=self._config.keys_kept_s)

    def _fetch(self, now: datetime) -> _Fetched:
        """Fetch the key set; when that fails, go on with the keys there are until the next try."""
        import httpx

        try:
            with httpx.Client(timeout=self._config.timeout_s) as client:
                document = _get_json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if document["issuer"] != self.issuer:
                    raise ValueError("the discovery document names another issuer")
                keys: Any = _get_json(client, str(document["jwks_uri"]))
            return _Fetched(KeySet.import_key_set(keys), now)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, JoseError):
            return _Fetched(self._fetched.keys if self._fetched else None, now)

    def _unreachable(self) -> Unavailable:
        return Unavailable(
            code="oidc_unreachable",
            detail="The OpenID provider's keys cannot be fetched now, so its tokens cannot be checked.",
            expected="Try again soon; an operator should check KINDLING_OIDC_ISSUER.",
            retry_after_s=self._config.refetch_after_s,
        )


def _get_json(client: Any, url: str) -> Mapping[str, Any]:
    document = client.get(url).raise_for_status().json()
    if not isinstance(document, dict):
        raise ValueError(f"{url} does not hold a JSON object")
    return document


def _key_id(token: str) -> str | None:
    try:
        return jws.extract_compact(to_bytes(token)).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return None
