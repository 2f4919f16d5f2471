"""The audit log's chain: each entry carries the hash of the one before, so that a change anywhere shows.

Pure functions; ``core.storage.audit`` keeps the rows.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, and when."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    prev_hash: str
    hash: str


def entry_hash(
    prev_hash: str, seq: int, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> str:
    """Return the sha256 over the previous hash and every field, in one canonical form."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    body = json.dumps(
        [prev_hash, seq, moment, actor, action, subject, detail],
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str,
    )  # fmt: skip
    return hashlib.sha256(body.encode()).hexdigest()


def first_break(entries: Iterable[AuditEntry]) -> str | None:
    """Return what is wrong with the first broken entry, or None when the chain is whole. Entries in order of seq."""
    previous, expected_seq = GENESIS, 1
    for entry in entries:
        if entry.seq != expected_seq:
            return f"entry {expected_seq} is missing (found {entry.seq})"
        if entry.prev_hash != previous:
            return f"entry {entry.seq} does not follow from the one before it"
        computed = entry_hash(
            entry.prev_hash, entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.detail
        )
        if computed != entry.hash:
            return f"entry {entry.seq} was changed"
        previous, expected_seq = entry.hash, expected_seq + 1
    return None
