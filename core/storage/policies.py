"""Versions of a policy, which of them holds, and every change of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from core.storage.database import Transaction
from core.storage.rows import insert_ignoring, record_from
from core.storage.tables.policies import policy_activations, policy_heads, policy_versions

MODERATION = "moderation"
FOUND, ACTIVATED, ROLLED_BACK = "found", "activated", "rolled_back"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """What was put forward once: never changed. ``revision``: SHA-256 of what it says; ``parent``: what held then."""

    revision: str
    name: str
    version: str
    toml: str
    parent: str | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change of what holds. ``act``: found (the file that held before the first), activated or rolled_back."""

    seq: int
    name: str
    act: str
    revision: str
    replaced: str | None
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyHead:
    """What holds now: the revision (None: the policy file), and the shadow that runs beside it, if any."""

    revision: str | None = None
    shadow_id: str | None = None


class PolicyVersions:
    """Versions of one policy, by its name."""

    def __init__(self, tx: Transaction, name: str = MODERATION) -> None:
        self._tx = tx
        self._name = name

    def head(self) -> PolicyHead:
        """Return what holds now: one row by its primary key, read by every request that judges."""
        query = select(policy_heads.c.revision, policy_heads.c.shadow_id).where(policy_heads.c.name == self._name)
        row = self._tx.connection.execute(query).first()
        return PolicyHead() if row is None else PolicyHead(row.revision, row.shadow_id)

    def find(self, revision: str) -> PolicyVersion | None:
        """Return a version by its whole revision, or None."""
        return self._one(policy_versions.c.revision == revision)

    def named(self, version: str) -> PolicyVersion | None:
        """Return the version of this label, or None: no two have the same."""
        return self._one(policy_versions.c.version == version)

    def starting(self, prefix: str) -> list[PolicyVersion]:
        """Return the versions whose revision begins so."""
        starts = func.substr(policy_versions.c.revision, 1, len(prefix)) == prefix
        query = select(policy_versions).where(policy_versions.c.name == self._name, starts)
        return [_version(row) for row in self._tx.connection.execute(query).mappings()]

    def add(self, version: PolicyVersion) -> None:
        """Store a version, unless it is known."""
        insert_ignoring(self._tx, policy_versions, [{name: getattr(version, name) for name in _FIELDS}])

    def lock(self) -> PolicyHead:
        """Return what holds now, and keep anyone else from changing it until this transaction ends."""
        insert_ignoring(self._tx, policy_heads, [{"name": self._name, "revision": None, "shadow_id": None}])
        query = select(policy_heads).where(policy_heads.c.name == self._name).with_for_update()
        row = self._tx.connection.execute(query).one()
        return PolicyHead(row.revision, row.shadow_id)

    def note(
        self, act: str, revision: str, *, replaced: str | None, by: str, reason: str, at: datetime
    ) -> PolicyChange:
        """Add an entry to the history. Under ``lock``."""
        last = self._tx.connection.scalar(select(func.max(policy_activations.c.seq))) or 0
        made = PolicyChange(last + 1, self._name, act, revision, replaced, by, reason, at)
        values = {name: getattr(made, name) for name in PolicyChange.__slots__}
        self._tx.connection.execute(insert(policy_activations).values(values))
        return made

    def set_head(self, head: PolicyHead) -> None:
        """Let this hold from now on. Under ``lock``."""
        values = {"revision": head.revision, "shadow_id": head.shadow_id}
        self._tx.connection.execute(update(policy_heads).where(policy_heads.c.name == self._name).values(values))

    def changes(self) -> list[PolicyChange]:
        """Return every change in order: a policy changes a few times a month."""
        query = select(policy_activations).where(policy_activations.c.name == self._name)
        rows = self._tx.connection.execute(query.order_by(policy_activations.c.seq)).mappings()
        return [record_from(row, PolicyChange, {}) for row in rows]

    def _one(self, condition: Any) -> PolicyVersion | None:
        query = select(policy_versions).where(policy_versions.c.name == self._name, condition)
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _version(row)


_FIELDS = tuple(PolicyVersion.__slots__)


def _version(row: Mapping[Any, Any]) -> PolicyVersion:
    return record_from(row, PolicyVersion, {})
