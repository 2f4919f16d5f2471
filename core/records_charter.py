"""The charter's log: what each check found, and who signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class CharterAct(StrEnum):
    """What an entry of the log says."""

    KEPT = "kept"  # a majority is better off, beyond doubt
    UNPROVEN = "unproven"  # too few answers to say
    BROKEN = "broken"  # enough answers, and no majority that is beyond doubt
    LIFTED = "lifted"  # a person signed that launches may go on
    NOTED = "noted"  # a check while a freeze or a signature is in force: it changes nothing


@dataclass(frozen=True, slots=True)
class CharterEntry:
    """One entry. ``figures``: the shares, bounds and counts that a check found."""

    at: datetime
    act: CharterAct
    by: str
    reason: str
    policy_version: str
    figures: Mapping[str, Any]
