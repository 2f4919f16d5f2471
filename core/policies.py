"""Policies are data: TOML files loaded into frozen models, checked whole before anything starts.

A shipped file lives beside the code that reads it. An operator may replace it by a file of the same name in the
folder ``KINDLING_POLICIES``; nothing is merged, so what is in force is always one reviewed file.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from core.errors import BrokenPolicy


class PolicyModel(BaseModel):
    """Base of every part of a policy: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PolicyHeader(PolicyModel):
    """Who answers for a policy, why it is as it is, and since when."""

    name: str = Field(min_length=1, description="What the policy is called.")
    version: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}\.\d+$", description="Date and running number: 2026-11-21.1")
    owner: str = Field(min_length=1, description="Team or person who answers for it.")
    reason: str = Field(min_length=10, description="Why it is as it is, in a sentence.")
    effective: date = Field(description="First day that it holds.")
    expected_effect: str = Field(default="", description="What is expected to change, measured before it was proposed.")


class Policy(PolicyModel):
    """Base of a whole policy file."""

    policy: PolicyHeader

    @property
    def version(self) -> str:
        """The policy's version, as verdicts record it."""
        return self.policy.version


P = TypeVar("P", bound=Policy)


def load_policy(shipped: Path, model: type[P], overrides: Path | None = None) -> P:
    """Return the policy in force: ``overrides / shipped.name`` if that exists, else ``shipped``.

    Raises ``BrokenPolicy`` naming the file, the key and what to write.
    """
    path = shipped
    if overrides is not None and (overrides / shipped.name).exists():
        path = overrides / shipped.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise broken_policy(str(path), [f"cannot be read ({error.strerror}); restore the file"]) from error
    except UnicodeDecodeError as error:
        raise broken_policy(str(path), [f"is not valid TOML: {error}"]) from error
    return parse_policy(text, model, str(path))


def parse_policy(text: str, model: type[P], source: str) -> P:
    """Return the policy that a TOML text says. Raises ``BrokenPolicy`` naming ``source``, the key and what to write."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise broken_policy(source, [f"is not valid TOML: {error}"]) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise broken_policy(source, problems_of(error)) from error


def problems_of(error: ValidationError, within: str = "") -> list[str]:
    """Return a line for each problem, with its key; ``within`` is put before the keys."""
    return [within + _problem(item) for item in error.errors()]


def _problem(item: ErrorDetails) -> str:
    key = ".".join(str(part) for part in item["loc"]) or "(the whole file)"
    given = "" if item["type"] in {"missing", "value_error"} else f", not {item['input']!r}"
    return f"{key}: {item['msg']}{given}"


def broken_policy(source: str, problems: list[str]) -> BrokenPolicy:
    """Return the error for a policy that cannot be used; each problem names a key and what to write."""
    lines = "\n".join(f"  - {problem}" for problem in problems)
    return BrokenPolicy(
        code="broken_policy",
        detail=f"The policy file {Path(source).name} cannot be used:\n{lines}",
        path=source,
        problems=problems,
    )
