"""The charter while serving: where it stands, and a person's signature."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import Conflict, InvalidInput
from core.records_charter import CharterAct, CharterEntry
from core.storage.audit import AuditLog
from core.storage.charter import CharterLog
from core.storage.database import Database, Transaction
from wellbeing.charter import DECIDING, CharterPolicy, Standing, standing

if TYPE_CHECKING:
    from pipelines.online.rooms import Rooms

_SHOWN = 50
_HOLDS = timedelta(seconds=5)
_LEAST_REASON_CHARS = 20


class CharterWatch:
    """Where the charter stands, looked up at most every five seconds: a freeze reaches every server within that."""

    def __init__(self, database: Database, policy: CharterPolicy) -> None:
        self._database = database
        self._policy = policy
        self._looking = threading.Lock()
        self._seen: tuple[datetime, CharterEntry | None] | None = None

    def standing(self, now: datetime) -> Standing:
        """Return where the charter stands."""
        with self._looking:
            if self._seen is None or not self._seen[0] <= now < self._seen[0] + _HOLDS:
                with self._database.read() as tx:
                    self._seen = (now, CharterLog(tx).latest(*DECIDING))
            return standing(self._seen[1], now, self._policy)

    def forget(self) -> None:
        """Look it up again next time."""
        with self._looking:
            self._seen = None


@dataclass(frozen=True, slots=True)
class CharterView:
    """Where the charter stands, and its newest entries, newest first."""

    is_frozen: bool
    act: CharterAct
    says: str
    since: datetime | None
    lifted_until: datetime | None
    log: tuple[CharterEntry, ...]


def charter_view(rooms: "Rooms") -> CharterView:
    """Return where the charter stands at this moment."""
    now, policy = rooms.clock.now(), rooms.wellbeing.policy.charter
    with rooms.database.read() as tx:
        at_rest, log = standing_in(tx, policy, now), CharterLog(tx).entries()[-_SHOWN:]
    return CharterView(
        at_rest.is_frozen, at_rest.act, at_rest.says, at_rest.since, at_rest.lifted_until, tuple(reversed(log))
    )


def standing_in(tx: Transaction, policy: CharterPolicy, now: datetime) -> Standing:
    """Return where the charter stands, as this transaction sees it."""
    return standing(CharterLog(tx).latest(*DECIDING), now, policy)


def lift(database: Database, policy: CharterPolicy, *, by: str, reason: str, now: datetime) -> CharterEntry:
    """Sign that ranking launches may go on; the signature and its reason go into both logs.

    Raises ``InvalidInput`` for a reason too short to be one, ``Conflict`` when nothing is frozen.
    """
    if len(reason.strip()) < _LEAST_REASON_CHARS:
        raise InvalidInput(
            code="reason_too_short",
            detail="A signature needs a reason that others can weigh.",
            field="reason",
            expected=f"at least {_LEAST_REASON_CHARS} characters",
        )
    entry = CharterEntry(now, CharterAct.LIFTED, by, reason.strip(), policy.version, {})
    with database.write() as tx:
        if not standing_in(tx, policy, now).is_frozen:
            raise Conflict(code="not_frozen", detail="Nothing is frozen.", expected="no signature is needed")
        CharterLog(tx).append(entry)
        AuditLog(tx).append(now, by, "charter.lifted", "charter", {"reason": entry.reason, "policy": policy.version})
    return entry
