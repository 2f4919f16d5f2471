"""What may go into force now: nothing of the ranking, while the charter is broken."""

from datetime import datetime
from pathlib import Path

from core.errors import Conflict
from core.storage.charter import CharterLog
from core.storage.database import Database
from wellbeing.charter import DECIDING, standing
from wellbeing.policy import load_charter


def require_launches_open(database: Database, now: datetime, *, overrides: Path | None) -> None:
    """Raise ``Conflict`` (code ``launches_frozen``) while the charter is broken and no one has signed."""
    policy = load_charter(overrides)
    with database.read() as tx:
        at_rest = standing(CharterLog(tx).latest(*DECIDING), now, policy)
    if at_rest.is_frozen:
        raise Conflict(
            code="launches_frozen",
            detail=at_rest.says,
            expected="Mend what people say is wrong, or sign: `kindling charter sign --token ... --reason ...`.",
        )
