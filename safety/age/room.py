"""All methods of knowing an age, by name."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import InvalidInput, NotAllowed
from core.ids import PersonId
from core.tokens import open_key
from safety.age.assurance import AgeFinding, AgeMethod
from safety.age.methods import AppleDeclaredAgeRange, GooglePlayAgeSignals, LocalDesk
from safety.age.policy import AgePolicy


class AgeAssurance:
    """Hands evidence to the method that can read it."""

    def __init__(self, policy: AgePolicy, keys: Path) -> None:
        self.policy = policy
        self._keys = keys

    @cached_property
    def desk(self) -> LocalDesk:
        """The operator's own desk, with a key of its own (made on first use)."""
        return LocalDesk(open_key(self._keys / "age-desk"), self.policy.local)

    @cached_property
    def methods(self) -> Mapping[str, AgeMethod]:
        """Every method by name."""
        found: tuple[AgeMethod, ...] = (
            self.desk, AppleDeclaredAgeRange(self.policy.apple), GooglePlayAgeSignals(self.policy.google)
        )  # fmt: skip
        return {method.name: method for method in found}

    def examine(
        self, method: str, subject: PersonId, evidence: Mapping[str, Any], now: datetime, *, by_service: bool
    ) -> AgeFinding:
        """Return what a method finds. Raises ``InvalidInput``, or ``NotAllowed`` where only a service may say so."""
        chosen = self.methods.get(method)
        if chosen is None:
            raise InvalidInput(
                code="unknown_method", detail=f"There is no method {method!r}.", field="method",
                expected=f"one of {', '.join(self.methods)}",
            )  # fmt: skip
        if chosen.from_service and not by_service:
            raise NotAllowed(
                code="service_only", detail="What a device says is taken from the service that checked the device.",
                field="method", expected="a service token with Kindling-Person",
            )  # fmt: skip
        return chosen.examine(subject, evidence, now)
