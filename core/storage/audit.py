"""The audit log's rows; ``core.audit`` has the chain's arithmetic."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text

from core.audit import GENESIS, AuditEntry, entry_hash
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.accounts import audit_log

_LOCK_KEY = 0x6B696E64  # any number, the same in every process
_CHUNK = 1000


class AuditLog:
    """Appends to the chain and reads it back."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def append(self, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> AuditEntry:
        """Add an entry. Writers queue here until their transaction ends, so the chain never forks."""
        if not self._tx.is_sqlite:
            self._tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        query = select(audit_log.c.seq, audit_log.c.hash).order_by(audit_log.c.seq.desc()).limit(1)
        last = self._tx.connection.execute(query).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
        digest = entry_hash(previous, seq, at, actor, action, subject, detail)
        entry = AuditEntry(seq, at, actor, action, subject, detail, previous, digest)
        self._tx.connection.execute(
            insert(audit_log).values({name: getattr(entry, name) for name in AuditEntry.__slots__})
        )
        return entry

    def entries(self) -> Iterator[AuditEntry]:
        """Yield every entry in order."""
        seq = 0
        while True:
            query = select(audit_log).where(audit_log.c.seq > seq).order_by(audit_log.c.seq).limit(_CHUNK)
            rows = self._tx.connection.execute(query).mappings().all()
            if not rows:
                return
            for row in rows:
                entry = record_from(row, AuditEntry, {})
                seq = entry.seq
                yield entry

    def count(self) -> int:
        """Return how many entries there are."""
        return self._tx.connection.scalar(select(func.count()).select_from(audit_log)) or 0
