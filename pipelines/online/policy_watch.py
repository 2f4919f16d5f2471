"""The moderation policy that holds at this moment, on every server: its revision is looked up whenever one judges."""

import threading

from core.errors import BrokenPolicy
from core.storage.database import Database, Transaction
from core.storage.policies import PolicyVersion, PolicyVersions
from safety.policy import ModerationPolicy, parse_moderation_policy


class ModerationWatch:
    """Gives the policy in force: the one activated last, or the policy file where none ever was.

    A look costs one row by its primary key; a policy is parsed and proven once, when its revision is first seen.
    Nothing is remembered for a time: what is activated holds for the next thing that is judged, in every process.
    """

    def __init__(self, database: Database, filed: ModerationPolicy) -> None:
        self._database = database
        self._filed = filed
        self._lock = threading.Lock()
        self._parsed: tuple[str, ModerationPolicy] | None = None
        self.shadow_id: str | None = None  # which candidate ran beside, when last looked

    def __call__(self) -> ModerationPolicy:
        """Return the policy in force. Raises ``BrokenPolicy`` for a stored one that does not say what was activated."""
        with self._database.read() as tx:
            head = PolicyVersions(tx).head()
            self.shadow_id = head.shadow_id
            return self._filed if head.revision is None else self._read(tx, head.revision)

    def _read(self, tx: Transaction, revision: str) -> ModerationPolicy:
        kept = self._parsed
        if kept is not None and kept[0] == revision:
            return kept[1]
        with self._lock:
            policy = stored_policy(PolicyVersions(tx).find(revision), revision)
            self._parsed = (revision, policy)
        return policy


def stored_policy(version: PolicyVersion | None, revision: str) -> ModerationPolicy:
    """Return a stored version, proven anew. Raises ``BrokenPolicy`` if it is gone or says something else by now."""
    if version is None:
        raise _broken(revision, "is not stored")
    policy = parse_moderation_policy(version.toml, f"{version.version} (stored)")
    if policy.revision != revision:
        raise _broken(revision, "says something else than what was put forward: the stored text was changed")
    return policy


def _broken(revision: str, what: str) -> BrokenPolicy:
    return BrokenPolicy(
        code="broken_policy",
        detail=f"The stored policy {revision[:12]} {what}.",
        expected="Activate a policy file anew, or restore the database.",
    )
