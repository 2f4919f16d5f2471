"""What can go wrong, in words a caller can act on. The API turns each kind into problem+json (RFC 9457)."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class KindlingError(Exception):
    """Base of all errors that a caller can do something about.

    ``code`` is stable and machine-readable, ``detail`` is for people, ``field`` names the input at fault (dotted path)
    and ``expected`` says what would be right.
    """

    code: str
    detail: str
    field: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        return self.detail


@dataclass(slots=True, eq=False)
class InvalidInput(KindlingError):
    """The input cannot be accepted as it is."""


@dataclass(slots=True, eq=False)
class NotFound(KindlingError):
    """There is no such thing, or none that this caller may know of."""


@dataclass(slots=True, eq=False)
class NotAuthenticated(KindlingError):
    """Who is asking is not known: no token, or one that cannot be accepted."""


@dataclass(slots=True, eq=False)
class NotAllowed(KindlingError):
    """The caller is known and may not do this."""


@dataclass(slots=True, eq=False)
class Conflict(KindlingError):
    """The thing is not in a state that allows this."""


@dataclass(slots=True, eq=False)
class Refused(KindlingError):
    """A policy refused it: which rule, under which version, and how to appeal."""

    rule_id: str = ""
    policy_version: str = ""
    decision_id: str = ""
    appeal_path: str = "/v1/appeals"


@dataclass(slots=True, eq=False)
class LimitReached(KindlingError):
    """A quota or rate is used up; ``retry_after_s`` says when it may be tried again."""

    retry_after_s: int = 60


@dataclass(slots=True, eq=False)
class Unavailable(KindlingError):
    """Something this needs is not working now: a full disk, a missing model, an unreachable store."""

    retry_after_s: int = 30


@dataclass(slots=True, eq=False)
class BrokenPolicy(KindlingError):
    """A policy file is missing or wrong. Start-up stops with the file, the key and what to write."""

    path: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class BrokenArtifact(KindlingError):
    """A model or snapshot on disk is truncated, changed, or of another schema."""

    path: str = ""


def not_found(kind: str, ident: str) -> NotFound:
    """Return the error for an unknown ``kind`` (``video``, ``person``, ...) with this id."""
    return NotFound(code=f"{kind}_not_found", detail=f"There is no {kind} {ident!r} that you can see.")
