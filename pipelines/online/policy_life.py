"""A policy's life: put forward, activated, rolled back. Versions never change; changes of what holds are audited."""

from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import Conflict, InvalidInput, not_found
from core.storage.audit import AuditLog
from core.storage.database import Database, Transaction
from core.storage.policies import (
    ACTIVATED,
    FOUND,
    MODERATION,
    ROLLED_BACK,
    PolicyChange,
    PolicyHead,
    PolicyVersion,
    PolicyVersions,
)
from pipelines.online.policy_watch import stored_policy
from safety.policy import ModerationPolicy, parse_moderation_policy
from safety.policy_text import policy_text

LEAST_REASON_CHARS, MOST_REASON_CHARS, MOST_NAME_CHARS = 20, 2_000, 120
_LEAST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Signed:
    """Who changes what holds, why, and when."""

    by: str
    reason: str
    at: datetime

    def checked(self) -> "Signed":
        """Return it tidied. Raises ``InvalidInput`` without a name, or with a reason too short to weigh."""
        name, reason = self.by.strip(), self.reason.strip()
        if not 0 < len(name) <= MOST_NAME_CHARS:
            raise InvalidInput(
                "bad_name", "A change of policy needs a name.", field="by", expected="who answers for it"
            )
        if not LEAST_REASON_CHARS <= len(reason) <= MOST_REASON_CHARS:
            raise InvalidInput(
                "bad_reason", "A change of policy needs a reason that others can weigh.",
                field="reason", expected=f"{LEAST_REASON_CHARS} to {MOST_REASON_CHARS:,} characters",
            )  # fmt: skip
        return Signed(name, reason, self.at)


def policy_in_force(tx: Transaction, filed: ModerationPolicy) -> ModerationPolicy:
    """Return the policy that holds, as this transaction sees it."""
    revision = PolicyVersions(tx).head().revision
    return filed if revision is None else stored_policy(PolicyVersions(tx).find(revision), revision)


def activate(database: Database, filed: ModerationPolicy, text: str, source: str, signed: Signed) -> PolicyChange:
    """Let the policy that ``text`` says hold from the next request on.

    Raises ``BrokenPolicy`` for a policy that is not sound, ``Conflict`` for one that holds already, or whose version
    label stands for another policy.
    """
    signed, policy = signed.checked(), parse_moderation_policy(text, source)
    with database.write() as tx:
        versions, head = PolicyVersions(tx), _settled_head(tx, filed, signed.at)
        if policy.revision == (head.revision or filed.revision):
            raise Conflict("already_in_force", f"The policy {policy.version} holds already.", expected="another policy")
        held = head.revision or filed.revision
        _keep(versions, policy, text, held, signed)
        return _change(tx, ACTIVATED, policy, head, signed, replaced=held)


def rollback(database: Database, signed: Signed, to: str = "") -> PolicyChange:
    """Let an earlier policy hold again: ``to`` (a version label or the start of a revision), or the one before.

    Raises ``Conflict`` when there is nothing to go back to, ``NotFound`` for a version that never was.
    """
    signed = signed.checked()
    with database.write() as tx:
        head = PolicyVersions(tx).lock()
        target = _version_called(tx, to).revision if to else _before(PolicyVersions(tx).changes(), head.revision)
        if head.revision is None or target is None or target == head.revision:
            raise Conflict("nothing_before", "There is no earlier policy to go back to.", expected="activate a file")
        policy = stored_policy(PolicyVersions(tx).find(target), target)
        return _change(tx, ROLLED_BACK, policy, head, signed, replaced=head.revision)


def put_forward(tx: Transaction, filed: ModerationPolicy, text: str, source: str, signed: Signed) -> ModerationPolicy:
    """Store a policy as a version without activating it. Raises ``BrokenPolicy``, ``Conflict``."""
    policy = parse_moderation_policy(text, source)
    head = PolicyVersions(tx).head()
    _keep(PolicyVersions(tx), policy, text, head.revision or filed.revision, signed)
    return policy


def find_policy(tx: Transaction, called: str) -> ModerationPolicy:
    """Return a stored policy by its version label or the start of its revision. Raises ``NotFound``."""
    version = _version_called(tx, called)
    return stored_policy(version, version.revision)


def history(tx: Transaction) -> list[tuple[PolicyChange, PolicyVersion]]:
    """Return every change with the version that it made hold, oldest first."""
    versions = PolicyVersions(tx)
    found = [(change, versions.find(change.revision)) for change in versions.changes()]
    return [(change, version) for change, version in found if version is not None]


def _settled_head(tx: Transaction, filed: ModerationPolicy, at: datetime) -> PolicyHead:
    """Return the head; before the first change of all, the file that held is stored, so that one can go back to it."""
    versions = PolicyVersions(tx)
    head = versions.lock()
    if head.revision is None and not versions.changes():
        found = Signed("the policy file", "It held before the first activation.", at)
        _keep(versions, filed, policy_text(filed), None, found)
        versions.note(FOUND, filed.revision, replaced=None, by=found.by, reason=found.reason, at=at)
    return head


def _keep(versions: PolicyVersions, policy: ModerationPolicy, text: str, parent: str | None, signed: Signed) -> None:
    same = versions.named(policy.version)
    if same is not None and same.revision != policy.revision:
        raise Conflict(
            "version_taken", f"The version {policy.version} stands for another policy already.",
            field="policy.version", expected="a version of its own: the day, and the next number",
        )  # fmt: skip
    versions.add(PolicyVersion(policy.revision, MODERATION, policy.version, text, parent, signed.by, signed.at))


def _change(
    tx: Transaction, act: str, policy: ModerationPolicy, head: PolicyHead, signed: Signed, *, replaced: str
) -> PolicyChange:
    detail = {
        "version": policy.version,
        "revision": policy.revision,
        "replaced": replaced,
        "reason": signed.reason,
    }
    AuditLog(tx).append(signed.at, signed.by, f"policy.{act}", MODERATION, detail)
    versions = PolicyVersions(tx)
    versions.set_head(replace(head, revision=policy.revision))
    return versions.note(
        act, policy.revision, replaced=replaced, by=signed.by, reason=signed.reason, at=signed.at
    )  # fmt: skip


def _before(changes: list[PolicyChange], revision: str | None) -> str | None:
    """Return what the newest activation of ``revision`` replaced, or None."""
    came = next((item for item in reversed(changes) if item.revision == revision and item.act == ACTIVATED), None)
    return None if came is None else came.replaced


def _version_called(tx: Transaction, called: str) -> PolicyVersion:
    versions = PolicyVersions(tx)
    labelled = versions.named(called)
    if labelled is not None:
        return labelled
    found = versions.starting(called) if len(called) >= _LEAST_PREFIX else []
    if len(found) != 1:
        raise not_found("policy version", called)
    return found[0]
