"""A check of the charter: read who could look back, decide, write it down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.records_charter import CharterAct, CharterEntry
from core.storage.audit import AuditLog
from core.storage.charter import CharterLog
from core.storage.database import Database, Transaction
from core.storage.look_backs import LookBack, look_backs
from wellbeing.bands import band_of
from wellbeing.charter import DECIDING, ENGINE, CharterPolicy, LookBacks, charter_finding, entry_for
from wellbeing.policy import load_charter

_HALF_A_YEAR = timedelta(days=182)
_USE_OVER = timedelta(days=28)


def check_charter(database: Database, now: datetime, *, overrides: Path | None = None) -> CharterEntry:
    """Check the charter now and write what was found into its log, and a change of standing into the audit log."""
    policy = load_charter(overrides)
    with database.write() as tx:
        log = CharterLog(tx)
        latest = log.latest(*DECIDING)
        entry = entry_for(charter_finding(read_look_backs(tx, now, policy), policy), latest, now, policy)
        log.append(entry)
        if entry.act == CharterAct.BROKEN:
            AuditLog(tx).append(now, ENGINE, "charter.broken", "charter", dict(entry.figures))
    return entry


def read_look_backs(tx: Transaction, now: datetime, policy: CharterPolicy) -> LookBacks:
    """Return everyone who has been here for half a year, with what is known of them and what they said."""
    everyone = look_backs(
        tx,
        joined_until=now - _HALF_A_YEAR,
        answered_since=now - timedelta(days=policy.charter.window_days),
        used_since=now - _USE_OVER,
    )
    return as_sample(everyone, now)


def as_sample(everyone: Sequence[LookBack], now: datetime) -> LookBacks:
    """Return people as arrays: age band, use of late (none, and thirds of the rest), and whether they make videos."""
    traits = {
        "age": np.array([str(band_of(item.person, now)) for item in everyone], dtype=object),
        "use": _thirds([item.shown for item in everyone]),
        "makes": np.array(["makes" if item.made else "watches" for item in everyone], dtype=object),
    }
    return LookBacks(traits, np.array([item.answer or 0.0 for item in everyone], dtype=np.float64))


def _thirds(shown: Sequence[int]) -> NDArray[Any]:
    counts = np.array(shown, dtype=np.int64)
    names = np.full(len(counts), "none", dtype=object)
    some = counts > 0
    if some.any():
        low, high = np.quantile(counts[some], [1 / 3, 2 / 3])
        names[some] = np.where(counts[some] <= low, "light", np.where(counts[some] <= high, "middle", "heavy"))
    return names
