"""The methods: the operator's own desk, Apple's Declared Age Range, Google's Play Age Signals.

Apple and Google answer on the device and sign nothing, so their answers are taken only from the operator's service,
which has checked the device (App Attest, Play Integrity) before it passes them on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jwt import JWTClaimsRegistry

from core.ids import PersonId
from safety.age.assurance import AgeFinding, AgeLevel, bad_evidence, years
from safety.age.policy import AppleRules, GoogleRules, LocalRules

_ALGORITHM: Final = "Ed25519"
_ISSUER, _AUDIENCE = "age-desk", "age-check"


class LocalDesk:
    """The reference method: someone on the operator's staff looked at a document and signs what they saw.

    The attestation names the person, two bounds and nothing else. It lasts minutes, and is no bearer token.
    """

    name, version, from_service = "local", "1", False

    def __init__(self, key: OKPKey, rules: LocalRules) -> None:
        self._key = key
        self._rules = rules

    def attest(self, subject: PersonId, at_least_years: int, at_most_years: int | None, now: datetime) -> str:
        """Return a signed attestation of someone's age."""
        moment = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": subject,
            "iat": moment,
            "exp": moment + self._rules.attestation_lasts_s,
            "at_least": at_least_years,
            "at_most": at_most_years,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])

    def examine(self, subject: PersonId, evidence: Mapping[str, Any], now: datetime) -> AgeFinding:
        """Return the bounds of an attestation about this person that was signed here lately."""
        expected = "{'attestation': a fresh one about this person, signed by this installation's desk}"
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": _AUDIENCE},
            sub={"essential": True, "value": subject},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(str(evidence.get("attestation", "")), self._key, algorithms=[_ALGORITHM]).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise bad_evidence(self.name, expected) from error
        at_least, at_most = years(claims.get("at_least"), self.name), years(claims.get("at_most"), self.name)
        return AgeFinding(self.name, self.version, AgeLevel.VERIFIED, at_least, at_most)


class AppleDeclaredAgeRange:
    """Apple's ``AgeRangeService.AgeRange`` as JSON: ``lowerBound``, ``upperBound``, ``ageRangeDeclaration``.

    No lower bound means younger than the lowest age asked about; an upper bound is the next age asked about that the
    person has not reached.
    """

    name, version, from_service = "apple", "1", True

    def __init__(self, rules: AppleRules) -> None:
        self._rules = rules

    def examine(self, subject: PersonId, evidence: Mapping[str, Any], now: datetime) -> AgeFinding:
        """Return the declared range; someone who declined to share is unknown."""
        del subject, now
        if evidence.get("declinedSharing") is True:
            return AgeFinding(self.name, self.version, AgeLevel.UNKNOWN)
        lower, upper = years(evidence.get("lowerBound"), self.name), years(evidence.get("upperBound"), self.name)
        declaration = evidence.get("ageRangeDeclaration")
        if (lower is None and upper is None) or upper == 0 or not isinstance(declaration, str):
            return AgeFinding(self.name, self.version, AgeLevel.UNKNOWN)
        is_checked = declaration in self._rules.verified_declarations
        level = AgeLevel.VERIFIED if is_checked else AgeLevel.DECLARED
        return AgeFinding(self.name, self.version, level, lower, None if upper is None else upper - 1)


class GooglePlayAgeSignals:
    """Google's ``AgeSignalsResult`` as JSON: ``userStatus``, ``ageLower``, ``ageUpper``. Anything new is unknown."""

    name, version, from_service = "google", "1", True

    def __init__(self, rules: GoogleRules) -> None:
        self._rules = rules

    def examine(self, subject: PersonId, evidence: Mapping[str, Any], now: datetime) -> AgeFinding:
        """Return the range; a verified status means 18 or over, a supervised one is what a parent has set."""
        del subject, now
        status = evidence.get("userStatus")
        lower, upper = years(evidence.get("ageLower"), self.name), years(evidence.get("ageUpper"), self.name)
        if status in self._rules.verified_statuses:
            return AgeFinding(self.name, self.version, AgeLevel.VERIFIED, max(18, lower or 0), None)
        if status in self._rules.supervised_statuses or status == "DECLARED":
            return AgeFinding(self.name, self.version, AgeLevel.DECLARED, lower, upper)
        return AgeFinding(self.name, self.version, AgeLevel.UNKNOWN)
