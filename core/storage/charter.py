"""The charter's log, and the answers it is checked against."""

from sqlalchemy import func, insert, select

from core.records_charter import CharterAct, CharterEntry
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.wellbeing import charter_log


class CharterLog:
    """Appends to the log and reads it back. Entries are never changed."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def append(self, entry: CharterEntry) -> None:
        """Add an entry. Two that are written at once cannot take one number: the later fails."""
        last = self._tx.connection.scalar(select(func.max(charter_log.c.seq))) or 0
        values = {name: getattr(entry, name) for name in CharterEntry.__slots__}
        self._tx.connection.execute(insert(charter_log).values(seq=last + 1, **values))

    def entries(self) -> list[CharterEntry]:
        """Return every entry in order: a check a day is a few hundred a year."""
        rows = self._tx.connection.execute(select(charter_log).order_by(charter_log.c.seq)).mappings()
        return [record_from(row, CharterEntry, {"act": CharterAct}) for row in rows]

    def latest(self, *acts: CharterAct) -> CharterEntry | None:
        """Return the newest entry of these acts, or None."""
        query = select(charter_log).where(charter_log.c.act.in_([str(act) for act in acts]))
        row = self._tx.connection.execute(query.order_by(charter_log.c.seq.desc()).limit(1)).mappings().first()
        return None if row is None else record_from(row, CharterEntry, {"act": CharterAct})
